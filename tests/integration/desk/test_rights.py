"""The vault on both databases: marks move in with their holder, contradict each other, end with a warning."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import date, timedelta

import pytest
from click.testing import CliRunner

from ledger.cli import root
from ledger.domain.desk.rights import REMINDERS, Right, RightKind, RightState
from ledger.domain.errors import Conflict, Forbidden
from ledger.domain.joining import Application, Mark
from ledger.domain.mails import Mail
from ledger.domain.organisations import Role
from ledger.domain.people import Membership, Person, StaffRole
from ledger.services.desk.rights import (
    Given,
    change_right,
    check_right,
    keep_right_file,
    state_right,
    today,
    withdraw_right,
)
from ledger.services.desk.rights_joining import keep_marks
from ledger.services.desk.rights_reminders import remind_of_rights
from ledger.services.join_application import alike, refuse_look_alike
from ledger.storage.tables_mails import mails
from tests.support.world import World

WORD = Given(RightKind.MARK, "Étoile Vaste", "018 555 001", "EUIPO", ["18", "25"], ["EU"], None, date(2040, 1, 31))


def _application(world: World, id: str) -> Application:
    new = Application(
        id, "Newcomer", "newcomer", Role.BRAND, "newcomer.example", "0" * 32, None, "Anna", 1, 1, prefixes=["952777"]
    )
    with world.ledger.store.write() as tx:
        tx.joining.add(new)
    return new


def _mark(world: World, application: str, name: str, number: str, **more: object) -> Mark:
    one = Mark(
        world.ledger.new_id("tm"), application, name, number, "EUIPO", [25], ["FR"], "2039-12-31", world.ledger.now()
    )
    one = replace(one, **more)  # type: ignore[arg-type]
    with world.ledger.store.write() as tx:
        tx.joining.add_mark(one)
    return one


def test_marks_of_an_application_move_into_the_vault_and_contradictions_wait_for_the_council(world: World) -> None:
    maison, rival = world.caller("maison"), world.caller("rival")
    ours = state_right(world.ledger, maison, WORD)
    id = world.ledger.new_id("app")
    _application(world, id)
    free = _mark(world, id, "Newcomer", "777")
    twice = _mark(world, id, "Newcomer again", "7-7-7")
    taken = _mark(world, id, "ÉTOILE-VASTE", "888")
    with world.ledger.store.write() as tx:
        assert keep_marks(world.ledger, tx, id, rival.organisation.id) == 2
    with world.ledger.store.read() as tx:
        kept = {one.id: one for one in tx.rights.of(rival.organisation.id)}
        in_force = {one.id for one in tx.rights.marks_in_force(today(world.ledger))}
    free_id, taken_id = free.id.replace("tm_", "rt_"), taken.id.replace("tm_", "rt_")
    assert set(kept) == {free_id, taken_id}
    assert twice.id.replace("tm_", "rt_") not in kept
    assert (kept[free_id].state, kept[taken_id].state) == (RightState.STATED, RightState.CONTESTED)
    assert in_force >= {ours.id, free_id}
    assert taken_id not in in_force

    council = world.caller("council")
    with pytest.raises(Conflict, match="same word for the same goods in FR"):
        check_right(world.ledger, council, taken_id, agrees=True)
    assert check_right(world.ledger, council, ours.id, agrees=False).state is RightState.WITHDRAWN
    assert check_right(world.ledger, council, taken_id, agrees=True).state is RightState.CHECKED
    with pytest.raises(Forbidden):
        check_right(world.ledger, maison, free_id, agrees=True)


def test_what_was_changed_after_it_was_read_is_not_confirmed(world: World) -> None:
    maison, council = world.caller("maison"), world.caller("council")
    read = state_right(world.ledger, maison, WORD)
    changed = change_right(world.ledger, maison, read.id, replace(WORD, classes=["33"]))
    for agrees in (True, False):
        with pytest.raises(Conflict, match="after you read it"):
            check_right(world.ledger, council, read.id, agrees=agrees, changed_at=read.changed_at)
    checked = check_right(world.ledger, council, read.id, agrees=True, changed_at=changed.changed_at)
    assert checked.state is RightState.CHECKED


def test_another_document_has_to_be_looked_at_again(world: World) -> None:
    maison, council = world.caller("maison"), world.caller("council")
    right = state_right(world.ledger, maison, WORD)

    def send(content: bytes) -> Right:
        return keep_right_file(world.ledger, maison, right.id, io.BytesIO(content))

    send(b"%PDF-1.7 one")
    check_right(world.ledger, council, right.id, agrees=True)
    assert send(b"%PDF-1.7 one").state is RightState.CHECKED
    other = send(b"%PDF-1.7 other")
    assert (other.state, other.checked_by, other.checked_at) == (RightState.STATED, None, None)


def test_a_contested_mark_is_good_once_it_leaves_the_others_goods_alone(world: World) -> None:
    rival = world.caller("rival")
    state_right(world.ledger, world.caller("maison"), WORD)
    id = world.ledger.new_id("app")
    _application(world, id)
    taken = _mark(world, id, "Étoile Vaste", "888").id.replace("tm_", "rt_")
    with world.ledger.store.write() as tx:
        keep_marks(world.ledger, tx, id, rival.organisation.id)
    mended = replace(WORD, number="888", classes=["33"], territories=["FR"])
    assert change_right(world.ledger, rival, taken, mended).state is RightState.STATED


def test_each_reminder_is_one_letter_to_every_admin_and_none_comes_twice(world: World) -> None:
    maison = world.caller("maison")
    with world.ledger.store.write() as tx:
        for id, roles in (("per_a", {StaffRole.ADMIN}), ("per_b", {StaffRole.VIEWER})):
            tx.people.add(Person(id, world.ledger.now(), f"{id}@maison.example"))
            tx.people.set_membership(Membership(id, maison.organisation.id, frozenset(roles), 1, id))
    ends = today(world.ledger) + timedelta(days=100)
    right = state_right(world.ledger, maison, replace(WORD, expires_on=ends))
    withdrawn = state_right(world.ledger, maison, replace(WORD, name="Autre", number="9", expires_on=ends))
    withdraw_right(world.ledger, maison, withdrawn.id)
    sent = []
    for day in range(0, 104, 1):
        world.clock.ahead = day * 86_400
        for _ in range(2):
            sent += [day] * remind_of_rights(world.ledger)
    assert sent == [100 - days for days in REMINDERS]
    with world.ledger.store.read() as tx:
        rows = tx.connection.execute(mails.select().order_by(mails.c.id)).all()  # type: ignore[attr-defined]
    told = [Mail.from_bytes(world.ledger.vault.open(row.sealed, "mail")) for row in rows if row.sealed is not None]
    assert [one.to for one in told] == ["per_a@maison.example"] * 3
    assert f"ends on {ends.isoformat()}, in 90 days" in told[0].text
    world.clock.ahead = 0
    renewed = change_right(world.ledger, maison, right.id, replace(WORD, expires_on=ends + timedelta(days=3650)))
    assert renewed.reminded is None


def test_those_that_were_reminded_stand_in_nobodys_way(world: World) -> None:
    maison, day = world.caller("maison"), today(world.ledger)
    given = Given(RightKind.COPYRIGHT, "Photo", territories=["FR"], expires_on=day + timedelta(days=90))
    first = state_right(world.ledger, maison, given)
    with world.ledger.store.write() as tx:
        for n in range(500):
            tx.rights.add(replace(first, id=f"rt_{n}", reminded=90))
        tx.rights.add(replace(first, id="rt_unready", from_day=day + timedelta(days=1)))
    last = state_right(world.ledger, maison, replace(given, expires_on=day + timedelta(days=30)))
    with world.ledger.store.read() as tx:
        assert [one.id for one in tx.rights.to_remind(day)] == [last.id, first.id]
    assert remind_of_rights(world.ledger) == 2
    assert remind_of_rights(world.ledger) == 0


def test_every_change_of_a_right_is_seen_in_the_version(world: World) -> None:
    maison = world.caller("maison")

    def version() -> tuple[int, int]:
        with world.ledger.store.read() as tx:
            return tx.rights.marks_version()

    seen = [version()]
    right = state_right(world.ledger, maison, WORD)
    seen.append(version())
    for number in range(5):
        change_right(world.ledger, maison, right.id, replace(WORD, name=f"Étoile {number}"))
        seen.append(version())
    withdraw_right(world.ledger, maison, right.id)
    seen.append(version())
    assert len(set(seen)) == len(seen)


def test_a_name_is_held_against_marks_as_well_as_organisations(sqlite_world: World) -> None:
    ledger = sqlite_world.ledger
    state_right(ledger, sqlite_world.caller("maison"), WORD)
    with ledger.store.read() as tx:
        assert alike(ledger, tx, "Etoi1e Vаste", "stars.example") == ("Étoile Vaste",)
        assert alike(ledger, tx, "Something Else", "else.example") == ()
    with pytest.raises(Conflict, match="two of the operator's people"):
        refuse_look_alike(ledger, "Étoile Vaste Official", "stars.example")


def test_the_operator_compares_at_the_command_line(sqlite_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    stated = state_right(sqlite_world.ledger, sqlite_world.caller("maison"), WORD)
    monkeypatch.setenv("TOUCHMARK_DATA", str(sqlite_world.settings.data))
    listed = CliRunner().invoke(root, ["--json", "right", "list"])
    assert [one["id"] for one in json.loads(listed.output)["rights"]] == [stated.id]
    version = json.loads(listed.output)["rights"][0]["version"]
    old = CliRunner().invoke(root, ["--json", "right", "confirm", stated.id, "--version", str(version - 1)])
    assert old.exit_code != 0
    for act, state in (("confirm", "checked"), ("refuse", "withdrawn")):
        told = CliRunner().invoke(root, ["--json", "right", act, stated.id])
        assert json.loads(told.output)["state"] == state

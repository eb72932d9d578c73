"""What organisations say, each kind of statement from its draft to a final block, on both databases."""

from __future__ import annotations

import pytest

from ledger.domain.custody import Flag
from ledger.domain.errors import Conflict, Forbidden, Unknown
from ledger.domain.inspections import Authenticity, InspectionFacts, Method, Service, WithdrawalReason
from ledger.domain.outbox import Queued, State
from ledger.domain.standing_facts import Undone
from ledger.domain.standing_headlines import Key
from ledger.domain.statements import Kind, MarkKind
from ledger.services import record_inspection as records
from ledger.services.scan_item import scan_item
from ledger.services.views_of_chain import directory
from tests.support.same_as_contract import expect_same_as_contract
from tests.support.world import Card, World, person

FAKE = InspectionFacts(Authenticity.NOT_GENUINE, Method.IN_HAND, 2)
GOOD = InspectionFacts(Authenticity.CONSISTENT, Method.IN_HAND, 2, "A", points=31)


def accepted(world: World, *queued: Queued) -> None:
    world.settle()
    for one in queued:
        world.expect(one, State.FINAL)
    expect_same_as_contract(world, world.cards())


def verdict(world: World, card: Card) -> Key:
    return scan_item(world.ledger, card.gtin, card.serial).standing.key


def mark(world: World, slug: str, card: Card, kind: MarkKind) -> Queued:
    return world.say(slug, Kind.MARK, subject=card.item, kind=int(kind))


def test_an_inspection_is_withdrawn_and_corrected_and_stays_visible(world: World) -> None:
    card, who = world.cards()[0], world.caller("luxcheck")
    first = records.record(world.ledger, who, records.inspection(card.gtin, card.serial, FAKE, {"basis": "font"}))
    assert verdict(world, card) is Key.COUNTERFEIT_FOUND, "bad news counts from the queue on"
    accepted(world, first)
    number = first.statement.nonce
    assert number is not None
    again = records.correction(card.gtin, card.serial, number, GOOD, {"basis": "looked again"})
    accepted(world, records.record(world.ledger, who, again))
    shown = scan_item(world.ledger, card.gtin, card.serial)
    assert shown.standing.key is Key.UNCLAIMED
    assert [one.undone for one in shown.records] == [Undone.FINAL, Undone.NO]
    second = records.withdrawal(card.gtin, card.serial, number, WithdrawalReason.MISTAKE, {"basis": "mistake"})
    accepted(world, records.record(world.ledger, who, second))
    assert len(scan_item(world.ledger, card.gtin, card.serial).records) == 3


def test_a_withdrawal_of_a_record_that_there_is_none_of_is_refused(world: World) -> None:
    card, who = world.cards()[0], world.caller("luxcheck")
    nothing = records.withdrawal(card.gtin, card.serial, 77, WithdrawalReason.MISTAKE, {})
    with pytest.raises(Unknown, match="no record number"):
        records.record(world.ledger, who, nothing)


def test_a_brand_services_its_own_items_without_accreditation(world: World) -> None:
    card = world.cards()[0]
    done = records.service(card.gtin, card.serial, Service.REPAIR, {"what": "new strap"})
    accepted(world, records.record(world.ledger, world.caller("maison"), done))
    with pytest.raises(Forbidden, match="accredited"):
        records.record(world.ledger, world.caller("atelier"), done)


@pytest.mark.parametrize(
    ("slug", "set_", "lifted", "shown"),
    [
        ("maison", MarkKind.THEFT, MarkKind.SETTLE_THEFT, Key.REPORTED_STOLEN),
        ("council", MarkKind.THEFT, MarkKind.SETTLE_THEFT, Key.REPORTED_STOLEN),
        ("maison", MarkKind.DISPUTE, MarkKind.SETTLE_DISPUTE, Key.DISPUTED),
        ("council", MarkKind.DISPUTE, MarkKind.SETTLE_DISPUTE, Key.DISPUTED),
        ("maison", MarkKind.RECALL, MarkKind.LIFT_RECALL, Key.RECALLED),
        ("maison", MarkKind.VOID, MarkKind.LIFT_VOID, Key.REVOKED),
    ],
)
def test_a_mark_counts_at_once_and_its_end_once_it_is_final(
    sqlite_world: World, slug: str, set_: MarkKind, lifted: MarkKind, shown: Key
) -> None:
    world, card = sqlite_world, sqlite_world.cards()[0]
    queued = mark(world, slug, card, set_)
    assert verdict(world, card) is shown
    accepted(world, queued)
    ended = mark(world, slug, card, lifted)
    assert verdict(world, card) is shown
    accepted(world, ended)
    assert verdict(world, card) is Key.UNCLAIMED


@pytest.mark.parametrize(
    ("set_", "lifted", "shown"),
    [
        (MarkKind.RECALL_BATCH, MarkKind.LIFT_BATCH_RECALL, Key.RECALLED),
        (MarkKind.VOID_BATCH, MarkKind.LIFT_BATCH_VOID, Key.REVOKED),
    ],
)
def test_a_mark_on_a_batch_reaches_all_its_items(world: World, set_: MarkKind, lifted: MarkKind, shown: Key) -> None:
    cards = world.cards()
    number = world.party("maison") << 32 | 1
    queued = world.say("maison", Kind.MARK, subject=number, kind=int(set_))
    assert {verdict(world, card) for card in cards} == {shown}
    accepted(world, queued)
    if set_ is MarkKind.VOID_BATCH:
        with pytest.raises(Conflict, match="whole batch"):
            world.claim(cards[0], person("ada"))
    accepted(world, world.say("maison", Kind.MARK, subject=number, kind=int(lifted)))
    assert {verdict(world, card) for card in cards} == {Key.UNCLAIMED}


def test_accreditation_begins_and_ends_and_changes_nothing_that_was_said(world: World) -> None:
    card, who = world.cards()[0], world.caller("luxcheck")
    said = records.record(world.ledger, who, records.inspection(card.gtin, card.serial, GOOD, {}))
    accepted(world, said)
    accepted(world, world.say("maison", Kind.END_ACCREDITATION, party=world.party("luxcheck")))
    with pytest.raises(Forbidden, match="accredited"):
        records.record(world.ledger, who, records.inspection(card.gtin, card.serial, FAKE, {}))
    assert len(scan_item(world.ledger, card.gtin, card.serial).records) == 1
    accepted(world, world.say("council", Kind.ACCREDIT, party=world.party("luxcheck")))
    accepted(world, records.record(world.ledger, who, records.inspection(card.gtin, card.serial, GOOD, {})))


def test_keys_come_go_and_are_compromised(world: World) -> None:
    new = person("new key").address
    accepted(world, world.say("luxcheck", Kind.ADD_KEY, key=new))
    with pytest.raises(Conflict, match="before"):
        world.say("luxcheck", Kind.ADD_KEY, key=new)
    accepted(world, world.say("luxcheck", Kind.RETIRE_KEY, key=new))
    with pytest.raises(Unknown):
        world.say("luxcheck", Kind.RETIRE_KEY, key=new)
    party = world.party("luxcheck")
    with world.ledger.store.read() as tx:
        key = directory(tx).key(party, world.caller("luxcheck").organisation.address)
    assert key is not None
    address = world.caller("luxcheck").organisation.address
    accepted(world, world.say("council", Kind.COMPROMISED, party=party, key=address, since=key.interval.start))
    with world.ledger.store.read() as tx:
        assert not directory(tx).key_in_force(party, address, world.ledger.now())


def test_what_a_compromised_key_said_no_longer_counts(world: World) -> None:
    card, who = world.cards()[0], world.caller("luxcheck")
    said = records.record(world.ledger, who, records.inspection(card.gtin, card.serial, FAKE, {}))
    accepted(world, said)
    assert verdict(world, card) is Key.COUNTERFEIT_FOUND
    address, party = who.organisation.address, world.party("luxcheck")
    with world.ledger.store.read() as tx:
        since = directory(tx).key(party, address).interval.start  # type: ignore[union-attr]
    accepted(world, world.say("council", Kind.COMPROMISED, party=party, key=address, since=since))
    assert verdict(world, card) is Key.UNCLAIMED


def test_anchors_and_amendments_are_appended(world: World) -> None:
    card = world.cards()[0]
    number = world.party("maison") << 32 | 1
    accepted(
        world,
        world.say("maison", Kind.ANCHOR, hash=b"\x11" * 32),
        world.say("maison", Kind.AMEND_ITEM, item=card.item, recordHash=b"\x22" * 32, manifestHash=b"\x33" * 32),
        world.say("maison", Kind.AMEND_BATCH, batch=number, root=b"\x44" * 32, manifestHash=b"\x55" * 32),
    )
    with world.ledger.store.read() as tx:
        state = tx.chain.state(card.item)
    assert state is not None
    assert Flag.AMENDED in state.flags


def test_a_second_batch_takes_the_next_number(world: World) -> None:
    world.register("maison", ["09521234543213;;Sac 90;red"], on_sale_at_once=True)
    world.register("maison", ["09521234543213;;Sac 91;red"], on_sale_at_once=True)
    world.settle()
    with world.ledger.store.read() as tx:
        assert tx.chain.highest_batch(world.party("maison")) & 0xFFFF == 3

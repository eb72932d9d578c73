"""Passports made from a living world: every act of an item's life, checked at all three levels."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from ledger.chain import signing
from ledger.chain.rpc import Rpc
from ledger.chain.witness import NodeWitness
from ledger.domain.custody import RECOVERY_NOTICE
from ledger.domain.errors import Conflict, Forbidden, Unavailable
from ledger.domain.statements import Kind, MarkKind, OwnerReportKind
from ledger.proof.canonical import write_canonical
from ledger.proof.listed import CheckpointWitness
from ledger.proof.report import Outcome, Report, Step
from ledger.proof.shapes import json_schema
from ledger.proof.trust import Trust, read_checkpoint, read_trust
from ledger.proof.verify import Ask, Tools, verify
from ledger.services.amend_item import amend
from ledger.services.make_passport import make_passport
from ledger.services.publish_trust import checkpoint, trust_list
from ledger.services.record_inspection import correction, inspection, record
from tests.integration.story.test_custody_story import ADA, BEN, CEM, accepted, complete, owned, recover
from tests.integration.story.test_party_story import FAKE, GOOD, mark
from tests.support.world import Card, World, person

TOOLS_OF = (signing.keccak, signing.signer_of)
TOOLS = Tools(*TOOLS_OF)


@pytest.fixture
def world(sqlite_world: World) -> World:
    """What a passport proves has nothing to do with the database; that both can make one is a test of its own."""
    return sqlite_world


def trust_of(world: World) -> Trust:
    return read_trust(trust_list(world.ledger))


def passport_of(world: World, card: Card) -> bytes:
    world.settle()
    return make_passport(world.ledger, card.gtin, card.serial)


def checked(world: World, raw: bytes, ask: Ask | None = None) -> Report:
    return verify(raw, trust_of(world), TOOLS, ask)


def holds(world: World, raw: bytes) -> dict[str, Any]:
    report = checked(world, raw)
    assert [(one.step, one.said) for one in report.steps if one.outcome is Outcome.CONTRADICTS] == []
    assert (report.level, report.exit_code) == (2, 0), report
    assert report.facts is not None
    return report.facts


def wrong_at(report: Report) -> Step:
    assert report.exit_code == 2, report
    return next(one.step for one in report.steps if one.outcome is Outcome.CONTRADICTS)


def test_both_databases_make_passports(worlds: Callable[[str], World], database: str) -> None:
    world = worlds(database)
    card = owned(world)
    assert holds(world, passport_of(world, card))["holder"] == ADA.address
    assert read_checkpoint(checkpoint(world.ledger)).blocks


def test_an_item_that_nobody_touched_is_proven_untouched(world: World) -> None:
    facts = holds(world, passport_of(world, world.cards()[3]))
    assert (facts["claimed"], facts["holder"], facts["statements"]) == (False, None, [])
    assert facts["brand"] == {"number": 1, "name": "Maison"}


def test_owners_come_and_go_and_every_signature_is_checked_again(world: World) -> None:
    card, link = owned(world), person("link")
    offer = world.offer(card, ADA, link.address, code="271828")
    accepted(world, world.accept(offer, BEN, code="271828", link=link))
    facts = holds(world, passport_of(world, card))
    assert (facts["holder"], facts["owners"]) == (BEN.address, 2)
    # Registration; claim key and owner; owner, new owner and link.
    assert facts["signatures"] == {"rechecked": 6, "all": 6}


def test_what_is_reported_is_in_the_file_and_what_ends_it_too(world: World) -> None:
    card = owned(world)
    accepted(world, world.own(ADA, Kind.OWNER_REPORT, card, kind=int(OwnerReportKind.STOLEN)))
    assert holds(world, passport_of(world, card))["flags"] == ["stolen"]
    accepted(world, world.own(ADA, Kind.OWNER_REPORT, card, kind=int(OwnerReportKind.FOUND)))
    accepted(world, mark(world, "maison", card, MarkKind.THEFT), mark(world, "maison", card, MarkKind.RECALL))
    assert holds(world, passport_of(world, card))["flags"] == ["brand_theft", "recalled"]
    world.travel(91 * 86_400)
    accepted(world, world.own(ADA, Kind.CANCEL, card))
    assert holds(world, passport_of(world, card))["flags"] == ["recalled"], "a timed flag ends by itself"


def test_a_statement_left_out_at_the_end_is_missed_by_the_contracts_state(world: World) -> None:
    card = owned(world)
    before = json.loads(passport_of(world, card))
    accepted(world, world.own(ADA, Kind.OWNER_REPORT, card, kind=int(OwnerReportKind.STOLEN)))
    after = json.loads(passport_of(world, card))
    forged = {**before, "state": after["state"]}
    assert wrong_at(checked(world, write_canonical(forged))) is Step.ITEM


def test_a_file_without_state_cannot_tell_whether_it_is_whole(world: World) -> None:
    bare = {**json.loads(passport_of(world, owned(world))), "state": None}
    report = checked(world, write_canonical(bare))
    assert (report.exit_code, report.level) == (3, 1)


def test_another_items_proof_is_not_taken(world: World) -> None:
    first, second = (json.loads(passport_of(world, card)) for card in world.cards()[:2])
    swapped = {**first, "listing": second["listing"]}
    assert wrong_at(checked(world, write_canonical(swapped))) is Step.LISTING
    swapped = {**first, "item": second["item"]}
    assert wrong_at(checked(world, write_canonical(swapped))) is Step.LISTING


def test_what_is_withheld_stays_provable_and_unread(world: World) -> None:
    card = world.cards()[0]
    world.settle()
    raw = make_passport(world.ledger, card.gtin, card.serial, ["colour"])
    facts = holds(world, raw)
    assert list(facts["record"]) == ["colour"]
    assert facts["withheld"] == 1
    assert b"Sac" not in raw


def test_only_the_brand_shows_what_it_keeps_private(world: World) -> None:
    card = world.cards()[0]
    fields = {"model_ref": "Sac 0", "private_note": "for the archive"}
    amend(world.ledger, world.caller("maison"), card.gtin, card.serial, fields, ["private_note"])
    assert "archive" not in passport_of(world, card).decode()
    wanted = ["model_ref", "private_note"]
    for stranger in (None, world.caller("luxcheck")):
        with pytest.raises(Forbidden):
            make_passport(world.ledger, card.gtin, card.serial, wanted, stranger)
    shown = make_passport(world.ledger, card.gtin, card.serial, wanted, world.caller("maison"))
    assert holds(world, shown)["record"] == fields


def test_a_node_or_a_checkpoint_makes_it_live(world: World) -> None:
    card = owned(world)
    raw = passport_of(world, card)
    with Rpc(world.node.url) as rpc:
        report = checked(world, raw, lambda ledger: NodeWitness(rpc, ledger))
        assert (report.level, report.exit_code, report.notes) == (3, 0, ())
        accepted(world, world.own(ADA, Kind.CANCEL, card))
        (note,) = checked(world, raw, lambda ledger: NodeWitness(rpc, ledger)).notes
        assert "gone on" in note
    listed = read_checkpoint(checkpoint(world.ledger))
    assert checked(world, raw, lambda ledger: CheckpointWitness(listed, ledger, *TOOLS_OF)).level == 3


def test_a_checkpoint_that_somebody_else_signed_is_refused(world: World) -> None:
    raw = passport_of(world, world.cards()[0])
    told = json.loads(checkpoint(world.ledger))
    told["blocks"][0]["hash"] = "0x" + "11" * 32
    forged = read_checkpoint(write_canonical(told))
    assert wrong_at(checked(world, raw, lambda ledger: CheckpointWitness(forged, ledger, *TOOLS_OF))) is Step.LIVE


def test_a_whole_forged_chain_has_no_block_that_a_witness_knows(world: World) -> None:
    card = owned(world)
    raw = passport_of(world, card)

    class Elsewhere:
        name = "Another node"

        def hash_at(self, number: int) -> str | None:
            return f"0x{number:064x}"

        def head_now(self, slot: int) -> int | None:
            return slot

    assert wrong_at(checked(world, raw, lambda _: Elsewhere())) is Step.LIVE


def test_a_contract_nobody_trusts_is_not_called_false(world: World) -> None:
    raw = passport_of(world, owned(world))
    for trust in (None, Trust(format="touchmark-trust/1", ledgers=[])):
        report = verify(raw, trust, TOOLS)
        assert (report.exit_code, report.level) == (3, 1)


def test_other_code_at_the_trusted_address_is_named(world: World) -> None:
    raw = passport_of(world, owned(world))
    (ours,) = trust_of(world).ledgers
    other = ours.model_copy(update={"codeHash": "0x" + "22" * 32})
    report = verify(raw, Trust(format="touchmark-trust/1", ledgers=[other]), TOOLS)
    assert wrong_at(report) is Step.CODE
    assert report.steps[-1].expected == "0x" + "22" * 32


def test_a_brand_the_list_does_not_name_cannot_be_told(world: World) -> None:
    raw = passport_of(world, owned(world))
    (ours,) = trust_of(world).ledgers
    other = ours.model_copy(update={"parties": []})
    report = verify(raw, Trust(format="touchmark-trust/1", ledgers=[other]), TOOLS)
    assert report.exit_code == 3


def test_a_recovery_opened_ended_opened_again_and_completed_is_told_right(world: World) -> None:
    card = owned(world)
    accepted(world, recover(world, card))
    assert holds(world, passport_of(world, card))["flags"] == ["recovery_open"]
    accepted(world, world.own(ADA, Kind.CANCEL, card))
    assert holds(world, passport_of(world, card))["flags"] == ["owner_ended_recovery"]
    accepted(world, recover(world, card, "council"))
    world.travel(RECOVERY_NOTICE + 60)
    world.settle()
    accepted(world, complete(world, card))
    facts = holds(world, passport_of(world, card))
    assert (facts["flags"], facts["holder"]) == (["recovered"], CEM.address)


def test_no_passport_before_the_batch_is_final_nor_without_a_node(world: World) -> None:
    card = world.cards()[0]
    world.settle()
    with world.ledger.store.write() as tx:
        tx.meta.set("final_height", 0)
    with pytest.raises(Conflict, match="not on the record"):
        make_passport(world.ledger, card.gtin, card.serial)
    world.restart_worker()
    world.settle()
    world.node.stop()
    with pytest.raises(Unavailable):
        make_passport(world.ledger, card.gtin, card.serial)


def test_inspections_are_in_the_file_and_their_inspectors_interval_in_the_state(world: World) -> None:
    card, who = world.cards()[0], world.caller("luxcheck")
    first = record(world.ledger, who, inspection(card.gtin, card.serial, FAKE, {"basis": "font"}))
    accepted(world, first)
    number = first.statement.nonce
    assert number is not None
    accepted(world, record(world.ledger, who, correction(card.gtin, card.serial, number, GOOD, {"basis": "again"})))
    facts = holds(world, passport_of(world, card))
    assert [one["kind"] for one in facts["statements"]] == ["Record", "Record"]
    assert {one["party"] for one in facts["statements"]} == {world.party("luxcheck")}


def test_a_key_that_was_no_longer_its_partys_own_is_noted_and_contradicts_nothing(world: World) -> None:
    card, who = world.cards()[0], world.caller("luxcheck")
    accepted(world, record(world.ledger, who, inspection(card.gtin, card.serial, GOOD, {"basis": "hand"})))
    told = json.loads(passport_of(world, card))
    party, key, time = world.party("luxcheck"), told["statements"][0]["signer"], told["statements"][0]["time"]
    accepted(world, world.say("council", Kind.COMPROMISED, party=party, key=key, since=time))
    report = checked(world, passport_of(world, card))
    assert report.exit_code == 0
    assert any("Give it no weight" in note for note in report.notes)


def test_of_two_statements_in_one_block_each_has_its_own_note(world: World) -> None:
    card, who = world.cards()[0], world.caller("luxcheck")
    both = [record(world.ledger, who, inspection(card.gtin, card.serial, GOOD, {"basis": text})) for text in "ab"]
    accepted(world, *both)
    first, second = json.loads(passport_of(world, card))["statements"]
    assert (first["signer"], first["time"]) == (second["signer"], second["time"])
    party = world.party("luxcheck")
    accepted(world, world.say("council", Kind.COMPROMISED, party=party, key=first["signer"], since=first["time"]))
    notes = [note for note in checked(world, passport_of(world, card)).notes if "Give it no weight" in note]
    assert [note.split(":")[0] for note in notes] == ["Statement 1", "Statement 2"]


def test_a_retired_item_and_a_replaced_card_are_told_right(world: World) -> None:
    first, second = world.cards()[:2]
    accepted(world, world.say("maison", Kind.RETIRE, item=first.item))
    assert holds(world, passport_of(world, first))["flags"] == ["retired"]
    accepted(world, world.say("maison", Kind.REPLACE_CLAIM, item=second.item, claimAddress=person("card").address))
    assert holds(world, passport_of(world, second))["claimed"] is False


def test_acts_on_the_whole_batch_are_in_every_items_proof(world: World) -> None:
    card = world.cards()[4]
    with world.ledger.store.read() as tx:
        number = tx.batches.by_number(world.party("maison") << 32 | 1).number  # type: ignore[union-attr]
    accepted(world, world.say("maison", Kind.MARK, subject=number, kind=int(MarkKind.RECALL_BATCH)))
    assert holds(world, passport_of(world, card))["batchFlags"] == ["recalled"]


# A byte of a passport, anywhere, changed to another


def test_every_damaged_byte_is_found(world: World) -> None:
    card, who = owned(world), world.caller("luxcheck")
    accepted(world, record(world.ledger, who, inspection(card.gtin, card.serial, GOOD, {"basis": "hand"})))
    offer = world.offer(card, ADA, BEN.address)
    accepted(world, world.accept(offer, BEN))
    raw, trust = passport_of(world, card), trust_of(world)
    assert verify(raw, trust, TOOLS).exit_code == 0
    random, step = Random(raw), 1 if "TOUCHMARK_LONG" in os.environ else 6
    for place in range(random.randrange(step), len(raw), step):
        other = random.choice([byte for byte in b'0123456789abcdef"\\{}[],: z' if byte != raw[place]])
        damaged = raw[:place] + bytes([other]) + raw[place + 1 :]
        report = verify(damaged, trust, TOOLS)
        assert report.exit_code != 0, (place, raw[max(0, place - 40) : place + 40], chr(other))
    for place in range(0, len(raw), 97):
        for damaged in (raw[:place], raw[:place] + raw[place + 1 :], raw[:place] + b"\xff" + raw[place:]):
            assert verify(damaged, trust, TOOLS).exit_code == 2


@pytest.mark.parametrize(
    "bad",
    [
        b"",
        b"null",
        b"[]",
        b"\xff\xfe",
        b"{" * 100_000,
        b"[" * 5_000_000,
        b'{"format":' * 3_000,
        b'{"a":1,"a":1}',
        b'{"format":"touchmark-passport/1","item":1e999}',
        b'{"format":"touchmark-passport/1","item":' + b"9" * 5_000 + b"}",
        b'"' + b"a" * (17 * 2**20) + b'"',
    ],
    ids=lambda bad: repr(bad[:20]),
)
def test_what_is_no_passport_is_told_so_at_the_first_step(bad: bytes) -> None:
    report = verify(bad, None, TOOLS)
    assert (report.exit_code, [one.step for one in report.steps]) == (2, [Step.FILE])


def test_the_published_schema_takes_every_passport_and_no_other(world: World) -> None:
    schema = Draft202012Validator(json_schema())
    told = json.loads(passport_of(world, owned(world)))
    schema.validate(told)
    for wrong in (
        {**told, "more": 1},
        {**told, "ledger": {**told["ledger"], "chainId": str(told["ledger"]["chainId"])}},
        {**told, "head": told["head"].upper()},
        {name: value for name, value in told.items() if name != "state"},
        {**told, "statements": [{**told["statements"][0], "offer": None}]},
    ):
        assert not schema.is_valid(wrong)
        assert wrong_at(verify(write_canonical(wrong), None, TOOLS)) is Step.FILE

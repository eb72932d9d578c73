"""However many records follow, an inspection that says "not genuine" counts until its inspector takes it back."""

from __future__ import annotations

import pytest

from ledger.domain.inspections import Authenticity, InspectionFacts, Method, Service, WithdrawalReason
from ledger.domain.standing_facts import Undone
from ledger.domain.standing_headlines import Key
from ledger.services import read_records
from ledger.services import record_inspection as records
from ledger.services.scan_item import scan_item, scan_many
from tests.support.world import Card, World

FAKE = InspectionFacts(Authenticity.NOT_GENUINE, Method.IN_HAND, 2)
GOOD = InspectionFacts(Authenticity.CONSISTENT, Method.PHOTOS, 1)
MOST = 3


@pytest.fixture(autouse=True)
def _few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read_records, "MOST", MOST)


def inspect(world: World, card: Card, facts: InspectionFacts) -> int:
    """The number of the inspection."""
    said = records.inspection(card.gtin, card.serial, facts, {"basis": "seams"})
    number = records.record(world.ledger, world.caller("luxcheck"), said).statement.nonce
    assert number is not None
    return number


def bury(world: World, card: Card) -> None:
    """As many services by the brand as are read, and one more."""
    for n in range(MOST + 1):
        done = records.service(card.gtin, card.serial, Service.CARE, {"what": f"polished {n}"})
        records.record(world.ledger, world.caller("maison"), done)
    world.settle()


def expect(world: World, card: Card, key: Key) -> list[Undone]:
    """Fails unless one look, one at the newest alone and a check of many say so; how the bad opinions shown stand."""
    shown = scan_item(world.ledger, card.gtin, card.serial)
    newest = scan_item(world.ledger, card.gtin, card.serial, newest=1)
    many = scan_many(world.ledger, [(one.gtin, one.serial) for one in world.cards()])
    assert {shown.standing.key, newest.standing.key, many[0].standing.key} == {key}
    assert newest.facts.inspections == shown.facts.inspections
    return [one.undone for one in shown.records if one.facts is not None and one.facts == FAKE]


def test_a_brand_cannot_bury_an_inspection_under_services(world: World) -> None:
    card = world.cards()[0]
    number = inspect(world, card, FAKE)
    bury(world, card)
    assert expect(world, card, Key.COUNTERFEIT_FOUND) == [Undone.NO]
    back = records.withdrawal(card.gtin, card.serial, number, WithdrawalReason.MISTAKE, {"basis": "mistake"})
    records.record(world.ledger, world.caller("luxcheck"), back)
    world.loop.turn()
    bury(world, card)
    assert expect(world, card, Key.UNCLAIMED) == []


def test_what_was_taken_back_hides_nothing_that_was_not(world: World) -> None:
    card = world.cards()[0]
    inspect(world, card, FAKE)
    for n in range(MOST):
        number = inspect(world, card, FAKE)
        world.settle()
        again = records.correction(card.gtin, card.serial, number, GOOD, {"basis": f"looked again {n}"})
        records.record(world.ledger, world.caller("luxcheck"), again)
    bury(world, card)
    assert expect(world, card, Key.COUNTERFEIT_FOUND) == [Undone.NO]

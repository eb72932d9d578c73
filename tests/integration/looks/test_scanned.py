"""A scan that asks little answers exactly as one that asks the tables for everything, whatever happened before."""

from __future__ import annotations

import random
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from ledger.bootstrap import build
from ledger.domain.errors import LedgerError
from ledger.domain.looks import LookKind
from ledger.services.gather_facts import FactReader
from ledger.services.note_scan import Seen, note_scans
from ledger.services.ports import Ledger
from ledger.services.scan_item import scan_item
from ledger.services.scanned import Scan
from ledger.services.views_of_chain import find_listed
from tests.support.rough_play import PEOPLE, RoughPlay
from tests.support.world import Card, World
from web.scan_json import scan_out

_COUNTRIES = ("FR", "IT", "JP", None)


def _plainly(ledger: Ledger, card: Card) -> Scan:
    """Every question asked of the tables, none answered from what was kept."""
    with ledger.store.read() as tx:
        now = datetime.fromtimestamp(ledger.now(), UTC)
        return FactReader(ledger, tx, find_listed(tx, card.gtin, card.serial), now).scan(looks_different=False)


def _expect_newest(ledger: Ledger, card: Card, whole: Scan, newest: int) -> None:
    """Fails unless a look that wants the newest records alone says of them, and concludes, what a whole one does."""
    some = scan_item(ledger, card.gtin, card.serial, newest=newest)
    assert (some.facts, some.standing, some.timeline) == (whole.facts, whole.standing, whole.timeline)
    assert some.left_out + len(some.records) == len(whole.records)
    shown = min(newest, len(whole.records))
    assert some.records[len(some.records) - shown :] == whole.records[len(whole.records) - shown :]
    assert scan_out(ledger, some, newest) == scan_out(ledger, whole, newest)


def _stopped(world: World) -> Ledger:
    """The ledger with its clock stopped."""
    now = world.ledger.now()
    return replace(world.ledger, clock=lambda: now)


@pytest.mark.parametrize("seed", [11, 12])
def test_every_scan_of_a_random_play_is_what_the_tables_say(world: World, seed: int) -> None:
    cards = world.cards()[:5]
    play = RoughPlay(world, seed, cards[:4])
    chance = random.Random(seed)
    for step in range(60):
        play.act()
        looks = [
            Seen(card.item, world.ledger.now() - chance.randrange(40 * 86_400), "held", chance.choice(_COUNTRIES), "x")
            for card in chance.choices(cards, k=chance.randrange(3))
        ]
        note_scans(world.ledger, looks)
        if chance.random() < 0.05:
            note_scans(world.ledger, [Seen(cards[0].item, world.ledger.now(), "x", "FR", kind=LookKind.ANSWER)])
        if chance.random() < 0.3:
            world.loop.turn()
        if step % 4 == 0:
            ledger = _stopped(world)
            other = replace(build(world.settings), clock=ledger.clock)
            for card in cards:
                told = _plainly(other, card)
                assert scan_item(ledger, card.gtin, card.serial) == told
                assert scan_item(ledger, card.gtin, card.serial) == told
                for newest in (0, 1, 3):
                    _expect_newest(ledger, card, told, newest)
            other.store.close()
    assert play.queued


def test_a_long_history_is_told_as_the_tables_tell_it(sqlite_world: World) -> None:
    world, card = sqlite_world, sqlite_world.cards()[0]
    play = RoughPlay(world, 5, [card])
    for turn in range(5):
        for _ in range(80):
            # Half of the inspections are somebody's who is not accredited.
            with suppress(LedgerError):
                (play._service if turn % 2 else play._inspect)(card, PEOPLE[0])
        world.settle()
    with world.ledger.store.read() as tx:
        assert len(tx.chain.item_events(card.item, 1_000)) > 250
    ledger = _stopped(world)
    whole = _plainly(ledger, card)
    assert scan_item(ledger, card.gtin, card.serial) == whole
    for newest in (1, 20, 100, 1_000):
        _expect_newest(ledger, card, whole, newest)
    assert scan_item(ledger, card.gtin, card.serial, newest=20).left_out > 50

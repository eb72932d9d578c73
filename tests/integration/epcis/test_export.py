"""Exports on both databases: only what is final, the same whichever way it is asked for, and read page by page."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from sqlalchemy import event

from ledger.domain.epcis import document
from ledger.domain.errors import Forbidden, Invalid, Unknown
from ledger.domain.organisations import Caller, Scope
from ledger.domain.statements import Kind, MarkKind, OwnerReportKind
from ledger.services import epcis_export
from ledger.services.epcis_export import FOREVER, batch_events, item_page, period_page
from tests.support.epcis_reference import reference_hashes
from tests.support.gs1_schemas import faults_of
from tests.support.world import Card, World, person


def lived(world: World) -> list[Card]:
    """Three items: one sold and handed on, one reported and recalled with its whole batch, one untouched."""
    cards = world.cards()[:3]
    anna, bert = person("anna"), person("bert")
    world.claim(cards[0], anna)
    world.settle()
    world.accept(world.offer(cards[0], anna, bert.address), bert)
    world.claim(cards[1], anna)
    world.settle()
    world.own(anna, Kind.OWNER_REPORT, cards[1], kind=int(OwnerReportKind.LOST), ref="0x" + "00" * 32)
    world.settle()
    return cards


def whole_period(world: World, slug: str, limit: int) -> list[dict[str, Any]]:
    events, cursor = [], None
    for _ in itertools.count():
        page = period_page(world.ledger, world.caller(slug), FOREVER, cursor, limit)
        events += page.events
        if page.next is None:
            return events
        cursor = page.next
    raise AssertionError("unreachable")


def test_every_way_of_asking_gives_the_same_events_and_names_no_owner(world: World) -> None:
    cards = lived(world)
    with world.ledger.store.read() as tx:
        batch = tx.batches.find(cards[0].gtin, cards[0].serial)[0].batch_id
    streamed = list(batch_events(world.ledger, world.caller("maison"), batch))
    assert faults_of(document(streamed, 0)) == []
    assert reference_hashes(document(streamed, 0)) == [one["eventID"] for one in streamed]
    alone = [event for card in world.cards() for event in item_page(world.ledger, card.gtin, card.serial, None, 50)[0]]
    assert streamed == alone
    by_id = sorted(streamed, key=lambda one: str(one["eventID"]))
    for limit in (1, 5, 500):
        assert sorted(whole_period(world, "maison", limit), key=lambda one: str(one["eventID"])) == by_id
    told = str(streamed).lower()
    assert all(person(name).address[2:].lower() not in told for name in ("anna", "bert"))
    [sold, handed] = [one for one in streamed if "destinationList" in one and cards[0].serial in one["epcList"][0]]
    assert handed["sourceList"][0]["source"] == sold["destinationList"][0]["destination"]


def test_a_mark_on_a_batch_is_told_of_each_item_by_pages(world: World) -> None:
    batch = world.party("maison") << 32 | 1
    world.say("maison", Kind.MARK, subject=batch, kind=int(MarkKind.RECALL_BATCH), ref="0x" + "11" * 32)
    world.settle()
    read = whole_period(world, "maison", 5)
    assert len(read) == 2 * len(world.cards())
    recalled = [one["epcList"][0] for one in read if one.get("persistentDisposition") == {"set": ["recalled"]}]
    assert len(set(recalled)) == len(world.cards())


def test_what_is_not_final_is_not_told(world: World) -> None:
    card = world.cards()[0]
    before = item_page(world.ledger, card.gtin, card.serial, None, 50)
    world.claim(card, person("anna"))
    world.settle()
    with world.ledger.store.write() as tx:
        tip = tx.chain.tip()
        assert tip is not None
        told = tx.chain.item_events(card.item)
        tx.meta.set("final_height", told[-1].block - 1)
    assert item_page(world.ledger, card.gtin, card.serial, None, 50) == before
    assert len(whole_period(world, "maison", 500)) == len(world.cards())
    with world.ledger.store.write() as tx:
        tx.meta.set("final_height", -1)
    with pytest.raises(Unknown):
        item_page(world.ledger, card.gtin, card.serial, None, 50)
    assert whole_period(world, "maison", 500) == []


def test_a_batch_is_read_page_by_page_with_as_few_questions_a_page(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = world.cards()[0]
    with world.ledger.store.read() as tx:
        batch = tx.batches.find(card.gtin, card.serial)[0].batch_id
    whole = list(batch_events(world.ledger, world.caller("maison"), batch))
    monkeypatch.setattr(epcis_export, "_ITEMS", 4)
    asked: list[str] = []
    engine = world.ledger.store.engine  # type: ignore[attr-defined]
    event.listen(engine, "before_cursor_execute", lambda *told: asked.append(told[2]))
    stream = batch_events(world.ledger, world.caller("maison"), batch)
    first = next(stream)
    at_first = len(asked)
    assert [first, *stream] == whole
    # Twelve items are three pages and the empty one that ends them.
    assert at_first < len(asked) <= at_first * 5


def test_others_see_nothing_of_a_batch_and_nobody_without_the_scope(world: World) -> None:
    card = world.cards()[0]
    with world.ledger.store.read() as tx:
        batch = tx.batches.find(card.gtin, card.serial)[0].batch_id
    with pytest.raises(Unknown):
        batch_events(world.ledger, world.caller("rival"), batch)
    assert whole_period(world, "rival", 500) == []
    weak = Caller(world.caller("maison").organisation, frozenset({Scope.LABELS}))
    with pytest.raises(Forbidden):
        batch_events(world.ledger, weak, batch)
    with pytest.raises(Forbidden):
        period_page(world.ledger, weak, FOREVER, None, 5)
    with pytest.raises(Invalid, match="cursor"):
        period_page(world.ledger, world.caller("maison"), FOREVER, "5", 5)

"""The stamps move with whatever an answer could rest on, in the same transaction, and with nothing else."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import pytest

from ledger.domain.statements import Kind, MarkKind
from ledger.services.condition import NODE_HEIGHT
from ledger.services.follow_chain import NODE_SEEN
from ledger.services.keep_looks import compare_new
from ledger.services.note_scan import Seen, note_scans
from ledger.services.ports import Tx
from ledger.storage import tables
from ledger.storage.engine import Store
from ledger.storage.migrate import upgrade
from ledger.storage.stamps import OF_ITEMS, QUIET
from tests.support.world import World, person


def test_only_tables_that_there_are_are_said_to_move_less() -> None:
    assert set(tables.metadata.tables) >= QUIET | OF_ITEMS
    assert not QUIET & OF_ITEMS


def test_what_an_item_tells_moves_the_items_and_a_block_moves_everything(world: World) -> None:
    card = world.cards()[0]
    before = world.ledger.store.stamp()[:2]
    world.claim(card, person("ada"))
    queued = world.ledger.store.stamp()[:2]
    assert queued[0] == before[0]
    assert queued[1] > before[1]
    world.settle()
    final = world.ledger.store.stamp()[:2]
    assert final[0] > queued[0]
    assert final[1] > queued[1]


def test_looks_and_heartbeats_move_nothing(world: World) -> None:
    before = world.ledger.store.stamp()[:2]
    note_scans(world.ledger, [Seen(world.cards()[0].item, world.ledger.now(), "held", "FR", "somebody")])
    assert compare_new(world.ledger) == 1
    with world.ledger.store.write() as tx:
        tx.meta.set(NODE_SEEN, world.ledger.now())
        tx.meta.set(NODE_HEIGHT, 7)
        tx.meta.set("lease", {"holder": "somebody", "until": 0})
    assert world.ledger.store.stamp()[:2] == before


def _renumber(tx: Tx) -> None:
    tx.organisations.set_party("maison", 99)


def _mark_safe(tx: Tx) -> None:
    tx.meta.set("safe_mode", {"why": "a rehearsal"})


@pytest.mark.parametrize("act", [_renumber, _mark_safe])
def test_what_is_everybodys_moves_the_shared_stamp(sqlite_world: World, act: Callable[[Tx], None]) -> None:
    before = sqlite_world.ledger.store.stamp()[:2]
    with sqlite_world.ledger.store.write() as tx:
        act(tx)
    assert sqlite_world.ledger.store.stamp()[0] == before[0] + 1


def test_what_is_undone_has_moved_nothing(world: World) -> None:
    before = world.ledger.store.stamp()[:2]
    with suppress(ZeroDivisionError), world.ledger.store.write() as tx:
        tx.meta.set("safe_mode", {"why": "a rehearsal"})
        raise ZeroDivisionError
    assert world.ledger.store.stamp()[:2] == before


def test_a_statement_in_plain_sql_is_taken_for_everybodys(world: World) -> None:
    before = world.ledger.store.stamp()[:2]
    with world.ledger.store.write() as tx:
        tx.connection.exec_driver_sql("UPDATE meta SET key = key")  # type: ignore[attr-defined]
    assert world.ledger.store.stamp()[0] == before[0] + 1


def test_a_batch_under_way_is_told_by_its_marks(world: World) -> None:
    before = world.ledger.store.stamp()[:2]
    world.say("maison", Kind.MARK, subject=world.party("maison") << 32 | 1, kind=int(MarkKind.RECALL_BATCH))
    assert world.ledger.store.stamp()[1] > before[1]


def test_a_migration_moves_both_since_nobody_watches_it(empty_database: str) -> None:
    upgrade(empty_database)
    store = Store(empty_database)
    try:
        before = store.stamp()
        upgrade(empty_database)
        after = store.stamp()
        assert after.shared > before.shared
        assert after.items > before.items
    finally:
        store.close()

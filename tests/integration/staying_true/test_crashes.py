"""The worker killed at every named moment: the same bytes go out again, and everything happens exactly once."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select

from ledger.bootstrap import ChainSide
from ledger.chain_loop import ChainLoop
from ledger.domain.outbox import Queued, State
from ledger.domain.statements import Kind
from ledger.storage import tables
from tests.support.breaking import Breaking, Killed
from tests.support.same_as_contract import expect_same_as_contract, expect_tick_supported
from tests.support.world import World, person

MOMENTS = {
    "between the commit and the broadcast": ("node", "send", False),
    "after the broadcast": ("node", "send", True),
    "before mining": ("miner", "mine", False),
    "between mining and following": ("miner", "mine", True),
    "before saving": ("miner", "save", False),
    "between saving and calling it final": ("miner", "save", True),
    "while asking for the fee": ("node", "fee", True),
    "while reading a block's events": ("node", "events_of", True),
}


def rows(world: World, table: Any, *where: Any) -> int:
    with world.ledger.store.read() as tx:
        return int(tx.connection.scalar(select(func.count()).select_from(table).where(*where)) or 0)  # type: ignore[attr-defined]


def something_of_each(world: World) -> list[Queued]:
    cards = world.cards()
    return [
        world.claim(cards[0], person("ada")),
        world.say("maison", Kind.MARK, subject=cards[1].item, kind=5),
        world.say("luxcheck", Kind.RECORD, item=cards[2].item, kind=1, facts=b"\x01\x01\x00\x01\x02" + bytes(27)),
        world.say("council", Kind.ANCHOR, hash=b"\x07" * 32),
    ]


def broken(world: World, moment: str) -> tuple[ChainLoop, Breaking]:
    part, method, after = MOMENTS[moment]
    side = world.side()
    breaking = Breaking(getattr(side, part), method, after=after)
    node: Any = breaking if part == "node" else side.node
    miner: Any = breaking if part == "miner" else side.miner
    return ChainLoop(world.ledger, ChainSide(node, miner)), breaking


def turn_often(loop: ChainLoop) -> None:
    for _ in range(5):
        loop.turn()


@pytest.mark.parametrize("moment", MOMENTS)
def test_killed_at_a_named_moment_costs_nothing_and_doubles_nothing(sqlite_world: World, moment: str) -> None:
    world = sqlite_world
    before = rows(world, tables.transactions)
    queued = something_of_each(world)
    loop, breaking = broken(world, moment)
    with pytest.raises(Killed):
        turn_often(loop)
    assert breaking.broken
    for card in world.cards()[:3]:
        expect_tick_supported(world, card)
    kept = rows(world, tables.transactions)
    world.restart_worker()
    world.settle()
    for one in queued:
        world.expect(one, State.FINAL)
        assert rows(world, tables.events, tables.events.c.statement == one.hash) == 1
    if kept > before:
        assert rows(world, tables.transactions) == kept, "the bytes that were kept are the ones that went out"
    assert rows(world, tables.transactions) == before + 1
    expect_same_as_contract(world, world.cards())


def test_killed_again_and_again_it_still_happens_once(world: World) -> None:
    queued = something_of_each(world)
    for moment in MOMENTS:
        loop, _ = broken(world, moment)
        try:
            for _ in range(3):
                loop.turn()
        except Killed:
            continue
    world.settle()
    for one in queued:
        world.expect(one, State.FINAL)
        assert rows(world, tables.events, tables.events.c.statement == one.hash) == 1


def test_what_a_dead_worker_mined_and_did_not_save_is_saved_by_the_next(sqlite_world: World) -> None:
    world = sqlite_world
    queued = world.claim(world.cards()[0], person("ada"))
    loop, _ = broken(world, "before saving")
    with pytest.raises(Killed):
        loop.turn()
    world.expect(queued, State.ACCEPTED)
    world.restart_worker()
    world.loop.turn()
    world.expect(queued, State.FINAL)

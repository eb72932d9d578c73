"""A node that is late, forgets to answer, lies about its head, its blocks or its chain, or refuses the n-th call."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
from sqlalchemy import select

from ledger.bootstrap import ChainSide
from ledger.chain.node import LocalMiner, Node
from ledger.chain.rpc import Rpc
from ledger.chain_loop import ChainLoop
from ledger.domain.errors import Unavailable
from ledger.domain.outbox import State
from ledger.domain.statements import Kind
from ledger.services.follow_chain import HALTED, Halted
from ledger.services.views_of_chain import final_height
from ledger.storage import tables
from tests.support.faults_after import audit, statements
from tests.support.faults_node import LIES, REQUEST_FAULTS, UntrustworthyNode, untrustworthy
from tests.support.faults_table import LONG, SEED, figure, rounds
from tests.support.faults_truth import unsupported_ticks
from tests.support.rough_play import RoughPlay
from tests.support.world import Card, World, person

TURNS = rounds(gate=12, long=400)
STEP = 1 if LONG else 5
"""Every how manieth call of a turn is refused."""
ODDS = {
    "the reply is dropped after forwarding": {"drop": 0.2},
    "late": {"late": 0.05},
    "an older head": {"older head": 0.1},
    "a newer head": {"newer head": 0.2},
    "another hash": {"other hash above": 0.05},
    "errors": {"error": 0.1, "http 500": 0.05, "refuse": 0.05},
    "another chain": {"other chain": 0.3},
    "everything": dict.fromkeys((*REQUEST_FAULTS, *LIES), 0.03),
}


@contextmanager
def loop_behind(world: World, seed: object) -> Iterator[tuple[ChainLoop, UntrustworthyNode]]:
    """A worker's loop whose node is not to be trusted, with saves that lag behind what is mined."""
    with untrustworthy(world.node.url, seed) as bad, Rpc(bad.url, timeout=0.4) as rpc:
        true = world.side().node
        node = Node(rpc, true.chain_id, true.client.address)
        yield ChainLoop(world.ledger, ChainSide(node, LocalMiner(rpc, world.settings.data / "node" / "saves"))), bad


def expect_truth(world: World, cards: list[Card] | None = None) -> int:
    looked, wrong = unsupported_ticks(world.ledger, world.loop.side.node, cards or world.cards())
    assert not wrong, wrong
    return looked


def expect_once(world: World, queued: set[str]) -> tuple[int, int]:
    """Every statement is kept, final or refused, and stands in one event; how many, in how many transactions."""
    assert queued <= statements(world).keys()
    with world.ledger.store.read() as tx:
        connection = tx.connection  # type: ignore[attr-defined]
        told = select(tables.events.c.statement).where(tables.events.c.name != "Refused")
        counts = Counter(row[0] for row in connection.execute(told) if row[0] and any(row[0]))
        used = connection.execute(select(tables.transactions.c.sender, tables.transactions.c.nonce)).all()
    assert max(counts.values()) == 1, counts.most_common(1)
    return len(counts), len(set(map(tuple, used)))


@pytest.mark.parametrize("lies", ODDS if LONG else ["everything"])
def test_whatever_the_node_says_nothing_is_lost_twice_or_untrue(sqlite_world: World, lies: str) -> None:
    world = sqlite_world
    chance = random.Random(f"{SEED} {lies}")
    cards = world.cards()
    play = RoughPlay(world, SEED, cards)
    told = Counter[str]()
    looked = 0
    with loop_behind(world, f"{SEED} {lies}") as (loop, bad):
        for _ in range(TURNS):
            for _ in range(chance.randrange(3)):
                play.act()
            bad.odds = ODDS[lies] if chance.random() < 0.8 else {}
            try:
                loop.turn()
            except (Unavailable, Halted) as away:
                told[type(away).__name__] += 1
            looked += expect_truth(world, chance.sample(cards, 2))
            with world.ledger.store.read() as tx:
                # Whoever halted waits for the true node; there is none but the liar, so here it is again.
                halted = tx.meta.get(HALTED)
            if halted:
                bad.odds = {}
                loop.turn()
            world.clock.ahead += chance.random() * 3
    assert bad.done, "the node never lied"
    world.settle()
    count, transactions = expect_once(world, {one.id for one in play.queued})
    expect_truth(world)
    audit(world)
    figure(
        "RPC timeout after broadcast" if "drop" in lies else f"the node: {lies}",
        f"{sum(bad.done.values())} lies and faults in {TURNS} turns; told as {dict(told)}; 0 twice, 0 gaps",
        statements=count,
        transactions=transactions,
        verdicts=looked,
    )


def test_a_node_that_refuses_the_nth_call_of_a_turn_costs_only_time(sqlite_world: World) -> None:
    world = sqlite_world
    failed, cards = 0, world.cards()
    with loop_behind(world, 0) as (loop, bad):
        loop.turn()
        nth = -SEED % STEP
        while True:
            nth += STEP
            queued = [
                world.say("maison", Kind.ANCHOR, hash=nth.to_bytes(32, "big")),
                world.say("luxcheck", Kind.ANCHOR, hash=(1_000 + nth).to_bytes(32, "big")),
            ]
            first = bad.calls

            def fail(count: int, call: dict[str, Any], at: int = first + nth) -> dict[str, Any] | None:
                return {"error": {"code": -32000, "message": "not now"}} if count == at else None

            bad.hook = fail
            with suppress(Unavailable):
                loop.turn()
            reached = bad.calls - first >= nth
            bad.hook = lambda count, call: None
            expect_truth(world, cards[:1])
            again = ChainLoop(world.ledger, loop.side)
            for _ in range(3):
                again.turn()
                world.clock.ahead += 4
            for one in queued:
                world.expect(one, State.FINAL)
            if not reached:
                break
            failed += 1
            assert nth < 200, "a turn has so many calls"
    assert failed >= (10 if LONG else 1)
    expect_once(world, set())
    audit(world)
    figure("the node: errors for the n-th call", "each call of a turn refused in its turn, each healed", calls=failed)


def test_a_node_that_has_lost_what_was_final_halts_us_until_the_right_one_is_back(
    worlds: Callable[[str], World],
) -> None:
    world = worlds("sqlite")
    card = world.cards()[0]
    world.claim(card, person("ada"))
    world.settle()
    before = statements(world)
    with loop_behind(world, 0) as (loop, bad):
        loop.turn()

        def empty(_: int, call: dict[str, Any]) -> dict[str, Any] | None:
            return {"result": None} if call["method"] == "eth_getBlockByNumber" else None

        bad.hook = empty
        for _ in range(2):
            with pytest.raises(Halted, match="put the right node back"):
                loop.turn()
        with world.ledger.store.read() as tx:
            high = final_height(tx)
        waiting = world.say("maison", Kind.ANCHOR, hash=b"\x11" * 32)
        with pytest.raises(Halted):
            loop.turn()
        world.expect(waiting, State.QUEUED)
        bad.hook = lambda count, call: None
        loop.turn()
        with world.ledger.store.read() as tx:
            assert tx.meta.get(HALTED) is None
            assert final_height(tx) >= high
    world.settle()
    world.expect(waiting, State.FINAL)
    assert statements(world).keys() == before.keys() | {waiting.id}
    audit(world)

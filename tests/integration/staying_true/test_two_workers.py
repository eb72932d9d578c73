"""Two workers, one lease: one that was frozen and wakes up late does no harm."""

from __future__ import annotations

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import select

from ledger.bootstrap import ChainSide, build
from ledger.chain_loop import ChainLoop
from ledger.domain.errors import Unavailable
from ledger.domain.outbox import State
from ledger.domain.statements import Kind
from ledger.storage import tables
from ledger.worker import LEASE_SECONDS, Lease
from tests.support.breaking import Interrupted
from tests.support.world import World


def test_one_of_many_gets_the_lease(world: World) -> None:
    leases = [Lease(world.ledger) for _ in range(12)]
    with ThreadPoolExecutor(12) as pool:
        got = list(pool.map(Lease.hold, leases))
    assert sum(got) == 1


def test_a_lease_passes_on_when_its_holder_is_gone_and_at_once_when_it_says_goodbye(world: World) -> None:
    first, second = Lease(world.ledger), Lease(world.ledger)
    assert first.hold()
    assert not second.hold()
    world.clock.ahead += LEASE_SECONDS - 1
    assert not second.hold()
    assert first.hold(), "renewed in time"
    world.clock.ahead += LEASE_SECONDS + 1
    assert second.hold()
    assert not first.hold()
    second.release()
    assert first.hold()


def test_a_worker_that_wakes_after_its_lease_neither_mines_nor_saves(sqlite_world: World) -> None:
    world = sqlite_world
    lease, other = Lease(world.ledger), Lease(world.ledger)
    assert lease.hold()
    loop = ChainLoop(world.ledger, world.side(), lease.holds)
    loop.turn()
    world.say("maison", Kind.ANCHOR, hash=b"\x01" * 32)

    def frozen() -> None:
        world.clock.ahead += LEASE_SECONDS + 5
        assert other.hold()

    side = world.side()
    loop.side = ChainSide(Interrupted(side.node, "fee", frozen), side.miner)  # type: ignore[arg-type]
    height = world.rpc.call("eth_blockNumber")
    with pytest.raises(Unavailable, match="another may have taken its place"):
        loop.turn()
    assert world.rpc.call("eth_blockNumber") == height


def test_two_workers_at_once_never_use_one_nonce_twice(world: World) -> None:
    """The first is frozen after it asked for its nonces; the second does its work; then the first goes on."""
    queued = [world.say("maison", Kind.ANCHOR, hash=bytes([n]) * 32) for n in range(1, 4)]
    second = ChainLoop(replace(build(world.settings), clock=world.clock), world.side())

    def others() -> None:
        queued.append(world.say("maison", Kind.ANCHOR, hash=b"\xaa" * 32))
        second.turn()
        queued.append(world.say("maison", Kind.ANCHOR, hash=b"\xbb" * 32))

    side = world.side()
    first = ChainLoop(world.ledger, ChainSide(Interrupted(side.node, "fee", others), side.miner))  # type: ignore[arg-type]
    first.turn()
    world.settle()
    for one in queued:
        world.expect(one, State.FINAL)
    with world.ledger.store.read() as tx:
        used = tx.connection.execute(select(tables.transactions.c.sender, tables.transactions.c.nonce)).all()  # type: ignore[attr-defined]
    assert max(Counter(map(tuple, used)).values()) == 1
    second.ledger.store.engine.dispose()  # type: ignore[attr-defined]


def test_what_another_worker_mined_and_did_not_save_is_saved_by_whoever_has_the_lease_next(sqlite_world: World) -> None:
    world = sqlite_world
    world.settle()
    waiting = world.say("maison", Kind.ANCHOR, hash=b"\x02" * 32)
    between = ChainLoop(world.ledger, world.side())
    # A disk so slow that nothing is saved yet when its lease is over.
    between._saved_at, between._save_took = time.monotonic(), 3_600.0
    between.turn()
    world.expect(waiting, State.ACCEPTED)
    world.settle()
    world.expect(waiting, State.FINAL)

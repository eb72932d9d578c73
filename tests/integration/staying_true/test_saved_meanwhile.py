"""A save is written while the chain goes on: nothing of it is final before that, and nothing that is gone meanwhile."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from types import SimpleNamespace

import pytest

from ledger import chain_loop
from ledger.bootstrap import ChainSide
from ledger.chain.node import LocalMiner
from ledger.chain_loop import ChainLoop
from ledger.domain.errors import Unavailable
from ledger.domain.outbox import State
from ledger.domain.statements import Kind
from tests.support.world import World


class SlowDisk(LocalMiner):
    """A disk that takes nothing before it is told to."""

    def __init__(self, world: World) -> None:
        super().__init__(world.rpc, world.settings.data / "node" / "saves")
        self.ready = threading.Event()
        self.full = False

    def save(self, dumped: Callable[[], None] = lambda: None) -> int:
        def told() -> None:
            dumped()
            assert self.ready.wait(60)
            if self.full:
                raise Unavailable("The disk is full.")

        return super().save(told)


@pytest.fixture
def disk(sqlite_world: World, monkeypatch: pytest.MonkeyPatch) -> SlowDisk:
    monkeypatch.setattr(chain_loop, "_DISK", 0)
    return SlowDisk(sqlite_world)


@pytest.fixture
def loop(sqlite_world: World, disk: SlowDisk) -> ChainLoop:
    return ChainLoop(sqlite_world.ledger, ChainSide(sqlite_world.side().node, disk))


def written(loop: ChainLoop) -> None:
    assert loop._saving is not None
    while not loop._saving.height.done():
        time.sleep(0.005)


def test_the_chain_goes_on_while_a_save_is_written_and_what_is_in_it_is_final_after(
    sqlite_world: World, loop: ChainLoop, disk: SlowDisk
) -> None:
    world = sqlite_world
    first = world.say("maison", Kind.ANCHOR, hash=b"\x01" * 32)
    loop.turn()
    second = world.say("maison", Kind.ANCHOR, hash=b"\x02" * 32)
    for _ in range(3):
        loop.turn()
    world.expect(first, State.ACCEPTED)
    world.expect(second, State.ACCEPTED)
    disk.ready.set()
    written(loop)
    loop.turn()
    world.expect(first, State.FINAL)
    world.expect(second, State.ACCEPTED)
    world.settle()
    world.expect(second, State.FINAL)


def test_a_save_that_fails_late_is_said_and_made_again(sqlite_world: World, loop: ChainLoop, disk: SlowDisk) -> None:
    world = sqlite_world
    queued = world.say("maison", Kind.ANCHOR, hash=b"\x01" * 32)
    loop.turn()
    disk.full = True
    disk.ready.set()
    written(loop)
    with pytest.raises(Unavailable, match="disk is full"):
        loop.turn()
    world.expect(queued, State.ACCEPTED)
    disk.full = False
    while loop.turn() or loop._saving is not None:
        time.sleep(0.005)
    world.expect(queued, State.FINAL)


def test_a_save_of_blocks_that_are_gone_meanwhile_makes_nothing_final(
    sqlite_world: World, loop: ChainLoop, disk: SlowDisk
) -> None:
    world = sqlite_world
    queued = world.say("maison", Kind.ANCHOR, hash=b"\x01" * 32)
    loop.turn()
    world.expect(queued, State.ACCEPTED)
    world.restart_node()
    # The node is where it was before; the statement goes into another block.
    world.travel(5)
    loop.turn()
    loop.turn()
    world.expect(queued, State.ACCEPTED)
    disk.ready.set()
    written(loop)
    loop.turn()
    world.expect(queued, State.ACCEPTED)
    world.settle()
    world.expect(queued, State.FINAL)


@pytest.mark.parametrize("much", [True, False])
def test_between_two_requests_of_many_nothing_is_saved_and_soon_after_the_last_it_is(
    sqlite_world: World, monkeypatch: pytest.MonkeyPatch, *, much: bool
) -> None:
    world = sqlite_world
    world.settle()
    loop, now = world.loop, [1_000.0]
    monkeypatch.setattr(chain_loop, "time", SimpleNamespace(monotonic=lambda: now[0]))
    monkeypatch.setattr(loop, "_settled", lambda: not much)
    # A save takes so long that one is due where all is quiet, and not under way.
    loop._save_took, loop._saved_at = 100.0, 0.0
    queued = world.say("maison", Kind.ANCHOR, hash=b"\x01" * 32)
    loop.turn()
    world.expect(queued, State.ACCEPTED if much else State.FINAL)
    now[0] += 9.9
    loop.turn()
    world.expect(queued, State.ACCEPTED if much else State.FINAL)
    now[0] += 0.2
    loop.turn()
    world.expect(queued, State.FINAL)

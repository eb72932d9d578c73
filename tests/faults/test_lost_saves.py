"""The local node loses what it had not saved, or its saves are torn: sent again, or said what cannot be done."""

from __future__ import annotations

import os
import random
from collections.abc import Callable

import pytest

from ledger.bootstrap import ChainSide
from ledger.chain.local_node import LocalNode
from ledger.chain.node import LocalMiner
from ledger.chain.rpc import Rpc
from ledger.chain.saves import StateLost
from ledger.chain_loop import ChainLoop
from ledger.domain.errors import Unavailable
from ledger.domain.outbox import State
from ledger.domain.statements import Kind
from ledger.services.follow_chain import Halted
from ledger.services.scan_item import scan_item
from tests.support.faults_after import audit, statements
from tests.support.faults_table import SEED, figure, rounds
from tests.support.faults_truth import unsupported_ticks
from tests.support.world import World

ROUNDS = rounds(gate=2, long=50)


class Unlucky(LocalMiner):
    """A disk that takes nothing for now."""

    def save(self, dumped: Callable[[], None] = lambda: None) -> int:
        raise Unavailable("The disk is full.")


def test_what_was_not_saved_is_sent_again_and_counts_once(sqlite_world: World) -> None:
    world, chance = sqlite_world, random.Random(f"{SEED} lost")
    lost = 0
    queued = []
    for number in range(ROUNDS):
        queued += [world.say("maison", Kind.ANCHOR, hash=chance.randbytes(32)) for _ in range(chance.randrange(1, 5))]
        side = world.side()
        unlucky = ChainLoop(world.ledger, ChainSide(side.node, Unlucky(world.rpc, world.settings.data / "node/saves")))
        with pytest.raises(Unavailable, match="disk"):
            unlucky.turn()
        height = int(world.rpc.call("eth_blockNumber"), 16)
        world.expect(queued[-1], State.ACCEPTED)
        if number % 2:
            # A worker that knows nothing of it: as if it had died too.
            world.restart_worker()
        world.restart_node()
        lost += height - int(world.rpc.call("eth_blockNumber"), 16)
        _, wrong = unsupported_ticks(world.ledger, world.loop.side.node, world.cards()[:3])
        assert not wrong, wrong
        world.settle()
    for one in queued:
        world.expect(one, State.FINAL)
    assert lost >= ROUNDS
    audit(world)
    figure(
        "the local node loses what was not saved",
        "each lost block's statements sent again, each counts once",
        kills=ROUNDS,
        blocks_lost=lost,
        statements=len(queued),
    )


@pytest.mark.parametrize("torn", ["newest", "both", "all gone"])
def test_torn_saves_are_found_and_nothing_is_invented(worlds: Callable[[str], World], torn: str) -> None:
    world, chance = worlds("sqlite"), random.Random(f"{SEED} {torn}")
    for number in range(3):
        world.say("maison", Kind.ANCHOR, hash=bytes([number + 1]) * 32)
        world.settle()
    kept = statements(world)
    saves = sorted((world.settings.data / "node" / "saves").glob("save-????????.json"))
    world.node.stop()
    for path in saves[-1:] if torn == "newest" else saves:
        if torn == "all gone":
            path.unlink()
        else:
            os.truncate(path, chance.randrange(path.stat().st_size))
    if torn == "newest":
        # The older generation is whole, but what was final is not in it: nothing may be made of that.
        world.node.start()
        with pytest.raises(Halted, match="restored from an old copy"):
            world.loop.turn()
    else:
        with pytest.raises(StateLost, match="no save there is whole"):
            world.node.start()
        with pytest.raises(Unavailable):
            world.loop.turn()
    assert statements(world) == kept
    # For a minute the last final state is told; then nothing is confirmed any more.
    world.clock.ahead += 61
    assert not any(scan_item(world.ledger, card.gtin, card.serial).standing.tick for card in world.cards()[:3])
    _, wrong = unsupported_ticks(world.ledger, world.loop.side.node, world.cards()[:3])
    assert not wrong, wrong
    figure("torn node state", f"{torn}: found and said; 0 statements lost", detected=1)


def test_a_node_that_is_mined_on_while_it_starts_is_no_lost_chain(sqlite_world: World) -> None:
    """A worker that waited for the node sends and mines before `start` has looked at the tip."""

    class Hurried(LocalNode):
        def _await_answer(self) -> None:
            super()._await_answer()
            with Rpc(self.url) as rpc:
                rpc.call("evm_mine")

    world = sqlite_world
    world.node.stop()
    with Hurried(world.settings.data) as node, Rpc(node.url) as rpc:
        assert node.restored is not None
        assert int(rpc.call("eth_blockNumber"), 16) == node.restored.block_number + 1

"""Whatever people do, our copy says what the contract's own storage says, and no tick is shown without support."""

from __future__ import annotations

from pathlib import Path

import pytest

from ledger.domain.outbox import State
from tests.support.copies import copy_of, fresh_copy
from tests.support.rough_play import RoughPlay
from tests.support.same_as_contract import expect_same_as_contract, expect_tick_supported
from tests.support.world import World


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_random_play_leaves_our_copy_equal_to_the_contracts_storage(
    sqlite_world: World, seed: int, tmp_path: Path
) -> None:
    world = sqlite_world
    cards = world.cards()[:4]
    play = RoughPlay(world, seed, cards)
    for step in range(90):
        play.act()
        expect_tick_supported(world, play.random.choice(cards))
        if play.random.random() < 0.3:
            world.loop.turn()
            if step % 3 == 0:
                expect_same_as_contract(world, cards)
            world.clock.ahead += play.random.choice([0, 1, 4])
    world.clock.ahead += 2 * 86_400
    world.rpc.call("evm_increaseTime", 2 * 86_400)
    world.settle()
    expect_same_as_contract(world, cards)
    states = {world.progress(one).state for one in play.queued}
    assert states <= {State.FINAL, State.REFUSED}
    assert State.FINAL in states
    assert play.refused > 5
    assert copy_of(world.ledger) == fresh_copy(world.ledger, world.loop.side.node, tmp_path)

"""Reorganisations of any depth above what is final, while people act: our copy is that of one who saw only the end.

In the gate a few; TOUCHMARK_LONG=1 takes TOUCHMARK_REORGANISATIONS of them (200), on both databases.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable

import pytest

from ledger.bootstrap import ChainSide
from ledger.chain import anvil
from ledger.chain.node import Node
from ledger.chain_loop import ChainLoop
from ledger.domain.errors import Unavailable
from ledger.domain.outbox import State
from ledger.domain.standing_headlines import TICKS
from ledger.services.follow_chain import Halted
from ledger.services.scan_item import scan_item
from ledger.services.views_of_chain import final_height
from tests.model.machine import DEEPEST, KEPT_STATES
from tests.support.rough_play import RoughPlay
from tests.support.truth import audit_finds, expect_truth, fresh_index
from tests.support.world import World, person

LONG = os.environ.get("TOUCHMARK_LONG") == "1"
TIMES = int(os.environ.get("TOUCHMARK_REORGANISATIONS", "200" if LONG else "3"))
DATABASES = ["sqlite", "postgresql"] if LONG else ["sqlite"]


@pytest.fixture
def others(worlds: Callable[[str], World], monkeypatch: pytest.MonkeyPatch) -> Callable[[str], World]:
    """Makes worlds on a chain of others, whose blocks are final at a depth of sixty-four."""
    monkeypatch.setattr(anvil, "KEPT_STATES", KEPT_STATES)

    def make(database: str) -> World:
        world = worlds(database)
        deployed = world.side().node
        node = Node(world.rpc, deployed.chain_id, deployed.client.address, DEEPEST)
        side = ChainSide(node, None)
        world._sides.append(side)
        world._loop = ChainLoop(world.ledger, side)
        world.rpc.call("anvil_mine", hex(DEEPEST + 2))
        world.loop.turn()
        return world

    return make


def free(world: World) -> int:
    """How many of the node's blocks are not final."""
    with world.ledger.store.read() as tx:
        return int(world.rpc.call("eth_blockNumber"), 16) - final_height(tx)


def catch_up(world: World) -> None:
    """Turn until our copy is the node's."""
    for _ in range(100):
        try:
            if not world.loop.turn():
                return
        except Unavailable:
            continue  # the node changed its mind while it was asked
    raise AssertionError("We never catch up.")


@pytest.mark.parametrize("database", DATABASES)
def test_after_each_of_many_reorganisations_no_row_differs_from_a_fresh_index(
    others: Callable[[str], World], database: str
) -> None:
    world = others(database)
    cards = world.cards()[:4]
    play = RoughPlay(world, int(os.environ.get("TOUCHMARK_SEED", "7")), cards)
    items = [(card.gtin, card.serial) for card in cards]
    depths: list[int] = []
    while len(depths) < TIMES:
        for _ in range(play.random.randint(1, 4)):
            play.act()
            if play.random.random() < 0.5:
                catch_up(world)
            world.rpc.call("anvil_mine", hex(play.random.choice([1, 1, 2, 20])))
        expect_truth(world.ledger, world.loop.side.node, items)
        depth = play.random.randint(1, min(DEEPEST, free(world)))
        if play.random.random() < 0.5:
            world.rpc.call("anvil_reorg", depth, [])
        else:
            world.rpc.call("anvil_rollback", depth)
        depths.append(depth)
        expect_truth(world.ledger, world.loop.side.node, items)
        world.clock.ahead += 5
        catch_up(world)
        expect_truth(world.ledger, world.loop.side.node, items)
        assert fresh_index(world.ledger, world.loop.side.node) == {}, f"after {depths}"
    world.clock.ahead += 2 * 86_400
    for _ in range(60):
        catch_up(world)
        world.clock.ahead += 61
        world.rpc.call("anvil_mine", hex(DEEPEST // 2))
        with world.ledger.store.read() as tx:
            if not tx.outbox.waiting()[0]:
                break
    catch_up(world)
    assert {world.progress(one).state for one in play.queued} <= {State.FINAL, State.REFUSED}
    assert audit_finds(world.ledger, world.loop.side) == []
    print(f"{database}: {len(depths)} reorganisations, {min(depths)} to {max(depths)} deep, no row differs")


def test_a_claim_is_pending_until_its_block_is_final_however_deep_it_lies(others: Callable[[str], World]) -> None:
    world = others("sqlite")
    card, rng = world.cards()[0], random.Random(3)
    queued = world.claim(card, person("ada"))
    catch_up(world)
    world.rpc.call("evm_mine")
    catch_up(world)
    while world.progress(queued).state is not State.FINAL:
        world.expect(queued, State.ACCEPTED)
        assert scan_item(world.ledger, card.gtin, card.serial).standing.key not in TICKS
        world.rpc.call("anvil_mine", hex(rng.randint(1, 40)))
        catch_up(world)
    assert scan_item(world.ledger, card.gtin, card.serial).standing.tick


@pytest.mark.parametrize("beyond", [1, 5] if LONG else [1])
def test_a_reorganisation_that_reaches_what_is_final_halts_us_in_words_and_writes_nothing(
    others: Callable[[str], World], beyond: int
) -> None:
    world = others("sqlite")
    cards = world.cards()[:3]
    world.claim(cards[0], person("ada"))
    catch_up(world)
    world.rpc.call("anvil_mine", hex(DEEPEST + 10))
    catch_up(world)
    with world.ledger.store.read() as tx:
        final = final_height(tx)
    world.rpc.call("anvil_reorg", free(world) + beyond, [])
    with pytest.raises(Halted, match=r"was final here.*Nothing is written") as halted:
        catch_up(world)
    assert "touchmark reindex" in str(halted.value)
    with world.ledger.store.read() as tx:
        before = tx.chain.tip(), final_height(tx)
    assert before[1] == final
    with pytest.raises(Halted):
        world.loop.turn()
    with world.ledger.store.read() as tx:
        assert (tx.chain.tip(), final_height(tx)) == before
    world.clock.ahead += 61
    assert not any(scan_item(world.ledger, card.gtin, card.serial).standing.tick for card in cards)

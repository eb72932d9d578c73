"""A chain that changes its mind: our copy follows, the outbox sends again, no tick is shown without support."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from sqlalchemy import func, select

from ledger.bootstrap import ChainSide
from ledger.chain.node import Node
from ledger.chain.rpc import Rpc
from ledger.chain_loop import ChainLoop
from ledger.domain.outbox import State
from ledger.domain.standing_headlines import Key
from ledger.services.follow_chain import Halted
from ledger.services.views_of_chain import final_height
from ledger.storage import tables
from tests.support.copies import copy_of, fresh_copy
from tests.support.rough_play import RoughPlay
from tests.support.same_as_contract import expect_same_as_contract, expect_tick_supported
from tests.support.world import Card, World, person

DEPTH = 4


def chain_of_others(world: World, depth: int = DEPTH) -> ChainLoop:
    """A worker on a chain that it does not mine, where only `depth` blocks make a block final."""
    deployed = world.side().node
    node = Node(Rpc(world.node.url), deployed.chain_id, deployed.client.address, depth)
    world._sides.append(ChainSide(node, None))
    loop = ChainLoop(world.ledger, ChainSide(node, None))
    world._loop = loop
    for _ in range(2):
        world.rpc.call("evm_mine")
    loop.turn()
    return loop


def height(world: World) -> int:
    return int(world.rpc.call("eth_blockNumber"), 16)


def undo(world: World, rng: random.Random) -> None:
    """Take back as many blocks as are not final: replaced by others, or gone."""
    with world.ledger.store.read() as tx:
        free = height(world) - final_height(tx)
    depth = rng.randint(1, max(1, min(3, free)))
    if free < 1:
        return
    if rng.random() < 0.5:
        world.rpc.call("anvil_reorg", depth, [])
    else:
        world.rpc.call("anvil_rollback", depth)


def bury(world: World, loop: ChainLoop) -> None:
    """Mine and turn until nothing is left to be done."""
    for rounds in range(60):
        loop.turn()
        world.rpc.call("evm_mine")
        world.clock.ahead += 5
        with world.ledger.store.read() as tx:
            left, _ = tx.outbox.waiting()
        if not left and rounds > DEPTH:
            break
    loop.turn()


@pytest.mark.parametrize("seed", range(4))
def test_after_random_reorganisations_our_copy_is_that_of_who_was_never_fooled(
    sqlite_world: World, seed: int, tmp_path: Path
) -> None:
    world = sqlite_world
    loop = chain_of_others(world)
    cards = world.cards()[:3]
    play = RoughPlay(world, seed, cards)
    for _ in range(70):
        what = play.random.random()
        if what < 0.35:
            play.act()
        elif what < 0.65:
            world.rpc.call("evm_mine")
        elif what < 0.8:
            undo(world, play.random)
        else:
            loop.turn()
            expect_same_as_contract_at_tip(world, loop, cards)
        for card in cards if what >= 0.65 else [play.random.choice(cards)]:
            expect_tick_supported(world, card)
    world.clock.ahead += 2 * 86_400
    bury(world, loop)
    expect_same_as_contract(world, cards)
    for one in play.queued:
        at = world.progress(one)
        assert at.state in (State.FINAL, State.REFUSED), at
        with world.ledger.store.read() as tx:
            query = select(func.count()).select_from(tables.events).where(tables.events.c.statement == one.hash)
            assert tx.connection.scalar(query) == (at.state is State.FINAL)  # type: ignore[attr-defined]
    assert copy_of(world.ledger) == fresh_copy(world.ledger, loop.side.node, tmp_path)


def expect_same_as_contract_at_tip(world: World, loop: ChainLoop, cards: list[Card]) -> None:
    with world.ledger.store.read() as tx:
        tip = tx.chain.tip()
    theirs = loop.side.node.block(tip.number)  # type: ignore[union-attr]
    if theirs is not None and tip is not None and theirs.hash == tip.hash:
        expect_same_as_contract(world, cards)


def test_a_claim_that_is_taken_back_is_pending_again_and_comes_back(sqlite_world: World) -> None:
    world = sqlite_world
    loop = chain_of_others(world)
    card = world.cards()[0]
    queued = world.claim(card, person("ada"))
    loop.turn()
    world.expect(queued, State.SENT)
    world.rpc.call("evm_mine")
    loop.turn()
    world.expect(queued, State.ACCEPTED)
    world.rpc.call("anvil_reorg", 1, [])
    for _ in range(3):
        loop.turn()
    assert world.progress(queued).state in (State.SENT, State.QUEUED)
    assert expect_tick_supported(world, card).standing.key is Key.PENDING
    bury(world, loop)
    world.expect(queued, State.FINAL)


def test_a_refusal_that_is_taken_back_was_none(sqlite_world: World) -> None:
    world = sqlite_world
    loop = chain_of_others(world)
    card = world.cards()[0]
    first, second = world.claim(card, person("ada")), world.claim(card, person("ben"))
    loop.turn()
    world.rpc.call("evm_mine")
    loop.turn()
    assert {world.progress(one).state for one in (first, second)} == {State.ACCEPTED, State.REFUSED}
    world.clock.ahead += 5
    loop.turn()
    assert left_to_do(world) == 2, "a refusal is not over as long as its block can be taken back"
    world.rpc.call("anvil_reorg", 1, [])
    loop.turn()
    assert State.REFUSED not in {world.progress(one).state for one in (first, second)}
    bury(world, loop)
    assert {world.progress(one).state for one in (first, second)} == {State.FINAL, State.REFUSED}
    assert left_to_do(world) == 0


def left_to_do(world: World) -> int:
    with world.ledger.store.read() as tx:
        return tx.outbox.waiting()[0]


def test_a_reorganisation_below_the_final_height_halts_us(sqlite_world: World) -> None:
    world = sqlite_world
    loop = chain_of_others(world, depth=2)
    for _ in range(4):
        world.rpc.call("evm_mine")
    loop.turn()
    world.rpc.call("anvil_reorg", 4, [])
    with pytest.raises(Halted, match="was final here"):
        loop.turn()


def test_a_final_height_that_speaks_of_other_blocks_is_not_believed(sqlite_world: World) -> None:
    world = sqlite_world
    loop = chain_of_others(world, depth=0)
    for _ in range(3):
        world.rpc.call("evm_mine")
    loop.turn()
    with world.ledger.store.read() as tx:
        before = final_height(tx)
    node = loop.side.node
    real, told = node.final_height, []

    def changed_meanwhile() -> int | None:
        if not told:
            told.append(True)
            world.rpc.call("evm_mine")
            world.rpc.call("evm_mine")
            world.rpc.call("anvil_reorg", 3, [])
        return real()

    world.rpc.call("evm_mine")
    node.final_height = changed_meanwhile  # type: ignore[method-assign]
    loop.turn()
    with world.ledger.store.read() as tx:
        known = final_height(tx)
        ours = tx.chain.block(known)
    assert known >= before
    assert node.block(known).hash == ours.hash  # type: ignore[union-attr]


def test_a_stuck_transaction_gets_a_better_price_and_counts_once(sqlite_world: World) -> None:
    world = sqlite_world
    loop = chain_of_others(world)
    queued = world.claim(world.cards()[0], person("ada"))
    loop.turn()
    for _ in range(3):
        world.clock.ahead += 61
        loop.turn()
    with world.ledger.store.read() as tx:
        sent = tx.outbox.carriers_of([queued.id])[queued.id]
    assert len(sent) == 4
    assert len({transaction.nonce for transaction, _ in sent}) == 1
    assert [one.fee for one, _ in sent] == sorted({one.fee for one, _ in sent})
    pool = world.rpc.call("txpool_content")["pending"]
    waiting = [one["hash"] for by_nonce in pool.values() for one in by_nonce.values()]
    assert waiting == ["0x" + sent[-1][0].hash.hex()], "the node took the dearest one in place of the others"
    bury(world, loop)
    world.expect(queued, State.FINAL)


def test_a_stuck_transaction_is_not_paid_for_without_end(sqlite_world: World) -> None:
    world = sqlite_world
    loop = chain_of_others(world)
    queued = world.claim(world.cards()[0], person("ada"))
    for _ in range(60):
        loop.turn()
        world.clock.ahead += 61
    with world.ledger.store.read() as tx:
        fees = [one.fee for one, _ in tx.outbox.carriers_of([queued.id])[queued.id]]
    assert max(fees) <= 10 * loop.side.node.fee()[0]
    assert len(fees) < 25

"""More than one turn takes: the next bundles are made ready while the node is mining these. Never twice, never lost."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest

from ledger.chain import signing
from ledger.domain.outbox import Queued, SentTransaction, State
from ledger.domain.statements import Kind
from ledger.services import send_statements
from ledger.services.draft_statement import draft_statement
from ledger.services.follow_chain import follow
from ledger.services.send_statements import broadcast, make_ready
from ledger.services.send_terms import terms_of
from ledger.services.submit_many import Signed, submit_many
from tests.support.world import World

MOST = 4


@pytest.fixture
def few_in_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(send_statements, "MOST_IN_TURN", MOST)


def many(world: World, count: int) -> list[Queued]:
    caller = world.caller("maison")
    first = draft_statement(world.ledger, Kind.ANCHOR, {"hash": bytes(32)}, caller).statement.nonce or 0
    with world.ledger.store.read() as tx:
        key = world.ledger.vault.open_key(tx.organisations.keystore(caller.organisation.id) or {})
    given = []
    for number in range(first, first + count):
        draft = draft_statement(world.ledger, Kind.ANCHOR, {"hash": bytes([number]) * 32, "nonce": number}, caller)
        given.append(Signed(draft.statement, (signing.sign(key, draft.needed[0].digest),)))
    return [one for one in submit_many(world.ledger, given) if isinstance(one, Queued)]


def tries(world: World, queued: list[Queued]) -> list[list[SentTransaction]]:
    with world.ledger.store.read() as tx:
        carriers = tx.outbox.carriers_of([one.id for one in queued])
    return [[transaction for transaction, _ in carriers.get(one.id, [])] for one in queued]


def test_more_than_a_turn_takes_arrives_once_each_in_full_bundles(world: World, few_in_turn: None) -> None:
    queued = many(world, 5 * MOST + 1)
    world.settle()
    for one in queued:
        world.expect(one, State.FINAL)
    sent = tries(world, queued)
    assert [len(one) for one in sent] == [1] * len(queued), "each travelled in one transaction"
    bundles = {one[0].hash: one[0].nonce for one in sent}
    assert len(bundles) == 6
    assert sorted(bundles.values()) == list(range(min(bundles.values()), max(bundles.values()) + 1))


def test_the_next_bundle_is_kept_before_the_node_has_mined_the_last(
    world: World, few_in_turn: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    queued = many(world, 3 * MOST)
    miner = world.loop.side.miner
    assert miner is not None
    mine, twice, kept_at_mining = miner.mine, threading.Barrier(2, timeout=60), []
    calls = iter(range(1_000))

    def slow() -> int:
        twice.wait()
        kept_at_mining.append(sum(map(bool, tries(world, queued))))
        return mine()

    def noted(*given: Any) -> bool:
        more = make_ready(*given)
        # The first makes ready what is mined now, the second what comes next.
        if next(calls) == 1:
            twice.wait()
        return more

    monkeypatch.setattr(miner, "mine", slow)
    monkeypatch.setattr("ledger.chain_loop.make_ready", noted)
    world.loop.turn()
    assert kept_at_mining == [2 * MOST]
    monkeypatch.setattr(miner, "mine", mine)
    world.settle()
    for one in queued:
        world.expect(one, State.FINAL)


def test_a_worker_that_dies_with_bundles_made_ready_leaves_them_to_be_sent_as_they_are(
    world: World, few_in_turn: None
) -> None:
    queued = many(world, 3 * MOST)
    terms = terms_of(world.ledger, world.loop.side.node)
    assert terms is not None
    assert make_ready(world.ledger, world.loop.side.node, terms), "more waits"
    assert make_ready(world.ledger, world.loop.side.node, terms)
    before = tries(world, queued)
    assert sum(map(bool, before)) == 2 * MOST, "what was made ready first has stepped aside"
    world.restart_worker()
    world.settle()
    for one in queued:
        world.expect(one, State.FINAL)
    after = tries(world, queued)
    assert [one[0].raw for one in after[: 2 * MOST]] == [one[0].raw for one in before[: 2 * MOST]]
    assert [len(one) for one in after] == [1] * len(queued)


def test_a_plan_is_dropped_where_somebody_else_has_sent_meanwhile(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    queued = many(world, 2)
    node = world.loop.side.node
    terms = terms_of(world.ledger, node)
    assert terms is not None
    planned = send_statements._planned

    def slowly(*given: Any) -> Any:
        plan = planned(*given)
        # Another worker has the lease by now, and was faster.
        monkeypatch.setattr(send_statements, "_planned", planned)
        make_ready(world.ledger, node, terms)
        return plan

    monkeypatch.setattr(send_statements, "_planned", slowly)
    make_ready(world.ledger, node, terms)
    assert [len(one) for one in tries(world, queued)] == [1, 1]
    world.settle()
    for one in queued:
        world.expect(one, State.FINAL)


def test_a_plan_is_dropped_where_our_copy_of_the_chain_has_moved_meanwhile(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    queued = many(world, 2)
    terms = terms_of(world.ledger, world.loop.side.node)
    assert terms is not None
    planned = send_statements._planned

    def slowly(*given: Any) -> Any:
        plan = planned(*given)
        with world.ledger.store.write() as tx:
            tx.chain.drop_from(terms.tip.number)
        return plan

    monkeypatch.setattr(send_statements, "_planned", slowly)
    assert make_ready(world.ledger, world.loop.side.node, terms) is False
    assert tries(world, queued) == [[], []], "nothing was kept of what rests on a block that is gone"


def states(world: World, queued: list[Queued]) -> list[State]:
    return [world.progress(one).state for one in queued]


def test_a_block_is_followed_and_the_next_made_ready_while_the_node_is_mining_and_answers_nothing_about_accounts(
    world: World, few_in_turn: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    queued = many(world, 4 * MOST)
    miner, node = world.loop.side.miner, world.loop.side.node
    assert miner is not None
    mine, nonce, mining, seen, until = miner.mine, node.nonce, threading.Event(), [], time.monotonic() + 120

    def due() -> bool:
        """The first is mined when the second is ready; the second, when the first is followed and the third ready."""
        ready, followed = sum(map(bool, tries(world, queued))), State.SENT not in states(world, queued[:MOST])
        return ready == 2 * MOST if len(seen) == 1 else followed and ready == 3 * MOST

    def slow() -> int:
        mining.set()
        seen.append(states(world, queued)[0])
        while not due():
            assert time.monotonic() < until, "nobody follows while the node is mining"
            time.sleep(0.005)
        mining.clear()
        return mine()

    def unless_mining(*given: Any) -> int:
        assert not mining.is_set(), "Anvil would answer when it has mined"
        return nonce(*given)

    monkeypatch.setattr(miner, "mine", slow)
    monkeypatch.setattr(node, "nonce", unless_mining)
    world.loop.turn()
    world.loop.turn()
    monkeypatch.undo()
    assert seen == [State.SENT, State.SENT], "when the second was begun, the first was mined and not followed yet"
    world.settle()
    for one in queued:
        world.expect(one, State.FINAL)


def test_no_block_is_followed_beyond_the_one_that_is_asked_for(world: World) -> None:
    world.settle()
    ledger, node, miner = world.ledger, world.loop.side.node, world.loop.side.miner
    assert miner is not None
    tips = []
    for _ in range(2):
        many(world, 1)
        terms = terms_of(ledger, node)
        assert terms is not None
        make_ready(ledger, node, terms)
        broadcast(ledger, node, terms)
        miner.mine()
        tips.append(node.tip())
    assert [follow(ledger, node, tips[0]), follow(ledger, node, tips[0])] == [1, 0]
    with ledger.store.read() as tx:
        assert tx.chain.tip() == tips[0] != tips[1]
    assert follow(ledger, node) == 1
    with ledger.store.read() as tx:
        assert tx.chain.tip() == tips[1]


def test_nothing_is_made_ready_by_a_block_that_is_not_followed_yet(world: World) -> None:
    queued = many(world, 2)
    ledger, node, miner = world.ledger, world.loop.side.node, world.loop.side.miner
    assert miner is not None
    world.settle()
    later = many(world, 2)
    terms = terms_of(ledger, node)
    assert terms is not None
    make_ready(ledger, node, terms)
    broadcast(ledger, node, terms)
    miner.mine()
    ahead = terms_of(ledger, node, node.tip())
    assert ahead is not None
    assert set(ahead.nonces.values()) != set(terms.nonces.values()), "what was sent is mined"
    assert make_ready(ledger, node, ahead) is False
    assert states(world, later) == [State.SENT, State.SENT], "mined, and not followed: nobody knows yet what came of it"
    world.settle()
    for one in [*queued, *later]:
        world.expect(one, State.FINAL)


def test_a_node_that_loses_what_was_not_followed_yet_gets_it_again_with_what_is_ready(
    sqlite_world: World, few_in_turn: None
) -> None:
    world = sqlite_world
    world.settle()
    queued = many(world, 3 * MOST)
    world.loop._save_took, world.loop._saved_at = 3_600.0, time.monotonic()
    world.loop.turn()
    assert world.loop._ahead
    world.restart_node()
    world.loop._save_took = 0.0
    world.settle()
    for one in queued:
        world.expect(one, State.FINAL)
    assert [len({sent.nonce for sent in one}) for one in tries(world, queued)] == [1] * len(queued)

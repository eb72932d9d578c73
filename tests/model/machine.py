"""The whole ledger as a state machine: what people, nodes, workers and clocks may do in any order, on a real node.

Half of the runs follow a chain that others mine, where blocks are final at a depth and are taken back above it; the
other half own a local chain, which is killed and comes back with what was saved. After every step no verdict may
show a tick that the node's last final block does not support. In the end, when all has come to rest, every
statement is final once or refused, our copy is that of one who was never fooled, and the audit finds nothing.
"""

from __future__ import annotations

import os
import shutil
import signal
import time
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from typing import Any, ClassVar

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import func, select

from ledger.bootstrap import ChainSide
from ledger.chain.node import LocalMiner, Node
from ledger.chain_loop import ChainLoop
from ledger.domain.errors import LedgerError, Unavailable
from ledger.domain.outbox import Queued, State
from ledger.services.amend_item import amend
from ledger.services.follow_chain import HALTED, Halted
from ledger.services.reindex import reindex
from ledger.services.scan_item import scan_item
from ledger.services.views_of_chain import final_height
from ledger.storage import tables
from tests.support.breaking import Breaking, Killed
from tests.support.rough_play import PEOPLE, RoughPlay
from tests.support.truth import audit_finds, expect_truth, fresh_index
from tests.support.world import GTIN, Card, World

DEEPEST = 64
"""Blocks that a reorganisation may take back: on a chain of others as many make a block final."""
KEPT_STATES = 512
"""Blocks back of which the node has to tell the state: the final one lies deep, and reorganisations go there."""
MOMENTS = {
    "others": [("node", "send", False), ("node", "send", True), ("node", "fee", True), ("node", "events_of", True)],
    "local": [
        ("node", "send", False),
        ("node", "send", True),
        ("node", "events_of", True),
        ("miner", "mine", False),
        ("miner", "mine", True),
        ("miner", "save", False),
        ("miner", "save", True),
    ],
}
"""The part and its method at which a worker dies, and whether after it."""


class Away:
    """A node that does not answer."""

    def __getattr__(self, name: str) -> Any:
        def silent(*_: Any, **__: Any) -> Any:
            raise Unavailable("The node does not answer.")

        return silent


class LedgerMachine(RuleBasedStateMachine):
    """See the module; `make_world` gives a world of its own to every run."""

    make_world: ClassVar[Callable[[], AbstractContextManager[World]]]
    steps: ClassVar[Counter[str]] = Counter()
    """What was done, over all runs."""

    @initialize(kind=st.sampled_from(["others", "local"]), seed=st.integers(0, 2**32 - 1))
    def begin(self, kind: str, seed: int) -> None:
        self.stack = ExitStack()
        self.world = self.stack.enter_context(type(self).make_world())
        self.kind, self.away = kind, False
        self.cards: list[Card] = self.world.cards()[:4]
        self.play = RoughPlay(self.world, seed, self.cards)
        deployed = self.world.side().node
        rpc = self.world.rpc
        others = kind == "others"
        node = Node(rpc, deployed.chain_id, deployed.client.address, DEEPEST if others else None)
        if others:
            # As many blocks as have to lie on what is final, so that the world is final and the rest is not.
            rpc.call("anvil_mine", hex(DEEPEST + 2))
        self.side = ChainSide(node, None if others else LocalMiner(rpc, self.world.node.saves_folder))
        self.loop = ChainLoop(self.world.ledger, self.side)
        self.world._loop = self.loop
        self.turn()
        self.did("runs")

    def did(self, what: str) -> None:
        """Count a step."""
        self.steps[what] += 1

    # --- people

    @rule(times=st.integers(1, 3))
    def people_act(self, times: int) -> None:
        for _ in range(times):
            self.play.act()
        self.did("acts")

    @rule(card=st.integers(0, 3), owner=st.sampled_from(PEOPLE))
    def somebody_claims(self, card: int, owner: Any) -> None:
        self._say(lambda: self.world.claim(self.cards[card], owner))
        self.did("claims")

    @rule(card=st.integers(0, 3), colour=st.sampled_from(["red", "blue", "green"]))
    def the_brand_describes_it_anew(self, card: int, colour: str) -> None:
        fields = {"model_ref": "Sac", "colour": colour}
        serial = self.cards[card].serial
        self._say(lambda: amend(self.world.ledger, self.world.caller("maison"), GTIN, serial, fields))
        self.did("amendments")

    @precondition(lambda self: len(self.cards) < 8)
    @rule(on_sale=st.booleans())
    def the_brand_registers(self, on_sale: bool) -> None:
        lines = [f"{GTIN};;Neu {len(self.cards) + n};grey" for n in range(2)]
        batch, cards = self.world.register("maison", lines, on_sale_at_once=on_sale)
        with self.world.ledger.store.read() as tx:
            for card in cards:
                item = tx.batches.find(card["gtin"], card["serial"])[0].item
                self.cards.append(Card(card["gtin"], card["serial"], card["claim_code"], item))
            made = tx.batches.get(batch)
            assert made is not None
            assert made.statement is not None
            queued = tx.outbox.get(made.statement)
        assert queued is not None
        self.play.queued.append(queued)
        self.did("registrations")

    def _say(self, act: Callable[[], Queued]) -> None:
        try:
            self.play.queued.append(act())
        except LedgerError:
            self.play.refused += 1

    # --- the worker

    @rule(times=st.integers(1, 3))
    def turn(self, times: int = 1) -> None:
        for _ in range(times):
            try:
                self.loop.turn()
            except Unavailable:
                assert self.away or self._catching_up()
        self.did("turns")

    @precondition(lambda self: not self.away)
    @rule(moment=st.integers(0, 6))
    def the_worker_is_killed(self, moment: int) -> None:
        part, method, after = MOMENTS[self.kind][moment % len(MOMENTS[self.kind])]
        broken: Any = Breaking(getattr(self.side, part), method, after=after)
        node = broken if part == "node" else self.side.node
        miner = broken if part == "miner" else self.side.miner
        loop = ChainLoop(self.world.ledger, ChainSide(node, miner))
        try:
            for _ in range(3):
                loop.turn()
        except Killed:
            self.did("kills")
        except Unavailable:
            assert self._catching_up()
        self._new_worker()

    def _new_worker(self) -> None:
        side = ChainSide(Away(), self.side.miner) if self.away else self.side  # type: ignore[arg-type]
        self.loop = ChainLoop(self.world.ledger, side)
        self.world._loop = self.loop

    def _catching_up(self) -> bool:
        """Whether the node moved while it was asked: then a turn may fail, and the next one mends it."""
        return self.kind == "others"

    @precondition(lambda self: not self.away)
    @rule()
    def the_copy_is_made_anew(self) -> None:
        with self.world.ledger.store.read() as tx:
            final = final_height(tx)
        reindex(self.world.ledger, self.side.node, final)
        self.did("reindexes")

    # --- the node and the clocks

    @rule(away=st.booleans())
    def the_node_goes_or_comes(self, away: bool) -> None:
        self.away = away
        self._new_worker()
        self.did("node away" if away else "node back")

    @rule(seconds=st.sampled_from([1, 30, 61, 3_600, 86_400]))
    def time_passes(self, seconds: int) -> None:
        self.world.clock.ahead += seconds
        self.did("clocks")

    @precondition(lambda self: self.kind == "others")
    @rule(count=st.integers(1, 30))
    def others_mine(self, count: int) -> None:
        self.world.rpc.call("anvil_mine", hex(count))
        self.did("mined")

    @precondition(lambda self: self.kind == "others")
    @rule(depth=st.integers(1, DEEPEST), replaced=st.booleans())
    def blocks_are_taken_back(self, depth: int, replaced: bool) -> None:
        with self.world.ledger.store.read() as tx:
            free = int(self.world.rpc.call("eth_blockNumber"), 16) - final_height(tx)
        if free < 1:
            return
        if replaced:
            self.world.rpc.call("anvil_reorg", min(depth, free), [])
        else:
            self.world.rpc.call("anvil_rollback", min(depth, free))
        self.did("reorganisations")

    @precondition(lambda self: self.kind == "local")
    @rule()
    def the_local_node_is_killed(self) -> None:
        node = self.world.node
        assert node.pid is not None
        os.kill(node.pid, signal.SIGKILL)
        _await(lambda: not node.is_alive())
        node.stop()
        node.start()
        self._new_worker()
        self.did("node kills")

    @precondition(lambda self: self.kind == "local" and not self.away)
    @rule()
    def an_older_save_is_put_in_its_place_and_taken_out_again(self) -> None:
        saves, world = self.world.node.saves_folder, self.world
        aside = saves.with_name("aside")
        shutil.copytree(saves, aside)
        newest = max(path.name[5:13] for path in saves.glob("save-*.meta.json"))
        world.node.stop()
        for path in saves.glob(f"save-{newest}.*"):
            path.unlink()
        world.node.start()
        self._new_worker()
        with world.ledger.store.read() as tx:
            lost = int(world.rpc.call("eth_blockNumber"), 16) < final_height(tx)
        if lost:
            with pytest.raises(Halted, match="was final here"):
                self.loop.turn()
            world.clock.ahead += 61
            assert not any(scan_item(world.ledger, card.gtin, card.serial).standing.tick for card in self.cards)
            self.did("older saves")
        world.node.stop()
        shutil.rmtree(saves)
        aside.rename(saves)
        world.node.start()
        with world.ledger.store.read() as tx:
            halted_, final = tx.meta.get(HALTED), final_height(tx)
        if halted_:
            reindex(world.ledger, self.side.node, final)
        self._new_worker()

    # --- what must hold

    @invariant()
    def no_tick_without_support(self) -> None:
        expect_truth(self.world.ledger, self.side.node, [(card.gtin, card.serial) for card in self.cards])

    @precondition(lambda self: not self.away)
    @rule()
    def our_copy_is_that_of_one_who_was_never_fooled(self) -> None:
        self.turn(2)
        with self.world.ledger.store.read() as tx:
            tip = tx.chain.tip()
        theirs = None if tip is None else self.side.node.block(tip.number)
        if tip is not None and theirs == tip:
            assert fresh_index(self.world.ledger, self.side.node) == {}
            self.did("fresh indexes")

    def teardown(self) -> None:
        if not hasattr(self, "stack"):
            return
        with self.stack:
            self.away = False
            self._new_worker()
            self._come_to_rest()
            self._expect_each_once()
            assert fresh_index(self.world.ledger, self.side.node) == {}
            assert audit_finds(self.world.ledger, self.side) == []
            self.no_tick_without_support()
            self.did("audits")

    def _come_to_rest(self) -> None:
        """Turn until nothing is left to be done and all of it is final."""
        deadline = time.monotonic() + 120
        self.world.clock.ahead += 2 * 86_400
        while time.monotonic() < deadline:
            try:
                moved = self.loop.turn()
            except Unavailable:
                moved = True
            self.world.clock.ahead += 61
            with self.world.ledger.store.read() as tx:
                left, tip, final = tx.outbox.waiting()[0], tx.chain.tip(), final_height(tx)
            if left and not moved and self.kind == "others":
                self.world.rpc.call("anvil_mine", hex(DEEPEST // 2))
            if not left and not moved and (self.kind == "others" or (tip is not None and tip.number == final)):
                return
        raise AssertionError("The ledger does not come to rest.")

    def _expect_each_once(self) -> None:
        for one in {one.id: one for one in self.play.queued}.values():
            at = self.world.progress(one)
            assert at.state in (State.FINAL, State.REFUSED), (one.statement.kind, at)
            with self.world.ledger.store.read() as tx:
                query = select(func.count()).select_from(tables.events).where(tables.events.c.statement == one.hash)
                assert tx.connection.scalar(query) == (at.state is State.FINAL)  # type: ignore[attr-defined]


def _await(fact: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not fact():
        assert time.monotonic() < deadline
        time.sleep(0.01)

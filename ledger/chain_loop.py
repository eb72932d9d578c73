"""The loop that keeps our copy and the chain together: follow, send what is queued, mine and save our own node."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from threading import Event
from typing import Final

from ledger.bootstrap import ChainSide
from ledger.chain.node import LocalMiner
from ledger.chain.rpc import RpcRefused
from ledger.domain.chain_view import Block
from ledger.domain.errors import Unavailable
from ledger.services.condition import NODE_HEIGHT
from ledger.services.follow_chain import MOST_STEPS, NODE_SEEN, follow, raise_final, shared_height
from ledger.services.ports import Ledger
from ledger.services.send_statements import broadcast, make_ready
from ledger.services.send_terms import Terms, terms_of
from ledger.services.views_of_chain import final_height

_SAVE_EVERY: Final = 3.0
_SEEN_EVERY: Final = 5
_DISK: Final = 1.0
"""Seconds that a save may take to be written before we go on without it, where nothing else is to be done."""


@dataclass(frozen=True, slots=True)
class _Saving:
    """A save that is being written: since when, and the tip that our copy had when the node was asked."""

    height: Future[int]
    began: float
    tip: Block | None


class ChainLoop:
    """One turn at a time: follow, send, mine, follow, save."""

    def __init__(self, ledger: Ledger, side: ChainSide, still_ours: Callable[[], bool] = lambda: True) -> None:
        """`still_ours` says whether the lease holds: asked again before each act that two workers must not both do."""
        self.ledger = ledger
        self.side = side
        self._still_ours = still_ours
        # A worker that died may have left blocks that were mined and not saved.
        self._unsaved = True
        self._saved_at = self._sent_at = float("-inf")
        self._save_took = 0.0
        self._saving: _Saving | None = None
        self._seen_at = 0
        self._terms: Terms | None = None
        self._more = self._ahead = False

    def turn(self) -> bool:
        """Whether anything was done, so that more may follow at once. Raises Unavailable, Halted."""
        try:
            return self._turn()
        except RpcRefused as refused:
            raise Unavailable(f"The node answers, but not what it was asked: {refused.detail}") from refused

    def _turn(self) -> bool:
        ledger, node, miner = self.ledger, self.side.node, self.side.miner
        node.check()
        # Where the next bundles are ready, the last block is followed while they are mined.
        behind = self._ahead
        changed = 0 if behind else follow(ledger, node)
        self._note_seen()
        if changed >= MOST_STEPS:
            # Far behind: what the chain has accepted is not known yet, so neither is what still has to be sent.
            return True
        self._expect_lease()
        sent, mined = self._send(), 0
        if miner is not None:
            self._expect_lease()
            mined, followed = self._mine(miner, behind=behind)
            changed += followed
            if (mined or behind) and not self._ahead:
                changed += follow(ledger, node)
            self._note_saved()
            # What was mined counts even where we did not store it ourselves: `touchmark reindex` may have, meanwhile,
            # or a worker that had the lease between two turns of ours and left without saving.
            self._unsaved = self._unsaved or changed > 0 or mined > 0 or self._unsaved_by_others()
            quiet = self._is_quiet(at_work=bool(sent) or behind)
            if self._unsaved and self._save_is_due(quiet=quiet):
                self._save(miner, quiet=quiet)
        else:
            raise_final(ledger, shared_height(ledger, node))
        return bool(changed or mined)

    def _send(self) -> int:
        """How many transactions were broadcast: those that were prepared while the node was mining, or else now."""
        ledger, node = self.ledger, self.side.node
        ready, self._ahead = self._ahead, False
        # Asked for before the node is told to mine: it answers nothing about accounts until it has mined.
        self._terms = terms_of(ledger, node, node.tip() if ready else None)
        if self._terms is None:
            return 0
        if not ready:
            self._more = make_ready(ledger, node, self._terms)
        return broadcast(ledger, node, self._terms)

    def _mine(self, miner: LocalMiner, *, behind: bool) -> tuple[int, int]:
        """How many blocks that took, and how many were followed meanwhile. Where more waits, it is made ready, too."""
        if not self._more or self._terms is None:
            return miner.mine(), 0
        with ThreadPoolExecutor(1, thread_name_prefix="mine") as beside:
            mining = beside.submit(miner.mine)
            followed = follow(self.ledger, self.side.node, self._terms.tip) if behind else 0
            self._more = make_ready(self.ledger, self.side.node, self._terms)
            self._ahead = True
            return mining.result(), followed

    def _expect_lease(self) -> None:
        if not self._still_ours():
            raise Unavailable("This worker was held up so long that another may have taken its place.")

    def _is_quiet(self, *, at_work: bool) -> bool:
        """Whether nothing more is coming this moment: then what there is is saved at once, so that it is final soon.

        Where much was sent, that is known when nothing has come for a tenth of the time that a save takes. Who hands
        in without end is between two requests again and again, and would wait for the node's dump in each of them.
        """
        now = time.monotonic()
        self._sent_at = now if at_work else self._sent_at
        return self._settled() or (not at_work and now - self._sent_at >= self._save_took / 10)

    def _save_is_due(self, *, quiet: bool) -> bool:
        """At most a twentieth of busy time goes into saving, else a fifth: it takes longer the more the chain holds."""
        if self._saving is not None:
            return False
        since = time.monotonic() - self._saved_at
        return since > max(_SAVE_EVERY, 19 * self._save_took) or (quiet and since > 4 * self._save_took)

    def _unsaved_by_others(self) -> bool:
        if self._saving is not None:
            return False
        with self.ledger.store.read() as tx:
            tip = tx.chain.tip()
            return tip is not None and tip.number > final_height(tx)

    def _save(self, miner: LocalMiner, *, quiet: bool) -> None:
        """Wait for what the node has to tell, and no longer for the disk than there is nothing else to do."""
        self._expect_lease()
        with self.ledger.store.read() as tx:
            tip = tx.chain.tip()
        dumped, beside = Event(), ThreadPoolExecutor(1, thread_name_prefix="save")
        self._saving = _Saving(beside.submit(miner.save, dumped.set), time.monotonic(), tip)
        beside.shutdown(wait=False)
        self._saving.height.add_done_callback(lambda _: dumped.set())
        self._unsaved = False
        dumped.wait()
        wait([self._saving.height], _DISK if quiet else 0)
        self._note_saved()

    def _note_saved(self) -> None:
        """Final is what was written, as far as our copy still has it. Raises what kept it from being written."""
        saving = self._saving
        if saving is None or not saving.height.done():
            return
        self._saving, self._unsaved = None, True
        height = saving.height.result()
        self._saved_at = time.monotonic()
        self._save_took = self._saved_at - saving.began
        self._expect_lease()
        with self.ledger.store.read() as tx:
            self._unsaved = tx.chain.tip() != saving.tip
            if saving.tip is None or tx.chain.block(saving.tip.number) != saving.tip:
                return
        raise_final(self.ledger, min(height, saving.tip.number))

    def _settled(self) -> bool:
        with self.ledger.store.read() as tx:
            return not tx.outbox.more_wait(400)

    def _note_seen(self) -> None:
        now = self.ledger.now()
        if now - self._seen_at >= _SEEN_EVERY:
            self._seen_at = now
            height = self.side.node.tip().number
            with self.ledger.store.write() as tx:
                tx.meta.set(NODE_SEEN, now)
                tx.meta.set(NODE_HEIGHT, height)

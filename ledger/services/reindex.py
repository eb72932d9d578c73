"""Throw the copy of the chain away and make it again, to the same rows.

1. Read the chain into a temporary file, without touching the database: whole ranges up to the final height,
   then block by block to the tip.
2. In one transaction: clear the copy and write it anew. Readers see the old rows until it commits and the new
   ones after, never half of it: both databases give a reader the snapshot it began with. The worker goes on
   meanwhile; it notices that our tip has moved, and looks again.

One transaction rather than a second set of tables to swap: the same code writes what the worker writes, so the
rows cannot differ in form, and a crash leaves the old copy. Its price is that other writers wait while it runs,
some seconds for 100,000 events; one that cannot wait hears that nothing was changed.
"""

from __future__ import annotations

import marshal
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO, Any

from ledger.domain.chain_view import Block, ChainEvent
from ledger.domain.errors import Conflict, Unavailable
from ledger.domain.said import said
from ledger.services.follow_chain import HALTED, Known, block_rows, uncollected
from ledger.services.ports import Chain, Ledger
from ledger.services.views_of_chain import final_height

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Reindexed:
    """What was made anew: up to which block, and how far of that is final."""

    blocks: int
    events: int
    tip: int
    final: int


def reindex(
    ledger: Ledger,
    chain: Chain,
    final: int | None,
    *,
    accept_other_chain: bool = False,
    on_progress: Progress | None = None,
) -> Reindexed:
    """Make the copy anew from the node. `final` is the height that the chain cannot lose, None where unknown.

    Raises Conflict where the node contradicts what was final here, unless `accept_other_chain` says that its
    chain is the right one; Unavailable where the node does not answer or has less than we know to be final.
    """
    with ledger.store.read() as tx:
        start, known = tx.meta.get("deployment")["block"], final_height(tx)
        ours = tx.chain.block(known) if known >= 0 else None
    if not accept_other_chain:
        _expect_same(chain, ours)
        final = max(known, -1 if final is None else final)
    upto = -1 if final is None else min(final, chain.tip().number)
    with uncollected(), tempfile.TemporaryFile() as spool:
        tip = _read(chain, start, upto, spool, on_progress)
        return _write(ledger, spool, min(upto, tip.number), tip)


def _expect_same(chain: Chain, ours: Block | None) -> None:
    if ours is None:
        return
    theirs = chain.block(ours.number)
    if theirs is None or theirs.hash != ours.hash:
        raise Conflict(
            said(
                "Block %(number)s was final here, and the node has none at that height. Put the right node back; "
                "or, if its chain is the right one, add --accept-other-chain. Nothing was changed.",
                number=ours.number,
            )
            if theirs is None
            else said(
                "Block %(number)s was final here, and the node has another block at that height. Put the right node "
                "back; or, if its chain is the right one, add --accept-other-chain. Nothing was changed.",
                number=ours.number,
            )
        )


def _read(chain: Chain, start: int, final: int, spool: IO[bytes], on_progress: Progress | None) -> Block:
    """Write chunks of blocks and events to the spool; returns the last block."""
    last: Block | None = None
    for blocks, events in chain.history(start, final) if final >= start else ():
        _put(spool, blocks, events)
        last = blocks[-1]
        if on_progress:
            on_progress(last.number)
    if last is None:
        last = chain.block(start)
        if last is None:
            raise Unavailable(
                said("The node has no block %(start)s, where the ledger begins. Nothing was changed.", start=start)
            )
        _put(spool, [last], chain.events_of(last))
    while (following := chain.block(last.number + 1)) is not None and following.parent == last.hash:
        _put(spool, [following], chain.events_of(following))
        last = following
        if on_progress:
            on_progress(last.number)
    return last


def _write(ledger: Ledger, spool: IO[bytes], final: int, tip: Block) -> Reindexed:
    spool.seek(0)
    blocks = events = 0
    with ledger.store.write() as tx:
        tx.chain.clear()
        known = Known()
        for some, told in _chunks(spool):
            tx.chain.extend(block_rows(ledger, tx, some, told, known))
            blocks += len(some)
            events += len(told)
        tx.chain.forget_empty(0, final)
        tx.meta.set("final_height", final)
        tx.meta.remove(HALTED)
        tx.outbox.wake()
    return Reindexed(blocks, events, tip.number, final)


def _put(spool: IO[bytes], blocks: list[Block], events: list[ChainEvent]) -> None:
    # Plain tuples: to keep and to make a hundred thousand objects again would take longer than to write their rows.
    marshal.dump(([_plain(block) for block in blocks], [_plain(event) for event in events]), spool)


def _plain(one: Block | ChainEvent) -> tuple[Any, ...]:
    return tuple(getattr(one, name) for name in one.__slots__)


def _chunks(spool: IO[bytes]) -> Iterator[tuple[list[Block], list[ChainEvent]]]:
    while True:
        try:
            blocks, events = marshal.load(spool)  # noqa: S302 - our own bytes, in a file without a name
        except EOFError:
            return
        yield [Block(*block) for block in blocks], [ChainEvent(*event) for event in events]

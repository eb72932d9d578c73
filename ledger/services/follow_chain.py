"""Follow the chain: extend, drop, wait, or halt. Each block's facts are stored with it, in one transaction.

1. Ask the node for its block at our tip's height, and for the one above.
2. The same hash, and the next block names it as parent: store that with its events, fetched by hash.
3. Another hash or none: drop our tip and look again. A reorganisation is a delete.
4. Nothing above: raise the final height, never lower it, and wait.
5. A drop at or below the final height: halt, say so, and wait for a person, who puts the right node back or reads
   the chain anew. A node that has our very tip again is the right one.
"""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from ledger.domain.chain_view import Block, ChainEvent, Step, next_step
from ledger.domain.custody import ItemState, apply, opened
from ledger.domain.merkle import leaf
from ledger.services.ports import Chain, Ledger, Tx
from ledger.services.views_of_chain import final_height

HALTED = "halted"
NODE_SEEN = "node_seen"
MOST_STEPS = 500
_MOST_KNOWN = 200_000
QUIET = frozenset({"Transfer", "MetadataUpdate", "Locked", "Approval", "ApprovalForAll"})
"""Events that only repeat, for other people's programs, what an event of ours says.

BatchMetadataUpdate does not: it alone shows that the address of the metadata was set.
"""


class Halted(Exception):
    """The chain contradicts what was final. Nothing is written until a person has looked."""


def follow(ledger: Ledger, chain: Chain, upto: Block | None = None) -> int:
    """Take up to some hundreds of steps, none beyond `upto`; returns how many blocks were stored or dropped.

    Raises Halted, after noting why, and Unavailable where the node does not answer.
    """
    with ledger.store.read() as tx:
        halted = tx.meta.get(HALTED)
        ours, final, start = tx.chain.tip(), final_height(tx), tx.meta.get("deployment")["block"]
    if halted:
        _expect_right_node(ledger, chain, ours, halted)
    if ours is None:
        with uncollected():
            return _read_history(ledger, chain, start, max(final, chain.final_height() or -1))
    changed = 0
    for _ in range(MOST_STEPS):
        if ours == upto:
            break
        step, node_tip, following = _look(chain, ours, final)
        if step is Step.WAIT:
            break
        if step is Step.HALT:
            _halt(ledger, ours, node_tip)
        rows = None
        if step is Step.EXTEND and following is not None:
            events = chain.events_of(following)
            with ledger.store.read() as tx:
                if tx.chain.tip() != ours:
                    break
                rows = block_rows(ledger, tx, [following], events)
        with ledger.store.write() as tx:
            if tx.chain.tip() != ours:
                # Somebody else moved our copy meanwhile: another worker, or `touchmark reindex`. Look again.
                break
            if step is Step.DROP:
                tx.chain.drop_from(ours.number)
                tx.outbox.wake()
                ours = tx.chain.tip()
            elif rows is not None:
                tx.chain.extend(rows)
                ours = following
        changed += 1
        if ours is None:
            break
    return changed


def raise_final(ledger: Ledger, height: int | None) -> None:
    """Note that blocks up to `height` cannot be lost, as far as we hold them; never lower it."""
    if height is None:
        return
    with ledger.store.read() as tx:
        tip, known = tx.chain.tip(), final_height(tx)
    if tip is not None and (height := min(height, tip.number)) > known:
        with ledger.store.write() as tx:
            if tx.chain.tip() != tip:
                return
            tx.meta.set("final_height", height)
            # Below the final height only blocks with events are worth a row: nothing there can be dropped any more.
            tx.chain.forget_empty(known, height)


def shared_height(ledger: Ledger, chain: Chain) -> int | None:
    """How far the node says that nothing can be lost, where it speaks of the very blocks that we hold; else None."""
    height = chain.final_height()
    with ledger.store.read() as tx:
        tip = tx.chain.tip()
        ours = None if height is None or tip is None else tx.chain.block(min(height, tip.number))
    if ours is None:
        return None
    # The node may have changed its mind since we followed it: then its word is about blocks that we do not have.
    theirs = chain.block(ours.number)
    return ours.number if theirs is not None and theirs.hash == ours.hash else None


def block_rows(
    ledger: Ledger, tx: Tx, blocks: Sequence[Block], events: Iterable[ChainEvent], known: Known | None = None
) -> Any:
    """What is to be stored of blocks that follow our tip: they, their events, each item's state after each event.

    It holds as long as our tip is what it was in `tx`. `known` carries the newest states from one run of blocks to
    the next; without it they are read from the copy.
    """
    told = [event for event in events if event.name not in QUIET]
    states = Known() if known is None else known
    states.look_up(tx, told)
    versions: list[tuple[ItemState, int, int]] = []
    for event in told:
        item = event.item
        if item is None:
            continue
        if event.name == "ItemOpened":
            args = event.args
            claim = bytes.fromhex(args["claimAddress"][2:])
            state = opened(event, leaf(args["pathHash"], args["recordHash"], claim, ledger.keccak), ledger.keccak)
        else:
            before = states.get(item)
            if before is None:
                raise Halted(f"Block {event.block} speaks of an item that was never opened.")
            state = apply(before, event, ledger.keccak)
        states[item] = state
        versions.append((state, event.block, event.log_index))
    return tx.chain.rows(blocks, told, versions)


@contextmanager
def uncollected() -> Iterator[None]:
    """No search for cycles meanwhile: events and rows have none, and searching takes as long as storing them."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


class Known(dict[int, ItemState]):
    """Newest states by item, in memory for as long as one writer alone follows a run of blocks; bounded."""

    def look_up(self, tx: Tx, events: Iterable[ChainEvent]) -> None:
        """Read from the copy what these events are about and is not held yet."""
        if len(self) > _MOST_KNOWN:
            self.clear()
        opened_here = {event.item for event in events if event.name == "ItemOpened"}
        spoken_of = {event.item for event in events if event.item is not None}
        self.update(tx.chain.states(spoken_of - opened_here - self.keys()))


def _look(chain: Chain, ours: Block, final: int) -> tuple[Step, Block | None, Block | None]:
    node_tip = chain.block(ours.number)
    same = node_tip is not None and node_tip.hash == ours.hash
    following = chain.block(ours.number + 1) if same else None
    return next_step(tip=ours, node_tip=node_tip, following=following, final_height=final), node_tip, following


def _expect_right_node(ledger: Ledger, chain: Chain, ours: Block | None, why: str) -> None:
    """Go on where the node has our tip again: its hash vouches for every block below (Yellow Paper, 4.4)."""
    theirs = None if ours is None else chain.block(ours.number)
    if ours is None or theirs is None or theirs.hash != ours.hash:
        raise Halted(why)
    with ledger.store.write() as tx:
        tx.meta.remove(HALTED)


def _halt(ledger: Ledger, ours: Block, theirs: Block | None) -> None:
    found = "no block" if theirs is None else f"another block (0x{theirs.hash.hex()[:16]}…)"
    why = (
        f"Block {ours.number} was final here, but the node has {found} at that height. The node was reset, restored "
        "from an old copy, or is another chain’s. Nothing is written until this is cleared: put the right node back, "
        "or run `touchmark reindex` if the new chain is the right one."
    )
    with ledger.store.write() as tx:
        tx.meta.set(HALTED, why)
    raise Halted(why)


def _read_history(ledger: Ledger, chain: Chain, start: int, final: int) -> int:
    """The first look: whole ranges up to the final height, then block by block."""
    stored = 0
    if final >= start:
        last: Block | None = None
        known = Known()
        for blocks, events in chain.history(start, final):
            with ledger.store.write() as tx:
                if tx.chain.tip() != last:
                    return stored
                tx.chain.extend(block_rows(ledger, tx, blocks, events, known))
                tx.chain.forget_empty(start, blocks[-1].number)
            last = blocks[-1]
            stored += len(blocks)
        return stored
    first = chain.block(start)
    if first is None:
        return 0
    events = chain.events_of(first)
    with ledger.store.write() as tx:
        if tx.chain.tip() is not None:
            return 0
        tx.chain.extend(block_rows(ledger, tx, [first], events))
    return 1

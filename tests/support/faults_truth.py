"""The invariant of every fault: no verdict shows a tick that the last final block on the node does not support."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ledger.domain.custody import TIMED, BatchFlag, Flag
from ledger.domain.errors import LedgerError
from ledger.services.ports import Ledger
from ledger.services.scan_item import scan_item
from ledger.services.views_of_chain import final_height
from tests.support.world import Card

STOPS = Flag.LOST | Flag.STOLEN | Flag.VOID | Flag.RETIRED | Flag.RECALLED | Flag.RECOVERY_OPEN


def unsupported_ticks(ledger: Ledger, node: Any, cards: Iterable[Card]) -> tuple[int, list[str]]:
    """How many verdicts were looked at, and a sentence for each tick that has no support.

    `node` is asked as of the block that was final when the verdict was given. A card whose world moves
    meanwhile, or whose node is away, is not counted: nothing is known of it.
    """
    looked, wrong = 0, []
    for card in cards:
        before = _final(ledger)
        scan = scan_item(ledger, card.gtin, card.serial)
        if before is None or before != _final(ledger):
            continue
        if not scan.standing.tick:
            looked += 1
            continue
        try:
            reason = _missing_support(ledger, node, card, scan, before)
        except LedgerError:
            continue
        looked += 1
        if reason:
            wrong.append(f"{card.serial}: {scan.standing.headline!r} {reason}")
    return looked, wrong


def _final(ledger: Ledger) -> tuple[int, bytes] | None:
    with ledger.store.read() as tx:
        block = tx.chain.block(final_height(tx))
    return None if block is None else (block.number, block.hash)


def _missing_support(ledger: Ledger, node: Any, card: Card, scan: Any, final: tuple[int, bytes]) -> str | None:
    height, block_hash = final
    header = node.client.block(height)
    if header is None or header.hash != block_hash:
        return "rests on a block that the node does not have"
    with ledger.store.read() as tx:
        item = tx.batches.item(card.item)
        batch = None if item is None else tx.batches.get(item.batch_id)
    if batch is None or node.client.call("batchOf", batch.number, block=block_hash) == bytes(32):
        return "is of a batch that is not registered there"
    holder, _, _, flags, _, locks, _ = node.client.call("itemOf", card.item, block=block_hash)
    if Flag(flags) & STOPS:
        return f"is shown in spite of {Flag(flags)!r}"
    if any(Flag(flags) & flag and until > ledger.clock() for flag, until in zip(TIMED, locks, strict=False)):
        return "is shown in spite of bad news that still holds"
    if node.client.call("batchFlagsOf", batch.number, block=block_hash) & int(BatchFlag.RECALLED):
        return "is shown in spite of a recall"
    if scan.facts.final is None or (Flag.CLAIMED in Flag(flags)) is not scan.facts.final.claimed:
        return "tells another owner's state than the chain"
    if scan.subject is not None and scan.subject.claimed and scan.subject.holder != holder:
        return "is for an owner that is not the final one"
    return None

"""What happened to an item and to its batch, page by page, as the chain has it."""

from __future__ import annotations

from datetime import UTC, datetime

from ledger.domain.errors import Unknown
from ledger.domain.said import said
from ledger.services.ports import Ledger
from ledger.services.scanned import TimelineEntry
from ledger.services.views_of_chain import final_height, find_listed

Place = tuple[int, int]
"""Block and place in the block: the order in which things happened."""


def history(ledger: Ledger, gtin: str, serial: str, after: Place, limit: int) -> list[tuple[Place, TimelineEntry]]:
    """At most `limit` events, oldest first, from beyond `after`. Raises Unknown for an item there is none of."""
    with ledger.store.read() as tx:
        subject = find_listed(tx, gtin, serial)
        if subject.batch.number is None:
            raise Unknown(
                said(
                    "There is no item %(gtin)s with serial %(serial)s in this ledger.",
                    gtin=subject.item.gtin,
                    serial=subject.item.serial,
                )
            )
        final = final_height(tx)
        told = tx.chain.history(subject.item.item, subject.batch.number, after, limit)
    return [
        (
            (event.block, event.log_index),
            TimelineEntry(
                datetime.fromtimestamp(event.time, UTC), event.name, event.args, event.block, event.block <= final
            ),
        )
        for event in told
    ]

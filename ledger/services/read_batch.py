"""Readings of a batch that several use cases share: whose it is, its items, its secret and what comes from it."""

from __future__ import annotations

from collections.abc import Iterator

from ledger.domain.batches import Batch, Item
from ledger.domain.claim_codes import activation_half
from ledger.domain.errors import Unknown
from ledger.domain.organisations import Caller
from ledger.domain.said import said
from ledger.services.ports import Ledger, Tx

__all__ = ["PAGE", "activation_half", "all_items", "batch_secret", "own_batch"]

PAGE = 2_000
"""Items read or written at once."""


def own_batch(tx: Tx, caller: Caller, id: str) -> Batch:
    """One of the caller's batches. Raises Unknown for none, and for somebody else's."""
    found = tx.batches.get(id)
    if found is None or found.organisation != caller.organisation.id:
        raise Unknown(said("You have no batch of that name. List your batches to find the right one."))
    return found


def all_items(ledger: Ledger, batch_id: str) -> Iterator[Item]:
    """A batch's items in order, read page by page."""
    after = -1
    while True:
        with ledger.store.read() as tx:
            page = tx.batches.items_page(batch_id, after, PAGE)
        if not page:
            return
        yield from page
        after = page[-1].position


def batch_secret(ledger: Ledger, batch: Batch) -> bytes:
    """The batch's secret, from which its salts and activation halves come."""
    assert batch.secret is not None
    return ledger.vault.open(batch.secret, f"batch/{batch.id}")

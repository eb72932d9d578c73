"""Register a batch: its root, count and manifest, signed by the brand and queued.

Only a batch whose claim cards are in safe hands gets here. Where the operator does not keep the brand's key, the
registration is drafted, and taken with the brand's own signature.
"""

from __future__ import annotations

from collections.abc import Sequence

from ledger.domain.batches import Batch
from ledger.domain.errors import Conflict, Invalid
from ledger.domain.organisations import Caller, Scope
from ledger.domain.outbox import Queued
from ledger.domain.said import said
from ledger.domain.statements import Kind, Statement
from ledger.services.draft_statement import Draft, draft_in
from ledger.services.kept_keys import queue_signed
from ledger.services.ports import Ledger, Tx
from ledger.services.read_batch import own_batch
from ledger.services.submit_statement import queue


def register(ledger: Ledger, caller: Caller, id: str) -> Batch:
    """Sign and queue the registration with the kept key; for a brand with its own key, nothing yet."""
    with ledger.store.write() as tx:
        tx.organisations.lock(caller.organisation.id)
        batch = own_batch(tx, caller, id)
        if batch.number is None and caller.organisation.keeps_key:
            draft = _draft(ledger, tx, caller, batch)
            queued = queue_signed(ledger, tx, caller, draft)
            note_registration(tx, batch, int(draft.statement.values["batch"]), queued.id)
        changed = tx.batches.get(id)
        assert changed is not None
        return changed


def draft_registration(ledger: Ledger, caller: Caller, id: str) -> Draft:
    """The registration for a brand that signs with its own key."""
    with ledger.store.read() as tx:
        batch = own_batch(tx, caller, id)
        if batch.cards_done_at is None:
            raise Conflict(
                said("Download the claim cards and confirm that you have them; then the batch can be registered.")
            )
        return _draft(ledger, tx, caller, batch)


def submit_registration(
    ledger: Ledger, caller: Caller, id: str, statement: Statement, signatures: Sequence[bytes]
) -> Queued:
    """Queue the registration that a brand signed with its own key; the same again gives the first row.

    Raises Invalid where it is not this batch's registration, Conflict where its cards are not confirmed, its
    number is not the next one, or another registration of it is under way.
    """
    caller.need(Scope.SIGN)
    with ledger.store.write() as tx:
        tx.organisations.lock(caller.organisation.id)
        batch = own_batch(tx, caller, id)
        draft = _draft(ledger, tx, caller, batch) if batch.cards_done_at is not None else None
        if draft is None:
            raise Conflict(
                said("Download the claim cards and confirm that you have them; then the batch can be registered.")
            )
        wrong = [name for name, value in draft.statement.values.items() if statement.values[name] != value]
        if "batch" in wrong:
            raise Conflict(
                said("Another batch has taken this number meanwhile. Draft the registration again and sign that.")
            )
        if wrong:
            raise Invalid(
                said(
                    "This is not this batch’s registration: %(names)s is different. Draft it again.",
                    names=", ".join(wrong),
                )
            )
        queued = queue(ledger, tx, statement, signatures, organisation=caller.organisation.id)
        note_registration(tx, batch, int(statement.values["batch"]), queued.id)
        return queued


def note_registration(tx: Tx, batch: Batch, number: int, statement: str) -> None:
    """Tie a batch to its number and its statement."""
    tx.batches.change(batch.id, number=number, statement=statement)


def _draft(ledger: Ledger, tx: Tx, caller: Caller, batch: Batch) -> Draft:
    values = {"root": batch.root, "count": batch.count, "manifestHash": batch.manifest_hash}
    if batch.number is not None:
        values["batch"] = batch.number
    return draft_in(ledger, tx, Kind.REGISTER_BATCH, values, caller)

"""Audit: a batch's row, its registration's statement and the event on the chain say the same, once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ledger.domain.chain_view import ChainEvent
from ledger.services.audit_findings import RUN_REINDEX, Findings, pages
from ledger.services.audits_port import Row
from ledger.services.checking import Checked, many
from ledger.services.ports import Ledger, Tx

_SAID: Final = {"batch": "number", "root": "root", "count": "count", "manifestHash": "manifest_hash"}
"""A registration's fields, and the columns that hold them."""


def roots_are_on_the_chain(ledger: Ledger) -> Checked:
    """Each batch that was signed for has one registration, by its number, with its root, count and manifests."""
    found = Findings("roots are on the chain once", RUN_REINDEX)
    with ledger.store.read() as tx:
        events = tx.chain.events_named(["BatchRegistered"])
    by_number = {event.args["batch"]: event for event in events}
    told: dict[bytes, int] = {}
    for event in events:
        told[event.args["root"]] = told.get(event.args["root"], 0) + 1
    registered = 0
    for page in pages(ledger, "batches", ("id",)):
        with ledger.store.read() as tx:
            for row in page:
                registered += _check(tx, row, by_number, told, found)
    return found.line(f"{many(registered, 'root')}, each once.")


def _check(tx: Tx, row: Row, by_number: Mapping[int, ChainEvent], told: Mapping[bytes, int], found: Findings) -> bool:
    name = f"batch {row['id']}"
    event = by_number.get(row["number"])
    if row["statement"] is None:
        if row["number"] is not None and event is None:
            found.note(f"{name} has a number, and neither a statement nor an event gave it one")
        if row["number"] is None and row["root"] is not None and row["root"] in told:
            found.note(f"{name} has no number, and its root is registered")
        if event is not None and tx.outbox.by_hash(event.args["statement"]) is not None:
            found.note(f"{name} has lost its statement")
    else:
        queued = tx.outbox.get(row["statement"])
        said: Mapping[str, Any] = {} if queued is None else queued.statement.values
        if any(said.get(field) != row[column] for field, column in _SAID.items()):
            found.note(f"{name} is not what its statement registers")
    if event is None:
        return False
    if any(event.args[field] != row[column] for field, column in _SAID.items()):
        found.note(f"{name} is registered with another root, count or manifest")
    elif told[row["root"]] != 1:
        found.note(f"the root of {name} is registered {told[row['root']]} times")
    return True

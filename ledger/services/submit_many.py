"""Take many signed statements in one request: each is checked as if it came alone, and a bad one keeps out no other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ledger.domain.errors import LedgerError
from ledger.domain.outbox import Queued
from ledger.domain.statements import Kind, Statement, statement_hash
from ledger.services.claim_item import queue_claim
from ledger.services.ports import Ledger
from ledger.services.read_ahead import ReadAhead
from ledger.services.submit_statement import queue

MOST: int = 500
"""Statements in one request."""


@dataclass(frozen=True, slots=True)
class Signed:
    """A statement and its signatures, in the contract's order."""

    statement: Statement
    signatures: tuple[bytes, ...]


def submit_many(
    ledger: Ledger, given: Sequence[Signed], *, organisation: str | None = None
) -> list[Queued | LedgerError]:
    """Queue what can be queued, in one transaction; for each its row, or why it was refused, in the order given.

    The same statement again, also within one request, gives the first row. A claim with a wrong code counts as one
    that came alone does. What stands in the list is kept, or was never there: nothing is half done.
    """
    hashes = [statement_hash(one.statement, ledger.keccak) for one in given]
    answers: list[Queued | LedgerError] = []
    with ledger.store.write() as tx:
        ahead = ReadAhead(tx, [one.statement for one in given], hashes)
        for one in given:
            take = queue_claim if one.statement.kind is Kind.CLAIM else queue
            try:
                answers.append(take(ledger, ahead.as_tx(), one.statement, one.signatures, organisation=organisation))
            except LedgerError as refused:
                answers.append(refused)
        ahead.flush()
    return answers

"""Take many signed statements in one request: each is checked as if it came alone, and a bad one keeps out no other."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, cast

from ledger.domain.errors import BadSignature, LedgerError
from ledger.domain.outbox import Queued
from ledger.domain.statements import Kind, Statement, statement_hash, struct_hash
from ledger.services.claim_item import queue_claim
from ledger.services.ports import Ledger, Signing
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
    ledger = replace(ledger, signing=cast("Signing", _Recovered(ledger, given, hashes)))
    with ledger.store.write() as tx:
        ahead = ReadAhead(tx, [one.statement for one in given], hashes)
        for one, hash in zip(given, hashes, strict=True):
            take = queue_claim if one.statement.kind is Kind.CLAIM else queue
            try:
                answers.append(
                    take(ledger, ahead.as_tx(), one.statement, one.signatures, organisation=organisation, hash=hash)
                )
            except LedgerError as refused:
                answers.append(refused)
        ahead.flush()
    return answers


class _Recovered:
    """Whose signatures these are, worked out before the database is kept waiting; asked anything else, as ever."""

    def __init__(self, ledger: Ledger, given: Sequence[Signed], hashes: Sequence[bytes]) -> None:
        self._signing = ledger.signing
        self._known: dict[tuple[bytes, bytes], str | None] = {}
        with ledger.store.read() as tx:
            domain = ledger.domain(tx)
        for one, hash in zip(given, hashes, strict=True):
            own = domain.digest(hash, ledger.keccak)
            for place, signature in enumerate(one.signatures):
                offer = one.statement.offer if place == 0 else None
                digest = own
                if offer is not None:
                    digest = domain.digest(struct_hash(Kind.OFFER, offer, ledger.keccak), ledger.keccak)
                # What is nobody's is refused in its turn, with the sentence that belongs to it.
                with suppress(BadSignature):
                    self._known[digest, signature] = self._signing.signer_of(digest, signature)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._signing, name)

    def signer_of(self, digest: bytes, signature: bytes) -> str | None:
        known = (digest, signature)
        return self._known[known] if known in self._known else self._signing.signer_of(digest, signature)

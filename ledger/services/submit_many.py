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
from ledger.services.ports import Ledger, Signing, Tx
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
    ledger = replace(ledger, signing=cast("Signing", _Recovered(ledger, given, hashes)))
    early = _early(ledger, given, hashes, organisation)
    with ledger.store.write() as tx:
        if early is not None and early.still_holds(tx):
            tx.many.add(early.outbox.added)
            return early.answers
        ahead = ReadAhead(tx, [one.statement for one in given], hashes)
        answers = _taken(ledger, ahead.as_tx(), given, hashes, organisation)
        ahead.flush()
    return answers


def _taken(
    ledger: Ledger, tx: Tx, given: Sequence[Signed], hashes: Sequence[bytes], organisation: str | None
) -> list[Queued | LedgerError]:
    answers: list[Queued | LedgerError] = []
    for one, hash in zip(given, hashes, strict=True):
        take = queue_claim if one.statement.kind is Kind.CLAIM else queue
        try:
            answers.append(take(ledger, tx, one.statement, one.signatures, organisation=organisation, hash=hash))
        except LedgerError as refused:
            answers.append(refused)
    return answers


def _early(ledger: Ledger, given: Sequence[Signed], hashes: Sequence[bytes], organisation: str | None) -> _Early | None:
    """The answers as of a moment before our turn to write, so that nobody waits meanwhile; None where one writes."""
    with ledger.store.read() as tx:
        early = _Early(tx, [one.statement for one in given], hashes)
        try:
            early.answers = _taken(ledger, early.as_tx(), given, hashes, organisation)
        except _NeedsTurn:
            return None
    return early


class _NeedsTurn(Exception):
    """A statement of the request asks for more than a new row."""


class _Early(ReadAhead):
    """Reads from a snapshot, and remembers what others may have changed before the answers are kept.

    That is what writers take turns for: hashes and numbers that were free, and tries that were left. All else is
    as of the snapshot, as if the request had come that moment earlier; what is accepted is decided by the contract.
    """

    def __init__(self, tx: Tx, statements: Sequence[Statement], hashes: Sequence[bytes]) -> None:
        super().__init__(tx, statements, hashes)
        self.answers: list[Queued | LedgerError] = []
        self.outbox: Any = _Promises(self.outbox)
        self.papers: Any = _Tries(self.papers)

    def still_holds(self, tx: Tx) -> bool:
        """Whether, now that it is our turn, everything that was free still is."""
        added, asked = self.outbox.added, self.papers.asked
        vouched = [one.statement for one in added if one.signer is not None]
        numbers = {(s.party, s.nonce) for s in vouched if s.party is not None and s.nonce is not None}
        return not (
            tx.many.known([one.hash for one in added])
            or tx.many.promised(numbers)
            or tx.many.used(numbers)
            or tx.many.tries(asked) != {subject: tries for subject, tries in asked.items() if tries[0]}
        )


class _Promises:
    """The outbox as far as it can be asked before our turn."""

    def __init__(self, outbox: Any) -> None:
        self._outbox = outbox
        self.added: list[Queued] = []

    def __getattr__(self, name: str) -> Any:
        raise _NeedsTurn

    def by_hash(self, hash: bytes) -> Queued | None:
        return cast("Queued | None", self._outbox.by_hash(hash))

    def nonce_promised(self, party: int, nonce: int) -> bool:
        return bool(self._outbox.nonce_promised(party, nonce))

    def add(self, queued: Queued) -> None:
        self.added.append(queued)
        self._outbox.add(queued)


class _Tries:
    """Tries at a code, read; to count one is to write."""

    def __init__(self, papers: Any) -> None:
        self._papers = papers
        self.asked: dict[str, tuple[int, int]] = {}

    def __getattr__(self, name: str) -> Any:
        raise _NeedsTurn

    def tries(self, subject: str) -> tuple[int, int]:
        found: tuple[int, int] = self._papers.tries(subject)
        self.asked[subject] = found
        return found


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

"""Refusals. Every one is a sentence for a person: what is wrong, where, and how to mend it.

The web layer has one table from these classes to HTTP; the command line one to exit codes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from ledger.domain.said import said


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong in what was sent: where it is, what is wrong, how to mend it."""

    where: str
    what: str
    mend: str = ""

    def __str__(self) -> str:
        return " ".join(part for part in (f"{self.where}: {self.what}", self.mend) if part)


class LedgerError(Exception):
    """The root of every refusal; `code` is stable and names the problem type."""

    code: ClassVar[str] = "error"
    title: ClassVar[str] = said("Something went wrong")

    def __init__(self, detail: str, *, faults: Sequence[Fault] = ()) -> None:
        super().__init__(detail)
        self.detail = detail
        self.faults = tuple(faults)


class Invalid(LedgerError):
    """What was sent cannot be right, whoever sends it and whenever."""

    code = "invalid"
    title: ClassVar[str] = said("Something in what you sent is not right")


class Unknown(LedgerError):
    """The thing named is not in this ledger, or is not this organisation's to see."""

    code = "unknown"
    title: ClassVar[str] = said("There is no such thing here")


class Unauthenticated(LedgerError):
    """No key, or a key that is not in force."""

    code = "unauthenticated"
    title: ClassVar[str] = said("Who are you?")


class Forbidden(LedgerError):
    """The key is good, but this is not its to do."""

    code = "forbidden"
    title: ClassVar[str] = said("This is not yours to do")


class Conflict(LedgerError):
    """Right in itself, but not in the present state of the item or the batch."""

    code = "conflict"
    title: ClassVar[str] = said("This does not fit the present state")


class BadSignature(Invalid):
    """A signature that does not fit its message, its signer, its chain or its time."""

    code = "bad-signature"
    title: ClassVar[str] = said("That signature does not fit")


class TooLarge(LedgerError):
    """More bytes, rows or items than one request may carry."""

    code = "too-large"
    title: ClassVar[str] = said("That is too large")


class TooMany(LedgerError):
    """Too many tries; `retry_after` seconds until the next one counts."""

    code = "too-many"
    title: ClassVar[str] = said("Too many tries")

    def __init__(self, detail: str, *, retry_after: int) -> None:
        super().__init__(detail)
        self.retry_after = retry_after


class Unavailable(LedgerError):
    """Something we depend on does not answer now. Never means "no"."""

    code = "unavailable"
    title: ClassVar[str] = said("We cannot tell right now")


class InDoubt(Unavailable):
    """The connection broke at the very end: whether the change was kept is not known."""

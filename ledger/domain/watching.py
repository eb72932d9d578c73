"""What a brand is shown of the looks at its items: counts by day and country, and items with clone signals."""

from __future__ import annotations

from dataclasses import dataclass

from ledger.domain.standing_facts import CloneSignal


@dataclass(frozen=True, slots=True)
class NewLook:
    """A look to be kept. `visitor` is 16 bytes of a salted hash, or None where there was no address."""

    id: str
    item: int
    at: int
    verdict: str
    country: str | None
    visitor: bytes | None
    kind: str


@dataclass(frozen=True, slots=True)
class Counted:
    """So many looks on one day (days since 1970) from one country ("" where it was not known)."""

    day: int
    country: str
    count: int


@dataclass(frozen=True, slots=True)
class ItemCounted:
    """The same for one item of a brand."""

    day: int
    item: int
    country: str
    count: int
    gtin: str
    serial: str


@dataclass(frozen=True, slots=True)
class Alert:
    """An item that has clone signals, since when; `id` is the place in the list, the newest first."""

    id: str
    item: int
    organisation: str
    gtin: str
    suspected: bool
    raised_at: int
    checked_at: int


@dataclass(frozen=True, slots=True)
class Evidence:
    """An alert with what it rests on: the signals in force now, and the last thirty days' looks by country."""

    alert: Alert
    serial: str
    model: str
    signals: tuple[CloneSignal, ...]
    countries: tuple[tuple[str, int], ...]
    visitors: int


@dataclass(frozen=True, slots=True)
class LineCount:
    """One line: how many of its items are on sale, and how many of those have no owner."""

    gtin: str
    model: str
    on_sale: int
    unclaimed: int

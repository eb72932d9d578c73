"""What the console asks of the tables of listings: lists to look through, and all decisions of one."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from ledger.domain.desk.listings import Decided, Kept, ListingDecision, ListingStatus


class Order(StrEnum):
    """In which order a list stands."""

    NEWEST = "newest"
    OLDEST = "oldest"
    GRAVEST = "gravest"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which listings: `find` is part of a title, a name of the platform's own or a seller's; None is any."""

    find: str = ""
    status: ListingStatus | None = None
    decision: ListingDecision | None = None
    order: Order = Order.NEWEST


class ListingSearch(Protocol):
    """Reads for lists."""

    def find(self, platform: str, wanted: Wanted, start: int, limit: int) -> list[Kept]:
        """A platform's listings, from a place of the list on."""
        ...

    def find_ids(self, platform: str, wanted: Wanted, most: int) -> tuple[list[str], int]:
        """The ids of the first of a platform's listings, at most so many, and how many there are in all."""
        ...

    def counts(self, platform: str) -> dict[tuple[str, str], int]:
        """How many a platform has, by (status, decision)."""
        ...

    def decided(self, ids: Collection[str]) -> dict[str, Decided]:
        """Decisions by id."""
        ...

    def decisions_of(self, listing: str, limit: int) -> list[Decided]:
        """The decisions of one listing, newest first."""
        ...

"""Listings looked through and sorted, and all decisions of one."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final, TypeVar

from sqlalchemy import ColumnElement, Connection, Select, case, func, or_, select

from ledger.domain.desk.listings import GRAVITY, Decided, Kept
from ledger.services.desk.listings_find_port import Order, Wanted
from ledger.storage.desk_photos import chunks
from ledger.storage.tables_listings import listing_decisions, listings

_Row = TypeVar("_Row", bound=tuple[object, ...])
_GRAVITY: Final = case({one.value: number for one, number in GRAVITY.items()}, value=listings.c.decision)


class ListingSearch:
    """Reads for lists."""

    _db: Connection

    def find(self, platform: str, wanted: Wanted, start: int, limit: int) -> list[Kept]:
        """A platform's listings, from a place of the list on."""
        query = _ordered(select(listings).where(*_in(platform, wanted)), wanted.order)
        return [Kept(**row._mapping) for row in self._db.execute(query.offset(start).limit(limit))]

    def find_ids(self, platform: str, wanted: Wanted, most: int) -> tuple[list[str], int]:
        """The ids of the first of a platform's listings, at most so many, and how many there are in all."""
        found = _in(platform, wanted)
        ids = self._db.scalars(_ordered(select(listings.c.id).where(*found), wanted.order).limit(most)).all()
        return list(ids), self._db.scalar(select(func.count()).select_from(listings).where(*found)) or 0

    def counts(self, platform: str) -> dict[tuple[str, str], int]:
        """How many a platform has, by (status, decision)."""
        by = (listings.c.status, listings.c.decision)
        query = select(*by, func.count().label("many")).where(listings.c.platform == platform).group_by(*by)
        return {(row.status, row.decision): row.many for row in self._db.execute(query)}

    def decided(self, ids: Collection[str]) -> dict[str, Decided]:
        """Decisions by id."""
        query = select(listing_decisions)
        rows = (row for some in chunks(ids) for row in self._db.execute(query.where(listing_decisions.c.id.in_(some))))
        return {row.id: Decided(**row._mapping) for row in rows}

    def decisions_of(self, listing: str, limit: int) -> list[Decided]:
        """The decisions of one listing, newest first."""
        c = listing_decisions.c
        query = select(listing_decisions).where(c.listing == listing).order_by(c.at.desc(), c.id.desc()).limit(limit)
        return [Decided(**row._mapping) for row in self._db.execute(query)]


def _in(platform: str, wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [listings.c.platform == platform]
    if wanted.find:
        text = wanted.find.lower()
        names = (listings.c.title, listings.c.ref, listings.c.seller)
        found.append(or_(*(func.lower(one).contains(text, autoescape=True) for one in names)))
    if wanted.status is not None:
        found.append(listings.c.status == wanted.status.value)
    if wanted.decision is not None:
        found.append(listings.c.decision == wanted.decision.value)
    return found


def _ordered(query: Select[_Row], order: Order) -> Select[_Row]:
    match order:
        case Order.NEWEST:
            return query.order_by(listings.c.id.desc())
        case Order.OLDEST:
            return query.order_by(listings.c.id)
        case Order.GRAVEST:
            return query.order_by(_GRAVITY.desc(), listings.c.id.desc())

"""Looks as figures: by day and country for a brand, by item, and what is usual for a line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import Connection, Select, Subquery, and_, delete, func, insert, or_, select, union_all

from ledger.domain.looks import DAY, NO_LOOKS, LookKind, usual_of
from ledger.domain.watching import Counted, ItemCounted
from ledger.storage.tables import batches, items
from ledger.storage.tables_scans import scan_days, scan_lines, scans

IS_LOOK: Final = scans.c.kind.not_in([kind.value for kind in NO_LOOKS])
"""Where the owner has shown the item is kept beside the looks, and is none; nor is what its tag said."""


class ScanCounts:
    """Reads of the counts, and the counting of what is usual."""

    _db: Connection

    def days_of(self, item: int, first: int, limit: int) -> list[Counted]:
        """An item's looks by day and country from a day on, newest first, coarsened ones included."""
        name = item.to_bytes(32, "big")
        found = _counted(scans.c.item == name, scan_days.c.item == name, first, None)
        query = select(found.c.day, found.c.country, func.sum(found.c.looks).label("looks"))
        query = query.where(found.c.looks > 0).group_by(found.c.day, found.c.country)
        query = query.order_by(found.c.day.desc(), found.c.country).limit(limit)
        return [Counted(row.day, row.country, int(row.looks)) for row in self._db.execute(query)]

    def by_day(self, organisation: str, first: int, last: int, gtin: str | None) -> list[Counted]:
        """Looks at an organisation's items by day and country, oldest first, both days included."""
        found = _own(organisation, first, last, gtin)
        query = select(found.c.day, found.c.country, func.sum(found.c.looks).label("looks"))
        query = query.group_by(found.c.day, found.c.country).order_by(found.c.day, found.c.country)
        return [Counted(row.day, row.country, int(row.looks)) for row in self._db.execute(query)]

    def by_item(
        self,
        organisation: str,
        first: int,
        last: int,
        gtin: str | None,
        after: tuple[int, int, str] | None,
        limit: int,
        country: str | None = None,
    ) -> list[ItemCounted]:
        """The same for each item, newest day first, from beyond (day, item, country); of one country, where named."""
        found = _own(organisation, first, last, gtin)
        looks = func.sum(found.c.looks).label("looks")
        query = select(found.c.day, found.c.item, found.c.country, looks, items.c.gtin, items.c.serial)
        query = query.join(items, items.c.item == found.c.item)
        if after is not None:
            day, item, country_after = after
            name = item.to_bytes(32, "big")
            within = or_(found.c.item > name, and_(found.c.item == name, found.c.country > country_after))
            query = query.where(or_(found.c.day < day, and_(found.c.day == day, within)))
        if country is not None:
            query = query.where(found.c.country == country)
        query = query.group_by(found.c.day, found.c.item, found.c.country, items.c.gtin, items.c.serial)
        query = query.order_by(found.c.day.desc(), found.c.item, found.c.country).limit(limit)
        return [
            ItemCounted(row.day, int.from_bytes(row.item, "big"), row.country, int(row.looks), row.gtin, row.serial)
            for row in self._db.execute(query)
        ]

    def count_lines(self, since: int, now: int) -> int:
        """Count anew what is usual for each line; how many lines have a usual."""
        day = (scans.c.at // DAY).label("day")
        own = (scans.c.at > since, scans.c.kind == LookKind.VISIT.value)
        # A look without a visitor is a visitor of its own, as the comparison has it.
        who = func.count(scans.c.visitor.distinct()) + func.count() - func.count(scans.c.visitor)
        by_day = (
            select(scans.c.item, day, who.label("visitors")).where(*own).group_by(scans.c.item, day).subquery("by_day")
        )
        by_item = (
            select(by_day.c.item, func.sum(by_day.c.visitors).label("visitors"))
            .group_by(by_day.c.item)
            .subquery("by_item")
        )
        days, months = self._histograms(by_day), self._histograms(by_item)
        self._db.execute(delete(scan_lines))
        rows = [
            {"gtin": gtin, "a_day": usual.a_day, "a_month": usual.a_month, "counted_at": now}
            for gtin in months
            if (usual := usual_of(days[gtin], months[gtin])).a_month
        ]
        if rows:
            self._db.execute(insert(scan_lines), rows)
        return len(rows)

    def _histograms(self, found: Subquery) -> Mapping[str, Counter[int]]:
        """For each line: how many of the rows had how many visitors."""
        query = select(items.c.gtin, found.c.visitors, func.count().label("rows"))
        query = query.join(items, items.c.item == found.c.item).group_by(items.c.gtin, found.c.visitors)
        made: dict[str, Counter[int]] = {}
        for row in self._db.execute(query):
            made.setdefault(row.gtin, Counter())[int(row.visitors)] += row.rows
        return made


def _own(organisation: str, first: int, last: int, gtin: str | None) -> Subquery:
    listed = select(items.c.item).join(batches, batches.c.id == items.c.batch_id)
    listed = listed.where(batches.c.organisation == organisation, batches.c.ready)
    if gtin:
        listed = listed.where(items.c.gtin == gtin)
    return _counted(scans.c.item.in_(listed), scan_days.c.item.in_(listed), first, last)


def _counted(rows: Any, days: Any, first: int, last: int | None) -> Subquery:
    """Rows and counts together, as (day, item, country, looks); a look's day is in one of the two only."""
    day = (scans.c.at // DAY).label("day")
    country = func.coalesce(scans.c.country, "").label("country")
    fresh: Select[Any] = select(day, scans.c.item, country, func.count().label("looks")).where(
        rows, scans.c.at >= first * DAY, IS_LOOK
    )
    old: Select[Any] = select(scan_days.c.day, scan_days.c.item, scan_days.c.country, scan_days.c.count).where(
        days, scan_days.c.day >= first, scan_days.c.count > 0
    )
    if last is not None:
        fresh = fresh.where(scans.c.at < (last + 1) * DAY)
        old = old.where(scan_days.c.day <= last)
    # By position: a computed column is a parameter anew in each clause, which PostgreSQL does not take for the same.
    fresh = fresh.group_by(day, scans.c.item, country)
    return union_all(fresh, old).subquery("counted")

"""Looks at items: kept by the row, counted by day and country, forgotten; and the alerts that they give rise to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, union, update

from ledger.domain.looks import DAY, NO_LOOKS, Display, LiveAnswer, Look, Looked, LookKind, Usual, WrongCodes
from ledger.domain.watching import Alert, NewLook
from ledger.storage.scan_counts import IS_LOOK, ScanCounts
from ledger.storage.tables import attempts
from ledger.storage.tables_scans import clone_alerts, displays, scan_days, scan_lines, scan_salts, scans


class Scans(ScanCounts):
    """Reads and writes of looks, their counts, display marks and alerts."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def salt(self, day: int) -> bytes | None:
        """The salt of a day, None where it has none (any more)."""
        found: bytes | None = self._db.scalar(select(scan_salts.c.salt).where(scan_salts.c.day == day))
        return found

    def keep_salt(self, day: int, salt: bytes) -> None:
        """Keep a day's salt and destroy those of all other days."""
        self.drop_salts(day)
        self._db.execute(insert(scan_salts).values(day=day, salt=salt))

    def drop_salts(self, but: int) -> None:
        """Destroy the salts of all days but one."""
        self._db.execute(delete(scan_salts).where(scan_salts.c.day != but))

    def add(self, looks: Sequence[NewLook]) -> None:
        """Keep looks."""
        if looks:
            rows = [{name: getattr(one, name) for name in NewLook.__slots__} for one in looks]
            self._db.execute(insert(scans), [row | {"item": _bytes(row["item"])} for row in rows])

    def count_of(self, item: int) -> tuple[int, int | None, str | None]:
        """How often an item was looked at, when first, and from which country, where that is known."""
        name = _bytes(item)
        old = select(func.sum(scan_days.c.count), func.min(scan_days.c.day)).where(scan_days.c.item == name)
        before, day = self._db.execute(old).one()
        count = self._db.scalar(select(func.count()).where(scans.c.item == name, IS_LOOK)) or 0
        if day is not None:
            there = select(scan_days.c.country).where(scan_days.c.item == name, scan_days.c.day == day).limit(2)
            places = list(self._db.scalars(there))
            return count + before, day * DAY, (places[0] or None) if len(places) == 1 else None
        oldest = select(scans.c.at, scans.c.country).where(scans.c.item == name, IS_LOOK)
        oldest = oldest.order_by(scans.c.at).limit(1)
        first = self._db.execute(oldest).first()
        return (0, None, None) if first is None else (count, first.at, first.country)

    def looked(self, item: int, since: int, limit: int = 300) -> Looked:
        """The newest looks since then (at most `limit`), the countries of earlier ones, the first, a display mark."""
        name = _bytes(item)
        recent = (
            select(scans)
            .where(scans.c.item == name, scans.c.at > since)
            .order_by(scans.c.at.desc(), scans.c.id.desc())
            .limit(limit)
        )
        looks = tuple(look_of(row) for row in self._db.execute(recent))
        before = frozenset(row.country for row in self._db.execute(self.places_before([name], since)) if row.country)
        return looked_of(looks, before, self._first_at(name), self.display(item))

    def _first_at(self, name: bytes) -> int | None:
        day = self._db.scalar(select(func.min(scan_days.c.day)).where(scan_days.c.item == name))
        if day is not None:
            return int(day) * DAY
        at: int | None = self._db.scalar(select(func.min(scans.c.at)).where(scans.c.item == name))
        return at

    def wrong_codes(self, item: int) -> WrongCodes | None:
        """The tries to claim an item with a wrong code, as they are counted against it."""
        row = self._db.execute(select(attempts).where(attempts.c.subject == claim_subject(item))).first()
        return None if row is None else WrongCodes(row._mapping["count"], row.since)

    def usual(self, gtin: str) -> Usual:
        """What was last counted to be usual for a line."""
        row = self._db.execute(select(scan_lines).where(scan_lines.c.gtin == gtin)).first()
        return Usual() if row is None else Usual(row.a_day, row.a_month)

    def rows_of(self, item: int, limit: int) -> list[Look]:
        """An item's looks, newest first, those that were not coarsened yet."""
        query = select(scans).where(scans.c.item == _bytes(item), IS_LOOK)
        query = query.order_by(scans.c.at.desc()).limit(limit)
        return [look_of(row) for row in self._db.execute(query)]

    def forget(self, item: int, today: int) -> int:
        """Delete every look of an item, and note that there were some; how many there were."""
        count, _, _ = self.count_of(item)
        name = _bytes(item)
        known = self._db.scalar(select(func.count()).where(scan_days.c.item == name)) or 0
        self._db.execute(delete(scans).where(scans.c.item == name))
        self._db.execute(delete(scan_days).where(scan_days.c.item == name))
        if count or known:
            self._add_day(name, today, "", 0)
        return count

    def coarsen(self, before: int, limit: int) -> int:
        """Turn looks from before a moment (the beginning of a day) into counts; how many there were."""
        query = select(scans.c.id, scans.c.item, scans.c.at, scans.c.country, scans.c.kind)
        rows = self._db.execute(query.where(scans.c.at < before).order_by(scans.c.at).limit(limit)).all()
        looks = [row for row in rows if LookKind(row.kind) not in NO_LOOKS]
        counted = Counter((row.item, row.at // DAY, row.country or "") for row in looks)
        for (name, day, country), count in counted.items():
            self._add_day(name, day, country, count)
        for start in range(0, len(rows), 500):
            ids = [row.id for row in rows[start : start + 500]]
            self._db.execute(delete(scans).where(scans.c.id.in_(ids)))
        return len(rows)

    def _add_day(self, name: bytes, day: int, country: str, count: int) -> None:
        here = (scan_days.c.item == name, scan_days.c.day == day, scan_days.c.country == country)
        done = self._db.execute(update(scan_days).where(*here).values(count=scan_days.c.count + count))
        if not done.rowcount:
            self._db.execute(insert(scan_days).values(item=name, day=day, country=country, count=count))

    def display(self, item: int) -> Display | None:
        """The item's display mark."""
        row = self._db.execute(select(displays).where(displays.c.item == _bytes(item))).first()
        return None if row is None else Display(row.since, row.until)

    def set_display(self, item: int, organisation: str, display: Display | None, now: int) -> None:
        """Set the mark, or take it away."""
        name = _bytes(item)
        self._db.execute(delete(displays).where(displays.c.item == name))
        if display is not None:
            values = {"since": display.since, "until": display.until, "created_at": now}
            self._db.execute(insert(displays).values(item=name, organisation=organisation, **values))

    def looked_at(self, after: str, limit: int) -> list[tuple[str, int]]:
        """Looks that were kept after one with this id, as (id, item), oldest first."""
        query = select(scans.c.id, scans.c.item).where(scans.c.id > after).order_by(scans.c.id).limit(limit)
        return [(row.id, _int(row.item)) for row in self._db.execute(query)]

    def newest(self) -> str:
        """The id of the newest look, "" where there is none."""
        return self._db.scalar(select(func.max(scans.c.id))) or ""

    def stale_alerts(self, before: int, limit: int) -> list[int]:
        """Items whose alert was not looked into since then."""
        query = select(clone_alerts.c.item).where(clone_alerts.c.checked_at < before)
        return [_int(name) for name in self._db.scalars(query.order_by(clone_alerts.c.checked_at).limit(limit))]

    def keep_alert(self, alert: Alert) -> None:
        """Keep an alert; one that the item has already keeps its id and beginning."""
        name = _bytes(alert.item)
        values = {"suspected": alert.suspected, "checked_at": alert.checked_at}
        done = self._db.execute(update(clone_alerts).where(clone_alerts.c.item == name).values(**values))
        if not done.rowcount:
            row = {column: getattr(alert, column) for column in Alert.__slots__}
            self._db.execute(insert(clone_alerts).values(**row | {"item": name}))

    def drop_alerts(self, wanted: Sequence[int]) -> None:
        """Forget the alerts of items."""
        for start in range(0, len(wanted), 400):
            names = [_bytes(item) for item in wanted[start : start + 400]]
            self._db.execute(delete(clone_alerts).where(clone_alerts.c.item.in_(names)))

    def alerts(
        self, organisation: str, before: str | None, limit: int, gtin: str | None = None, *, suspected: bool = False
    ) -> list[Alert]:
        """An organisation's alerts, newest first, older than the cursor."""
        query = select(clone_alerts).where(clone_alerts.c.organisation == organisation)
        if before:
            query = query.where(clone_alerts.c.id < before)
        if gtin:
            query = query.where(clone_alerts.c.gtin == gtin)
        if suspected:
            query = query.where(clone_alerts.c.suspected)
        rows = self._db.execute(query.order_by(clone_alerts.c.id.desc()).limit(limit))
        return [Alert(**dict(row._mapping) | {"item": _int(row.item)}) for row in rows]

    def count_alerts(self, organisation: str) -> tuple[int, int]:
        """How many alerts an organisation has, and how many of them are suspicions."""
        of_own = select(func.count()).where(clone_alerts.c.organisation == organisation)
        return self._db.scalar(of_own) or 0, self._db.scalar(of_own.where(clone_alerts.c.suspected)) or 0

    def places_before(self, names: Sequence[bytes], since: int) -> Any:
        """The countries of the items' looks up to `since`, as (item, country)."""
        old = select(scan_days.c.item, scan_days.c.country).where(scan_days.c.item.in_(names))
        rows = select(scans.c.item, scans.c.country).where(
            scans.c.item.in_(names), scans.c.at <= since, scans.c.country.is_not(None)
        )
        return union(old, rows)


def claim_subject(item: int) -> str:
    """Under which name `services.claim_item` counts wrong codes."""
    return f"claim:{item:064x}"


def looked_of(looks: Sequence[Look], before: frozenset[str], first_at: int | None, display: Display | None) -> Looked:
    """The looks as they are compared: where the owner has shown the item is a fact of its own."""
    shown = tuple(LiveAnswer(one.at, one.country) for one in looks if one.kind is LookKind.ANSWER)
    return Looked(tuple(looks), before, first_at, answers=shown, display=display)


def look_of(row: Row[Any]) -> Look:
    """A row of `scans`."""
    return Look(row.at, row.country, row.visitor, LookKind(row.kind))


def _bytes(item: int) -> bytes:
    return item.to_bytes(32, "big")


def _int(item: bytes) -> int:
    return int.from_bytes(item, "big")

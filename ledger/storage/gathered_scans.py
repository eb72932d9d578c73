"""The looks at many items, read a few hundred items a question: see `gathered`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection, func, select

from ledger.domain.clone_signals import WINDOW
from ledger.domain.looks import DAY, Display, Look, Looked, Usual, WrongCodes
from ledger.storage.scans import Scans, claim_subject, look_of, looked_of
from ledger.storage.tables import attempts
from ledger.storage.tables_scans import displays, scan_days, scans

_CHUNK: Final = 400
_MOST_ROWS: Final = 50_000
"""Looks that are held at once; beyond these, items are asked about one by one."""


class GatheredScans(Scans):
    """Answers as the tables do; what was not gathered is asked as ever."""

    def __init__(self, connection: Connection, now: int) -> None:
        super().__init__(connection)
        self._since = now - WINDOW
        self._looks: dict[int, list[Look]] = {}
        self._before: dict[int, set[str]] = {}
        self._first: dict[int, int] = {}
        self._shown: dict[int, Display] = {}
        self._wrong: dict[int, WrongCodes] = {}
        self._usual: dict[str, Usual] = {}

    def gather(self, wanted: Sequence[int]) -> None:
        """Read what is known of these items."""
        for start in range(0, len(wanted), _CHUNK):
            chunk = wanted[start : start + _CHUNK]
            names = {item.to_bytes(32, "big"): item for item in chunk}
            recent = select(scans).where(scans.c.item.in_(names), scans.c.at > self._since)
            recent = recent.order_by(scans.c.at.desc(), scans.c.id.desc()).limit(_MOST_ROWS)
            rows = self._db.execute(recent).all()
            if len(rows) == _MOST_ROWS:
                continue
            self._looks.update({item: [] for item in chunk})
            for row in rows:
                self._looks[names[row.item]].append(look_of(row))
            for row in self._db.execute(self.places_before(list(names), self._since)):
                if row.country:
                    self._before.setdefault(names[row.item], set()).add(row.country)
            fresh = select(scans.c.item, func.min(scans.c.at).label("first")).where(scans.c.item.in_(names))
            for row in self._db.execute(fresh.group_by(scans.c.item)):
                self._first[names[row.item]] = row.first
            old = select(scan_days.c.item, func.min(scan_days.c.day).label("first")).where(scan_days.c.item.in_(names))
            for row in self._db.execute(old.group_by(scan_days.c.item)):
                item = names[row.item]
                self._first[item] = min(row.first * DAY, self._first.get(item, row.first * DAY))
            for row in self._db.execute(select(displays).where(displays.c.item.in_(names))):
                self._shown[names[row.item]] = Display(row.since, row.until)
            subjects = {claim_subject(item): item for item in chunk}
            for row in self._db.execute(select(attempts).where(attempts.c.subject.in_(subjects))):
                self._wrong[subjects[row.subject]] = WrongCodes(row._mapping["count"], row.since)

    def looked(self, item: int, since: int, limit: int = 300) -> Looked:
        if item not in self._looks or since < self._since:
            return super().looked(item, since, limit)
        looks = [one for one in self._looks[item][:limit] if one.at > since]
        return looked_of(looks, frozenset(self._before.get(item, ())), self._first.get(item), self._shown.get(item))

    def wrong_codes(self, item: int) -> WrongCodes | None:
        return self._wrong.get(item) if item in self._looks else super().wrong_codes(item)

    def usual(self, gtin: str) -> Usual:
        if gtin not in self._usual:
            self._usual[gtin] = super().usual(gtin)
        return self._usual[gtin]

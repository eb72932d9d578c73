"""How many look-ups of authorities touched a brand's items, by day."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, insert, select, update

from ledger.storage.tables_rights import look_up_days


class LookUps:
    """How many look-ups touched a brand's items; never whose they were."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def count(self, day: str, lines: Mapping[str, int]) -> None:
        """One look-up more on that day (ISO 8601), with so many lines of each of these brands."""
        c = look_up_days.c
        for brand, many in sorted(lines.items()):
            more = {"look_ups": c.look_ups + 1, "lines": c.lines + many}
            if not self._db.execute(update(look_up_days).where(c.brand == brand, c.day == day).values(more)).rowcount:
                self._db.execute(insert(look_up_days).values(brand=brand, day=day, look_ups=1, lines=many))

    def days(self, brand: str, since: str) -> list[tuple[str, int, int]]:
        """A brand's days from then on with their look-ups and lines, newest first (at most 1,000)."""
        c = look_up_days.c
        query = select(c.day, c.look_ups, c.lines).where(c.brand == brand, c.day >= since)
        return [tuple(row) for row in self._db.execute(query.order_by(c.day.desc()).limit(1_000))]

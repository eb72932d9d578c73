"""Shared signals counted: what an organisation told, and how much a member asked."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, func, select

from ledger.domain.desk.signals import Act, Kind
from ledger.storage.tables_signals import signal_entries, signal_questions


class SignalCounts:
    """Reads for people."""

    _db: Connection

    def told_by(self, organisation: str) -> Mapping[Kind, tuple[int, int, int]]:
        """By kind: signals of an organisation that stand, those that are over or withdrawn, and members told.

        One fact is one signal to each member it is told to.
        """
        c = signal_entries.c
        query = select(
            c.kind,
            func.count().filter(c.stands).label("stand"),
            func.count().filter(~c.stands).label("ended"),
            func.count(c.reader.distinct()).label("members"),
        ).where(c.organisation == organisation, c.act == Act.SHARED.value)
        return {Kind(row.kind): (row.stand, row.ended, row.members) for row in self._db.execute(query.group_by(c.kind))}

    def newest(self, reader: str) -> int:
        """The number of the newest entry of a member's feed, 0 without any."""
        return self._db.scalar(select(func.max(signal_entries.c.number)).where(signal_entries.c.reader == reader)) or 0

    def asked(self, organisation: str, day: int) -> int:
        """How many questions a member asked on a day (days since 1970); known of the newest day alone."""
        c = signal_questions.c
        return self._db.scalar(select(c["count"]).where(c.organisation == organisation, c.day == day)) or 0

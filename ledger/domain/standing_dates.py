"""Days and moments in words, always in UTC and always saying so where an hour is named.

Each is English, and remembers what it stands for, so that a page can write it in another language.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from ledger.domain.said import Dated, Said, dated, said, said_many

_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def month(when: date) -> Dated:
    """March 2025."""
    return dated(_month(when), when, "month")


def day(when: date) -> Dated:
    """12 October 2026."""
    return dated(f"{_day(when).day} {_month(when)}", when, "day")


def clock(when: datetime) -> Dated:
    """14:02 UTC."""
    return dated(f"{when.astimezone(UTC):%H:%M} UTC", when, "clock")


def stamp(when: datetime) -> Dated:
    """2026-10-12 14:02 UTC, alike in every language."""
    return dated(f"{when.astimezone(UTC):%Y-%m-%d %H:%M} UTC", when, "stamp")


def moment(when: datetime, now: datetime) -> Said:
    """Today 13:40 UTC, yesterday 18:20 UTC, or 12 October 2026, 18:20 UTC."""
    days = (_day(now) - _day(when)).days
    if days == 0:
        return said("today %(clock)s", clock=clock(when))
    if days == 1:
        return said("yesterday %(clock)s", clock=clock(when))
    return said("%(day)s, %(clock)s", day=day(when), clock=clock(when))


def ago(when: datetime, now: datetime) -> Said:
    """Just now, 40 seconds ago, 1 minute ago, 12 minutes ago; for what is younger than an hour."""
    seconds = max(0, int((now - when) / timedelta(seconds=1)))
    if seconds < 2:
        return said("just now")
    if seconds < 60:
        return said_many("%(n)s second ago", "%(n)s seconds ago", seconds)
    return said_many("%(n)s minute ago", "%(n)s minutes ago", seconds // 60)


def _month(when: date) -> str:
    return f"{_MONTHS[_day(when).month - 1]} {_day(when).year}"


def _day(when: date) -> date:
    return when.astimezone(UTC).date() if isinstance(when, datetime) else when

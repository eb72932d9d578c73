"""Days and moments in English words, always in UTC and always saying so where an hour is named."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

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


def month(when: date) -> str:
    """March 2025."""
    return f"{_MONTHS[_day(when).month - 1]} {_day(when).year}"


def day(when: date) -> str:
    """12 October 2026."""
    return f"{_day(when).day} {month(when)}"


def clock(when: datetime) -> str:
    """14:02 UTC."""
    return f"{when.astimezone(UTC):%H:%M} UTC"


def moment(when: datetime, now: datetime) -> str:
    """Today 13:40 UTC, yesterday 18:20 UTC, or 12 October 2026, 18:20 UTC."""
    days = (_day(now) - _day(when)).days
    if days == 0:
        return f"today {clock(when)}"
    if days == 1:
        return f"yesterday {clock(when)}"
    return f"{day(when)}, {clock(when)}"


def ago(when: datetime, now: datetime) -> str:
    """Just now, 40 seconds ago, 1 minute ago, 12 minutes ago; for what is younger than an hour."""
    seconds = max(0, int((now - when) / timedelta(seconds=1)))
    if seconds < 2:
        return "just now"
    if seconds < 60:
        return f"{seconds} seconds ago"
    minutes = seconds // 60
    return "1 minute ago" if minutes == 1 else f"{minutes} minutes ago"


def _day(when: date) -> date:
    return when.astimezone(UTC).date() if isinstance(when, datetime) else when

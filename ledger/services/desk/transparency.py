"""The transparency report of a calendar period: read from the desk's log, named by how much of it was read."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from ledger.domain.desk.clocks import RULES
from ledger.domain.desk.report import VERSION, Figure, figures
from ledger.domain.desk.report_records import records_of
from ledger.domain.desk_log import Entry
from ledger.domain.errors import Invalid, Unknown
from ledger.domain.organisations import Organisation, Role
from ledger.domain.said import said
from ledger.services.ports import Ledger, Tx

_PAGE: Final = 1_000
_PERIOD: Final = re.compile(r"(20[0-9]{2})(?:-(H[12]|Q[1-4]|0[1-9]|1[0-2]))?")
_COLUMNS: Final = (
    *("section", "indicator", "definition", "numerator", "denominator", "percent", "unit"),
    *("period_from", "period_until", "service", "query_numerator", "query_denominator"),
)


@dataclass(frozen=True, slots=True)
class Period:
    """A calendar year, half-year, quarter or month, in UTC: from `since` to before `until`, in seconds."""

    name: str
    since: int
    until: int


@dataclass(frozen=True, slots=True)
class Report:
    """A report, and what it rests on: the log up to an entry, whose hash seals all before it."""

    period: Period
    platform: Organisation | None
    figures: tuple[Figure, ...]
    entries: int
    head: bytes
    over: bool
    """Whether the period is over now. Not part of the report's JSON, which is the same whenever it is made."""

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return {
            "period": {
                "name": self.period.name,
                "from": _day(self.period.since),
                "until": _day(self.period.until - 1),
            },
            "service": self.platform.slug if self.platform else None,
            "definitions": VERSION,
            "rule_sets": sorted(one.label for one in RULES.values()),
            "log": {"entries": self.entries, "hash": self.head.hex()},
            "figures": [
                {
                    "key": one.key,
                    "section": one.section,
                    "definition": one.about,
                    "numerator": one.numerator,
                    "denominator": one.denominator,
                    "percent": one.percent,
                    "unit": one.unit or None,
                    "query": {"numerator": one.query, "denominator": one.of or None},
                }
                for one in self.figures
            ],
        }

    def as_csv(self) -> str:
        """RFC 4180, in the sections of the European template: one figure a line, its question beside it."""
        out = io.StringIO(newline="")
        writer = csv.writer(out)
        writer.writerow(_COLUMNS)
        for one in self.figures:
            writer.writerow(
                (
                    *(one.section, one.key, one.about, *_numbers(one), one.unit),
                    *(_day(self.period.since), _day(self.period.until - 1)),
                    *(self.platform.slug if self.platform else "", one.query, one.of),
                )
            )
        for section, why in _NOT_ASKED:
            writer.writerow((section, "not_applicable", why, *[""] * (len(_COLUMNS) - 3)))
        return out.getvalue()


_NOT_ASKED: Final = (
    ("1.7", "Human resources: asked of very large online platforms alone (Art. 42(2))."),
    ("1.8", "Average monthly recipients: asked of very large online platforms alone (Art. 42(3))."),
)


def period_of(name: str) -> Period:
    """“2026”, “2026-H1”, “2026-Q3” or “2026-11”. Raises Invalid."""
    found = _PERIOD.fullmatch(name)
    if found is None:
        raise Invalid(said("Write a year, half-year, quarter or month: 2026, 2026-H1, 2026-Q3 or 2026-11."))
    year, part = int(found[1]), found[2]
    if part is None:
        first, months = 1, 12
    elif part[0] == "H":
        first, months = 6 * int(part[1]) - 5, 6
    elif part[0] == "Q":
        first, months = 3 * int(part[1]) - 2, 3
    else:
        first, months = int(part), 1
    after = first + months
    return Period(name, _start(year, first), _start(year + (after > 12), after - 12 * (after > 12)))


def month_of(now: int) -> str:
    """The month of a moment, as a period's name."""
    return f"{datetime.fromtimestamp(now, UTC):%Y-%m}"


def transparency(ledger: Ledger, name: str, platform: str | None = None, upto: int | None = None) -> Report:
    """The report of a period, of all platforms or one (by short name), from the log up to an entry.

    Raises Invalid for what is no period or no entry, Unknown for what is no platform.
    """
    period = period_of(name)
    with ledger.store.read() as tx:
        number, head = tx.desk_log.head()
        if upto is not None and upto != number:
            if not 1 <= upto < number:
                raise Invalid(said("The log has %(n)s entries. Name one of them.", n=number))
            number, head = upto, tx.desk_log.entries(upto - 1, 1)[0].hash
        service = None if platform is None else _platform(tx, platform)
        if ledger.now() < period.since:
            raise Invalid(said("This period has not begun yet."))
        first = tx.desk_log.entries(0, 1)
        empty = not first or first[0].at >= period.until
        read = iter(()) if empty else _entries(tx, number)
        records = records_of(read, period.since, period.until, service.id if service else None)
        found = tuple(figures(records, period.since, period.until, of_one=service is not None))
    return Report(period, service, found, number, head, ledger.now() >= period.until)


def _entries(tx: Tx, upto: int) -> Iterator[Entry]:
    after = 0
    while after < upto:
        page = tx.desk_log.entries(after, min(_PAGE, upto - after))
        if not page:
            return
        yield from page
        after = page[-1].number


def _platform(tx: Tx, slug: str) -> Organisation:
    found = tx.organisations.get(slug)
    if found is None or found.role is not Role.PLATFORM or found.slug != slug:
        raise Unknown(said("There is no platform of this name here."))
    return found


def _numbers(one: Figure) -> list[str]:
    return ["" if told is None else str(told) for told in (one.numerator, one.denominator, one.percent)]


def _start(year: int, month: int) -> int:
    return int(datetime(year, month, 1, tzinfo=UTC).timestamp())


def _day(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).date().isoformat()

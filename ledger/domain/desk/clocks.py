"""Clocks of a case: how long each step may take, under which rule set, and whose law says so.

A rule set is data, and its name and version stand on every case and in every entry of the log that it dated. A period
of days begins on the day after what starts it and ends with its last day (Regulation (EEC, Euratom) 1182/71, Art. 3;
Civil Code of the PRC, Arts. 201–203; Federal Rules of Civil Procedure 6(a)); one that would end on a day off ends with
the next working day. Days are those of one fixed zone for each set, which it says. Saturdays and Sundays are off
everywhere. Public holidays are off under the set of the United States alone, whose days a statute names for all time
(5 U.S.C. 6103). Those of the European Union are each member state's, and those of China are announced each year, with
weekend days that are worked in their place: no list that we could ship would stay true, so there they count as working
days, which `days` says beside every date.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Final

from ledger.domain.said import Said, said

_HOUR: Final = 3_600
_DAY: Final = 86_400
_SATURDAY: Final = 5


class RuleName(StrEnum):
    """The rule sets that a case can run under."""

    EU = "eu"
    CN = "cn"
    US = "us"
    HOUSE = "house"


class Lane(StrEnum):
    """How fast a notice is looked at, and how much has to be shown first."""

    FAST = "fast"
    NORMAL = "normal"
    EVIDENCE_FIRST = "evidence_first"


class Unit(StrEnum):
    """What a span counts."""

    HOURS = "hours"
    DAYS = "days"
    BUSINESS_DAYS = "business_days"
    MONTHS = "months"


@dataclass(frozen=True, slots=True)
class Span:
    """So many of a unit, and where that number comes from: a law, or the house where no law gives one."""

    count: int
    unit: Unit
    source: str


@dataclass(frozen=True, slots=True)
class Rules:
    """One rule set. `offset` is its zone's seconds east of UTC.

    `review` is how long a reviewer has for a counter-notice, None where the law restores by itself; then `restore` is
    when that happens, and `restore_latest` when it must have happened.
    """

    name: RuleName
    version: int
    title: Said
    days: Said
    places: frozenset[str]
    """Where it can be chosen: territories, “WO” for anywhere."""
    offset: int
    decide: dict[Lane, Span]
    more: Span
    counter: Span
    review: Span | None
    restore: Span | None
    restore_latest: Span | None
    appeal: Span
    appeal_decision: Span
    holiday: Callable[[date], bool]

    @property
    def label(self) -> str:
        """Name and version, as they stand on a case and in the log."""
        return f"{self.name}/{self.version}"


def ends(rules: Rules, span: Span, start: int) -> int:
    """The first second after a span that starts at `start`, both in seconds since 1970."""
    if span.unit is Unit.HOURS:
        return start + span.count * _HOUR
    first = datetime.fromtimestamp(start + rules.offset, UTC).date()
    if span.unit is Unit.BUSINESS_DAYS:
        last = first
        for _ in range(span.count):
            last = _next_working(rules, last + timedelta(days=1))
    elif span.unit is Unit.DAYS:
        last = _next_working(rules, first + timedelta(days=span.count))
    else:
        last = _next_working(rules, _months_after(first, span.count))
    return (last - date(1970, 1, 1)).days * _DAY + _DAY - rules.offset


def off(rules: Rules, day: date) -> bool:
    """Whether nobody has to work that day."""
    return day.weekday() >= _SATURDAY or rules.holiday(day)


def _next_working(rules: Rules, day: date) -> date:
    while off(rules, day):
        day += timedelta(days=1)
    return day


def months_on(at: int, months: int) -> int:
    """The same time of day so many months later, or earlier where negative, in UTC; both in seconds since 1970."""
    day = datetime.fromtimestamp(at, UTC).date()
    return at + (_months_after(day, months) - day).days * _DAY


def _months_after(day: date, months: int) -> date:
    """The same day of another month, or its last one where it is shorter."""
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    following = date(year + month // 12, month % 12 + 1, 1)
    return min(date(year, month, 1) + timedelta(days=day.day - 1), following - timedelta(days=1))


def _no_holiday(_day: date) -> bool:
    return False


def _us_holiday(day: date) -> bool:
    """A federal holiday, observed on Friday or Monday where it falls on a weekend (5 U.S.C. 6103)."""
    if day.weekday() == 4 and _fixed_us(day + timedelta(days=1)):
        return True
    if day.weekday() == 0 and _fixed_us(day - timedelta(days=1)):
        return True
    nth = (day.day - 1) // 7 + 1
    last = (day + timedelta(days=7)).month != day.month
    monday = day.weekday() == 0
    floating = {(1, 3), (2, 3), (9, 1), (10, 2)}
    thanksgiving = day.month == 11 and day.weekday() == 3 and nth == 4
    return _fixed_us(day) or (monday and ((day.month, nth) in floating or (day.month == 5 and last))) or thanksgiving


def _fixed_us(day: date) -> bool:
    return (day.month, day.day) in {(1, 1), (6, 19), (7, 4), (11, 11), (12, 25)}


def _hours(fast: int, normal: int, careful: int) -> dict[Lane, Span]:
    house = "house; DSA Art. 16(6) and E-Commerce Law Art. 42 ask for timely decisions and name no number"
    return {
        Lane.FAST: Span(fast, Unit.HOURS, house),
        Lane.NORMAL: Span(normal, Unit.HOURS, house),
        Lane.EVIDENCE_FIRST: Span(careful, Unit.HOURS, house),
    }


_MORE: Final = Span(7, Unit.DAYS, "house")
_EVERYWHERE: Final = frozenset({"WO"})

RULES: Final = {
    one.name: one
    for one in (
        Rules(
            name=RuleName.EU,
            version=1,
            title=said("Digital Services Act (EU) 2022/2065"),
            days=said(
                "Days end at midnight UTC. Saturdays and Sundays are days off; public holidays count as working days."
            ),
            places=frozenset({"EU"}),
            offset=0,
            decide=_hours(4, 24, 72),
            more=_MORE,
            counter=Span(14, Unit.DAYS, "house; DSA Art. 20 names none beside the complaint"),
            review=Span(3, Unit.BUSINESS_DAYS, "house; DSA Art. 20(4) asks for a timely decision"),
            restore=None,
            restore_latest=None,
            appeal=Span(6, Unit.MONTHS, "DSA Art. 20(1): at least six months from the decision"),
            appeal_decision=Span(14, Unit.DAYS, "house; DSA Art. 20(4) asks for a timely decision"),
            holiday=_no_holiday,
        ),
        Rules(
            name=RuleName.CN,
            version=1,
            title=said("E-Commerce Law of the People’s Republic of China, Articles 42 and 43"),
            days=said(
                "Days end at midnight UTC+8. Saturdays and Sundays are days off; public holidays count as working days."
            ),
            places=frozenset({"CN"}),
            offset=8 * _HOUR,
            decide=_hours(4, 24, 72),
            more=_MORE,
            counter=Span(30, Unit.DAYS, "house; the law names none"),
            review=None,
            restore=Span(
                15, Unit.DAYS, "E-Commerce Law Art. 43: 15 days after the counter-notice reached the notifier"
            ),
            restore_latest=Span(16, Unit.DAYS, "E-Commerce Law Art. 43: then without delay"),
            appeal=Span(30, Unit.DAYS, "house"),
            appeal_decision=Span(14, Unit.DAYS, "house"),
            holiday=_no_holiday,
        ),
        Rules(
            name=RuleName.US,
            version=1,
            title=said("United States: 17 U.S.C. 512(g), for marks and designs by analogy"),
            days=said("Days end at midnight UTC−5. Saturdays, Sundays and federal holidays are days off."),
            places=frozenset({"US"}),
            offset=-5 * _HOUR,
            decide=_hours(4, 24, 72),
            more=_MORE,
            counter=Span(30, Unit.DAYS, "house; 17 U.S.C. 512(g) names none"),
            review=None,
            restore=Span(10, Unit.BUSINESS_DAYS, "17 U.S.C. 512(g)(2)(C): not less than 10 business days"),
            restore_latest=Span(14, Unit.BUSINESS_DAYS, "17 U.S.C. 512(g)(2)(C): nor more than 14 business days"),
            appeal=Span(30, Unit.DAYS, "house"),
            appeal_decision=Span(14, Unit.DAYS, "house"),
            holiday=_us_holiday,
        ),
        Rules(
            name=RuleName.HOUSE,
            version=1,
            title=said("House rules"),
            days=said(
                "Days end at midnight UTC. Saturdays and Sundays are days off; public holidays count as working days."
            ),
            places=_EVERYWHERE,
            offset=0,
            decide=_hours(4, 24, 72),
            more=_MORE,
            counter=Span(14, Unit.DAYS, "house"),
            review=Span(24, Unit.HOURS, "house"),
            restore=None,
            restore_latest=None,
            appeal=Span(30, Unit.DAYS, "house"),
            appeal_decision=Span(7, Unit.DAYS, "house"),
            holiday=_no_holiday,
        ),
    )
}
"""The rule sets in force. One that changes gets a new version; a case keeps the dates that it was given."""

"""Whether the looks at an item suggest that its code was copied: reasons in words, dated, and forgotten in time.

1. Only visits count, and none of those that an item on display gets.
2. Each rule below gives at most one signal, so that one cause is not counted twice under one name.
3. A signal is as old as its newest evidence: a strong one is weak after fifteen days, and every one is gone
   after thirty. Two weak signals or one strong one make the code suspect (`standing_reading.suspicions`).

No rule knows a person or a place. Honest owners travel, use other exits to the internet, show their things in
films and offer them abroad; the thresholds are those at which `scripts/clone_simulator` holds the promise of at
most 0.5 % of honest items suspected in a month.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from math import ceil
from typing import Final

from ledger.domain.country_places import km_between, place_of
from ledger.domain.looks import DAY, TAG_KINDS, Look, Looked, LookKind
from ledger.domain.said import Said, said, said_many
from ledger.domain.standing_dates import day as day_of
from ledger.domain.standing_facts import CloneSignal, Strength

WINDOW: Final = 30 * DAY
"""How far back looks are compared; also how long a signal lasts."""
FADES: Final = 15 * DAY
"""From this age on a strong signal is a weak one."""
FASTEST: Final = 900 / 3600
"""Kilometres in a second that a traveller can make."""
VISITORS_A_DAY: Final = 8
"""Different visitors in one day that are never unusual."""
VISITORS_A_FORTNIGHT: Final = 4
"""Different visitors in fourteen days that are never unusual."""
FAR: Final = 250
"""Kilometres between countries beyond which a change of country is a journey and no border town."""
JOURNEYS: Final = 2
"""Changes between far countries in thirty days that one item does not make."""
ELSEWHERE: Final = 2
"""Visitors far from where the owner showed it; one may well be the buyer who asked."""
NEW_COUNTRY: Final = 2
"""Visitors in a far country where the item was never looked at before."""
NEW_NEIGHBOUR: Final = 3
"""Visitors in a near one: owners live near borders."""
WRONG_CODES: Final = 3
OLD_ANSWERS: Final = 3
"""Different old answers of its tag that one forwarded link does not explain."""
YEAR: Final = 365 * DAY


def clone_signals(looked: Looked, now: int) -> tuple[CloneSignal, ...]:
    """The signals that are in force at `now`, the strongest and newest first. Pure and total."""
    visits = [
        one
        for one in looked.looks
        if one.kind is LookKind.VISIT
        and now - WINDOW < one.at <= now
        and not (looked.display is not None and looked.display.covers(one.at))
    ]
    visits.sort(key=lambda one: one.at)
    found = [one for rule in _RULES if (one := rule(looked, visits)) is not None]
    live = [aged for one in found if (aged := _aged(one, now)) is not None]
    return tuple(sorted(live, key=lambda one: (one.strength is Strength.WEAK, -_seconds(one))))


def _aged(signal: CloneSignal, now: int) -> CloneSignal | None:
    age = now - _seconds(signal)
    if age >= WINDOW:
        return None
    return replace(signal, strength=Strength.WEAK) if age >= FADES else signal


def _seconds(signal: CloneSignal) -> int:
    return 0 if signal.at is None else int(signal.at.timestamp())


def _signal(rule: str, at: int, words: Said, *, strong: bool = False) -> CloneSignal:
    return CloneSignal(Strength.STRONG if strong else Strength.WEAK, words, rule, _moment(at))


def _moment(at: int) -> datetime:
    return datetime.fromtimestamp(at, UTC)


def _listings(looked: Looked, _visits: Sequence[Look]) -> CloneSignal | None:
    """The same code offered by different sellers at once: at most one of them can have the item."""
    sellers = {one.seller for one in looked.listings}
    if len(sellers) < 2:
        return None
    at = max(one.seen_at for one in looked.listings)
    words = said(
        "%(count)s different sellers offer an item with this code, seen last on %(day)s.",
        count=len(sellers),
        day=day_of(_moment(at)),
    )
    return _signal("listings", at, words, strong=True)


def _travel(_looked: Looked, visits: Sequence[Look]) -> CloneSignal | None:
    """Looks that no single item can have been at: too far apart for the time, or too many long journeys."""
    placed = [one for one in visits if one.country is not None]
    pairs = [(a, b) for a, b in pairwise(placed) if _apart(a, b) > 0]
    impossible = [(a, b) for a, b in pairs if _apart(a, b) > FASTEST * (b.at - a.at)]
    if impossible:
        first, second = impossible[-1]
        hours = max(2, ceil((second.at - first.at) / 3600))
        words = said(
            "Within %(hours)s hours it was looked at in %(first)s and in %(second)s, on %(day)s.",
            day=day_of(_moment(second.at)),
            first=place_of(first.country or ""),
            second=place_of(second.country or ""),
            hours=hours,
        )
        return _signal("travel", second.at, words, strong=len(impossible) >= 3 and len(_visitors(impossible)) >= 5)
    journeys = [(a, b) for a, b in pairs if _apart(a, b) >= FAR]
    if len(journeys) < JOURNEYS or len(_visitors(journeys)) < JOURNEYS + 1:
        return None
    at = journeys[-1][1].at
    words = said(
        "From %(since)s to %(day)s it would have made %(count)s long journeys between countries.",
        since=day_of(_moment(journeys[0][0].at)),
        day=day_of(_moment(at)),
        count=len(journeys),
    )
    return _signal("travel", at, words)


def _apart(a: Look, b: Look) -> float:
    return km_between(a.country or "", b.country or "")


def _visitors(pairs: Sequence[tuple[Look, Look]]) -> set[bytes | int]:
    return {_who(one) for pair in pairs for one in pair}


def _who(look: Look) -> bytes | int:
    """The visitor; a look without one is a visitor of its own."""
    return look.at if look.visitor is None else look.visitor


def visitors_by_day(looks: Sequence[Look]) -> dict[int, int]:
    """How many different visitors there were on each day (counted from 1970)."""
    return dict(Counter(day for day, _ in {(one.at // DAY, _who(one)) for one in looks}))


def _crowd(looked: Looked, visits: Sequence[Look]) -> CloneSignal | None:
    """More different visitors than an item of this line usually has, in a day or in a fortnight."""
    by_day = visitors_by_day(visits)
    if not by_day:
        return None
    a_day = max(VISITORS_A_DAY, 2 * looked.usual.a_day)
    a_fortnight = max(VISITORS_A_FORTNIGHT, looked.usual.a_month)
    spans = {day: sum(n for other, n in by_day.items() if day - 14 < other <= day) for day in by_day}
    for day in sorted(by_day, reverse=True):
        at = max(one.at for one in visits if one.at // DAY == day)
        if by_day[day] > a_day:
            words = said(
                "%(count)s different visitors looked at it on %(day)s; %(usual)s or fewer are usual.",
                count=by_day[day],
                day=day_of(_moment(at)),
                usual=a_day,
            )
            return _signal("crowd", at, words)
        if spans[day] > a_fortnight:
            words = said(
                "%(count)s different visitors looked at it in the 14 days to %(day)s; %(usual)s or fewer are usual.",
                count=spans[day],
                day=day_of(_moment(at)),
                usual=a_fortnight,
            )
            return _signal("crowd", at, words)
    return None


def _elsewhere(looked: Looked, visits: Sequence[Look]) -> CloneSignal | None:
    """Visitors where the item cannot have been, because its owner had just shown it in another country."""
    asked = {one.asked_by for one in looked.answers if one.asked_by is not None}
    found = [
        (look, answer.country)
        for look in visits
        if look.country is not None and (look.visitor is None or look.visitor not in asked)
        for answer in looked.answers
        if answer.country is not None and km_between(look.country, answer.country) > FASTEST * abs(look.at - answer.at)
    ]
    who = {_who(look) for look, _ in found}
    if len(who) < ELSEWHERE:
        return None
    look, where = max(found, key=lambda pair: pair[0].at)
    words = said(
        "Its owner showed it in %(owner)s while others looked at it in %(country)s, last on %(day)s.",
        owner=place_of(where),
        country=place_of(look.country or ""),
        day=day_of(_moment(look.at)),
    )
    return _signal("elsewhere", look.at, words, strong=len(who) >= 2 * ELSEWHERE)


def _new_country(looked: Looked, visits: Sequence[Look]) -> CloneSignal | None:
    """Several visitors in a country where it was never looked at before, though it has not changed hands."""
    if not looked.before or not visits:
        return None
    if looked.owner_since is None or looked.owner_since > visits[0].at - WINDOW:
        return None
    there: dict[str, set[bytes | int]] = {}
    for one in visits:
        if one.country is not None and one.country not in looked.before:
            there.setdefault(one.country, set()).add(_who(one))
    found = {country for country, who in there.items() if len(who) >= _enough(country, looked.before)}
    if not found:
        return None
    country = max(found, key=lambda one: (len(there[one]), one))
    at = max(one.at for one in visits if one.country == country)
    words = said(
        "%(count)s visitors looked at it in %(country)s, where nobody had before, last on %(day)s.",
        count=len(there[country]),
        country=place_of(country),
        day=day_of(_moment(at)),
    )
    return _signal("new_country", at, words)


def _enough(country: str, before: frozenset[str]) -> int:
    far = all(km_between(country, known) >= FAR for known in before)
    return NEW_COUNTRY if far else NEW_NEIGHBOUR


def _wrong_codes(looked: Looked, _visits: Sequence[Look]) -> CloneSignal | None:
    """Somebody has a card that is not this item's; a claim that came right afterwards explains the wrong ones."""
    tried = looked.wrong_codes
    if tried is None or tried.count < WRONG_CODES:
        return None
    if looked.owner_since is not None and looked.owner_since >= tried.at:
        return None
    words = said(
        "Somebody entered %(count)s wrong claim codes for it, last on %(day)s.",
        count=tried.count,
        day=day_of(_moment(tried.at)),
    )
    return _signal("wrong_codes", tried.at, words)


def _late(looked: Looked, visits: Sequence[Look]) -> CloneSignal | None:
    """The first look ever, long after somebody took the item home."""
    if looked.owner_since is None or looked.first_at is None or not visits or looked.before:
        return None
    if looked.first_at - looked.owner_since <= YEAR or visits[0].at > looked.first_at:
        return None
    words = said(
        "Nobody looked at it for over a year after its owner had it, until %(day)s.",
        day=day_of(_moment(looked.first_at)),
    )
    return _signal("late", looked.first_at, words)


def _tag(looked: Looked, _visits: Sequence[Look]) -> CloneSignal | None:
    """What its tag said that one chip, read and shown once, does not say: see `domain.tags`."""
    told = {kind: [one.at for one in looked.looks if one.kind is kind] for kind in TAG_KINDS}
    if others := told[LookKind.OTHER_TAG]:
        words = said(
            "Two tags answer for this item, last on %(day)s; at most one is the brand's.",
            day=day_of(_moment(max(others))),
        )
        return _signal("tag", max(others), words, strong=True)
    if again := told[LookKind.REPLAYED] + told[LookKind.ROLLED_BACK]:
        words = said_many(
            "%(n)s old answer of its tag was shown again, last on %(day)s.",
            "%(n)s old answers of its tag were shown again, last on %(day)s.",
            len(again),
            day=day_of(_moment(max(again))),
        )
        return _signal("tag", max(again), words, strong=len(again) >= OLD_ANSWERS)
    if jumps := told[LookKind.JUMPED]:
        words = said("Its tag was read very often between two taps, seen on %(day)s.", day=day_of(_moment(max(jumps))))
        return _signal("tag", max(jumps), words)
    return None


_RULES: Final[tuple[Callable[[Looked, Sequence[Look]], CloneSignal | None], ...]] = (
    _listings,
    _travel,
    _elsewhere,
    _crowd,
    _new_country,
    _wrong_codes,
    _late,
    _tag,
)

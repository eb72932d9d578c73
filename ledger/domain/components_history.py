"""Which part was in an item in which time, and what that says of a part that is seen: pure, over marks.

The history of an item's parts is folded from what the brand described and what services recorded, in the order of
the chain. A later description changes a part only where it says another serial than the description before it: a
brand that corrects a colour does not put back a movement that a repairer has taken out since.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum, StrEnum


class Source(StrEnum):
    """What said that a part is in the item."""

    REGISTERED = "registered"
    DESCRIBED = "described"
    """A later description by the brand."""
    SERVICE = "service"


@dataclass(frozen=True, slots=True)
class Described:
    """What the brand's record said of the parts from a time on (seconds since 1970): each part's mark."""

    at: int
    marks: Mapping[str, bytes]
    by: str = ""


@dataclass(frozen=True, slots=True)
class Serviced:
    """A service that replaced a part: recorded `at`, done `on`, with the new part's mark where it was told."""

    at: int
    on: int
    part: str
    mark: bytes | None
    by: str


@dataclass(frozen=True, slots=True)
class Fit:
    """One part in an item, from `since` until `until` (None: still); `by` said so. No mark: its serial is not kept."""

    part: str
    mark: bytes | None
    since: int
    source: Source
    by: str
    until: int | None = None
    ended: Source | None = None
    """What said that it is in the item no more."""
    ended_by: str = ""


class Elsewhere(IntEnum):
    """What is known of a seen part in other items of the brand, the gravest first."""

    STOLEN = 4
    LOST = 3
    RETIRED = 2
    RECORDED = 1
    UNKNOWN = 0


class Found(StrEnum):
    """What an inspector is told of one part."""

    MATCH = "match"
    REPLACED = "replaced"
    FOREIGN = "foreign"
    STOLEN = "stolen"
    LOST = "lost"
    RETIRED = "retired"
    NOT_RECORDED = "not_recorded"


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer on one part, and what was recorded of it: how, on which day (seconds since 1970), by whom."""

    part: str
    found: Found
    how: Source | None = None
    on: int | None = None
    by: str = ""


def history(changes: Iterable[Described | Serviced]) -> dict[str, list[Fit]]:
    """Every part's fits, oldest first. `changes` are in the order of the chain, the registration first."""
    fits: dict[str, list[Fit]] = {}
    said_last: Mapping[str, bytes] | None = None
    for change in changes:
        if isinstance(change, Serviced):
            _change(fits, change.part, change.mark, change.on, Source.SERVICE, change.by, fitted=True)
            continue
        before = said_last or {}
        source = Source.REGISTERED if said_last is None else Source.DESCRIBED
        for part in [*before, *(name for name in change.marks if name not in before)]:
            mark = change.marks.get(part)
            if mark != before.get(part):
                _change(fits, part, mark, change.at, source, change.by, fitted=mark is not None)
        said_last = change.marks
    return fits


def _change(
    fits: dict[str, list[Fit]], part: str, mark: bytes | None, at: int, source: Source, by: str, *, fitted: bool
) -> None:
    told = fits.setdefault(part, [])
    if told and told[-1].until is None:
        if mark is not None and told[-1].mark == mark:
            return
        # A service may be recorded for a day before the registration: no part leaves before it came.
        told[-1] = replace(told[-1], until=max(at, told[-1].since), ended=source, ended_by=by)
    if fitted:
        told.append(Fit(part, mark, at, source, by))


def current(fits: Sequence[Fit]) -> Fit | None:
    """The part that is in the item as far as is recorded; None where nothing is."""
    return fits[-1] if fits and fits[-1].until is None else None


def judge(part: str, fits: Sequence[Fit], seen: bytes, elsewhere: Elsewhere) -> Answer:
    """What a seen part means in this item, whose fits of that part are given.

    Bad news first: a part that belongs to another item which was reported stolen is never called a match.
    """
    if elsewhere in (Elsewhere.STOLEN, Elsewhere.LOST):
        return Answer(part, Found.STOLEN if elsewhere is Elsewhere.STOLEN else Found.LOST)
    now = current(fits)
    if now is not None and now.mark == seen:
        if now.source is Source.SERVICE:
            return Answer(part, Found.MATCH, now.source, now.since, now.by)
        return Answer(part, Found.MATCH, now.source)
    taken_out = next((one for one in reversed(fits) if one.mark == seen), None)
    if taken_out is not None:
        return Answer(part, Found.REPLACED, taken_out.ended, taken_out.until, taken_out.ended_by)
    if elsewhere is Elsewhere.RETIRED:
        return Answer(part, Found.RETIRED)
    if elsewhere is Elsewhere.RECORDED or (now is not None and now.mark is not None):
        return Answer(part, Found.FOREIGN)
    if now is not None:
        return Answer(part, Found.NOT_RECORDED, now.source, now.since, now.by)
    return Answer(part, Found.NOT_RECORDED)

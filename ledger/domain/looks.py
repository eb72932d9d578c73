"""What is known of the looks at one item, and what else may show that its code was copied.

A look knows a country and a day, never a place or a person: `visitor` is a salted hash whose salt is destroyed
after its day, so that the same person on two days is two visitors. Moments are whole seconds since 1970 (UTC).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

DAY = 86_400


class LookKind(StrEnum):
    """Who looked, as far as it is known; only visits are compared, with where the owner has shown the item.

    `PROGRAM` is a crawler or the preview of a link in a message, which comes from wherever its computers stand.
    `ANSWER` is no look: it keeps where the owner has just shown the item. Neither are the last four: they keep that
    a tag that cannot be copied said something odd (`domain.tags`).
    """

    VISIT = "visit"
    PROGRAM = "program"
    OWNER = "owner"
    ANSWER = "answer"
    REPLAYED = "replayed"
    ROLLED_BACK = "rolledback"
    JUMPED = "jumped"
    OTHER_TAG = "other_tag"


TAG_KINDS = frozenset({LookKind.REPLAYED, LookKind.ROLLED_BACK, LookKind.JUMPED, LookKind.OTHER_TAG})
NO_LOOKS = TAG_KINDS | {LookKind.ANSWER}
"""What is kept beside the looks, and is none."""


@dataclass(frozen=True, slots=True)
class Look:
    """One look at an item: when, from which country (None: cannot tell), by whom of that day."""

    at: int
    country: str | None = None
    visitor: bytes | None = None
    kind: LookKind = LookKind.VISIT


@dataclass(frozen=True, slots=True)
class LiveAnswer:
    """The owner showed that they have the item; `asked_by` is the visitor who wanted to know."""

    at: int
    country: str | None = None
    asked_by: bytes | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """An offer of the item that is live somewhere, and when it was last seen."""

    seller: str
    seen_at: int


@dataclass(frozen=True, slots=True)
class WrongCodes:
    """Claims of the item that were tried with a wrong code, and when last."""

    count: int
    at: int


@dataclass(frozen=True, slots=True)
class Usual:
    """What nine in ten of a line's looked-at items stay within: different visitors on one day, and in thirty days.

    0 where fewer than `LINE` items were looked at: too few to say. A decile, not a mean, so that one film that
    everybody has seen does not hide the copies of other items.
    """

    a_day: int = 0
    a_month: int = 0


LINE = 20
"""Items of a line that must have been looked at before it has a usual."""


def usual_of(days: Mapping[int, int], months: Mapping[int, int]) -> Usual:
    """From how many item-days, and how many items in thirty days, had how many visitors (visitors → count)."""
    if sum(months.values()) < LINE:
        return Usual()
    return Usual(_ninth_decile(days), _ninth_decile(months))


def _ninth_decile(counted: Mapping[int, int]) -> int:
    left = 0.9 * sum(counted.values())
    for visitors in sorted(counted):
        left -= counted[visitors]
        if left <= 0:
            return visitors
    return 0


@dataclass(frozen=True, slots=True)
class Display:
    """The brand shows the item to the public, from and until then (None: until it says otherwise)."""

    since: int
    until: int | None = None

    def covers(self, at: int) -> bool:
        """Whether a look at that moment is one of many that such an item gets."""
        return self.since <= at and (self.until is None or at < self.until)


@dataclass(frozen=True, slots=True)
class Looked:
    """What the comparison rests on.

    `looks` are those of the last thirty days, `before` the countries of earlier ones, `first_at` the first of all.
    """

    looks: tuple[Look, ...] = ()
    before: frozenset[str] = frozenset()
    first_at: int | None = None
    owner_since: int | None = None
    answers: tuple[LiveAnswer, ...] = ()
    listings: tuple[Listing, ...] = ()
    wrong_codes: WrongCodes | None = None
    usual: Usual = field(default_factory=Usual)
    display: Display | None = None

"""Watches: a platform wants to be told when the verdict on an item changes while it is listed. Pure.

1. What is told is the verdict that a check would give, from one that could be told to the next.
2. “Cannot tell” is never told as a change: while no node is seen, or a change of owner waits for confirmation, the
   verdict before stands and is looked at again soon.
3. A change is numbered, so that it is told once, whoever notices it and however often.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from math import ceil
from typing import Final

from ledger.domain.standing_facts import Facts
from ledger.domain.standing_headlines import Advice, Key

MOST: Final = 100_000
"""Watches of one organisation."""
MOST_AT_ONCE: Final = 1_000
LONGEST: Final = 90 * 86_400
"""Seconds that a watch lasts at most; asked for again it goes on."""
USUAL: Final = 30 * 86_400
EVERY: Final = 3_600
"""Seconds after which a watch is looked at though nothing called it: signals that fade by themselves are told that late
at most. What ends at a known second (a lock, an offer, a court's order) is looked at then."""
SOON: Final = 30
"""Seconds after which what could not be told is looked at again."""
_UNSETTLED: Final = frozenset({Key.UNAVAILABLE, Key.PENDING})


@dataclass(frozen=True, slots=True)
class Watch:
    """One watch. `ref` is the watcher's own name for it; `verdict` and `advice` are what was told last.

    `item` and `batch` are None while the code is not registered. Times are seconds since 1970.
    """

    id: str
    organisation: str
    gtin: str
    serial: str
    ref: str
    item: int | None
    batch: int | None
    until: int
    created_at: int
    verdict: str
    advice: str
    changes: int
    look_at: int
    calls: int


@dataclass(frozen=True, slots=True)
class Seen:
    """What a look at a watched item came to."""

    key: Key
    advice: Advice
    item: int | None
    batch: int | None
    turns_at: int | None = None
    """When what it rests on ends or begins by itself, in seconds since 1970."""


def told(watch: Watch, seen: Seen) -> bool:
    """Whether what was seen is to be told: another verdict, or another advice, that is not “cannot tell”."""
    if seen.key in _UNSETTLED:
        return False
    return (seen.key.value, seen.advice.value) != (watch.verdict, watch.advice)


def next_look(seen: Seen, now: int) -> int:
    """When to look again if nothing calls before."""
    usual = now + (SOON if seen.key in _UNSETTLED else EVERY)
    return usual if seen.turns_at is None else min(usual, max(seen.turns_at, now + 1))


def turns_at(facts: Facts, now: datetime) -> int | None:
    """The next second at which time alone changes what the facts (as of `now`, timezone-aware) come to, if known."""
    ends = [one.until for one in facts.latest.raised]
    ends += [end for one in facts.holds for end in (one.since, one.until)]
    ends += [facts.handover.expires] if facts.handover else []
    return min((ceil(one.timestamp()) for one in ends if one is not None and one > now), default=None)


def source(watch: Watch) -> str:
    """The name of a watch's next change: there is one message of it."""
    return f"watch:{watch.id}:{watch.changes + 1}"

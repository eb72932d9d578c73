"""Tags that cannot be copied: what one tap is worth, given what its tag has said before.

A tag counts its own readings and signs the count. So an answer that was never counted here, with a count above all
that were, came out of the chip after them; it cannot be made without the chip. What this does not show: that the
answer was not read earlier and kept until now; that the tag is still in the item it was made for.

What is odd is told as clone signals are: one oddity is little, several mean that somebody has copied answers. Two
chips that sign for one item are a fact of their own: the keys, or the encoder's file, were used twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from ledger.domain.sun_messages import Mode

COUNTS: Final = 15 * 60
"""Seconds for which a tap speaks for the present, for the visitor who made it."""
JUMP: Final = 1_000
"""Readings that nobody brought here between two that were: more than shop windows and idle phones make."""
KEPT: Final = 90 * 86_400
"""Seconds for which a tap is kept that no handover names."""
MOST_AN_HOUR: Final = 200
"""Taps of one item, beside those that are news, that are written down in an hour."""


class Outcome(StrEnum):
    """What a tap came to. Only the first two are news of the chip itself, at most one visitor each."""

    FRESH = "fresh"
    JUMPED = "jumped"
    REPLAYED = "replayed"
    ROLLED_BACK = "rolled_back"
    OTHER_TAG = "other_tag"
    ENDED = "ended"
    NOT_YET = "not_yet"
    UNVERIFIED = "unverified"
    UNREADABLE = "unreadable"
    NO_TAG = "no_tag"


ANSWERS: Final = frozenset({Outcome.FRESH, Outcome.JUMPED})
"""The outcomes of which each counter has one at most."""
VERIFIED: Final = frozenset(tuple(Outcome)[:7])
"""The outcomes of messages whose MAC was right; only these are kept."""


class TagState(StrEnum):
    """A tag's life: its keys are made, the encoder has said which chip it became, the brand has ended it."""

    MADE = "made"
    IN_SERVICE = "in_service"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Tag:
    """An item's tag. `generation` counts the item's tags from 1; `version` names the master key of its keys.

    `counter` is the highest that was counted here, -1 before the first. `opened_at` is when its seal was first seen
    opened; that is never taken back.
    """

    id: str
    item: int
    organisation: str
    run: str
    generation: int
    version: int
    mode: Mode
    sealed: bool
    state: TagState
    created_at: int
    uid: bytes | None = None
    counter: int = -1
    opened_at: int | None = None
    bound_at: int | None = None
    tapped_at: int | None = None
    ended_at: int | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """One file for an encoder: who had it made, when, for how many tags; the file itself is not kept."""

    id: str
    organisation: str
    batch: str
    mode: Mode
    sealed: bool
    version: int
    count: int
    sha256: str
    created_at: int
    person: str | None = None


@dataclass(frozen=True, slots=True)
class Tap:
    """One tap, as it was counted. `by` names who brought it: a session's name, or an organisation's as bytes."""

    id: str
    item: int
    tag: str
    uid: bytes
    counter: int
    outcome: Outcome
    at: int
    opened: bool
    by: bytes | None = None

    def same_visit(self, by: bytes | None, now: int) -> bool:
        """Whether this is the visitor's own tap of just now: a page loaded again is no copied answer."""
        return by is not None and by == self.by and 0 <= now - self.at < COUNTS


@dataclass(frozen=True, slots=True)
class Tapped:
    """What a scan is told of a tap: what it came to, when, and since when the tag's seal has been open."""

    outcome: Outcome
    at: datetime
    opened_since: datetime | None = None
    problem: str = ""
    """For `UNREADABLE`: what is wrong with the address."""


def judge(highest: int, counter: int, counted: bool) -> Outcome:
    """A verified message of the item's own tag. `counted` says that this very counter was an answer before.

    The comparison is for whoever holds the row; `storage.tags.advance` makes it once more, in one statement.
    """
    if counted:
        return Outcome.REPLAYED
    if counter <= highest:
        return Outcome.ROLLED_BACK
    return Outcome.JUMPED if highest >= 0 and counter - highest > JUMP else Outcome.FRESH

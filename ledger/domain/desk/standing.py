"""How good a notifier's word is: counted from its own decided cases, shown with the counts, opening a lane by itself.

Three months of the calendar (UTC) are looked at. At least `FEWEST` closed cases, nine in ten of them upheld, and of
those upheld at most one in twenty lost to a counter-notice open the fast lane, and self-service removal with it: a case
that can still be answered earns nothing. Falling below either, open cases counted too, shuts it for three months,
however good the next weeks are. Far below (`POOR`), evidence has to come first and a person looks. What facts alone
upheld counts once the platform has said whose listing it is: else a notifier could earn its standing with codes that
it withdrew itself and listings that do not exist.
Exact integer arithmetic: no figure is rounded before it is compared.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Final

from ledger.domain.desk.clocks import Lane, months_on
from ledger.domain.said import Said, said

MONTHS: Final = 3
"""That are looked at, and that a lost lane stays shut."""
FEWEST: Final = 30
"""Closed cases below which nothing is concluded in a notifier's favour."""
FEW: Final = 10
"""Decided cases below which nothing is concluded against it."""
UPHELD_PERCENT: Final = 90
COUNTER_PERCENT: Final = 5
POOR_UPHELD_PERCENT: Final = 50
POOR_COUNTER_PERCENT: Final = 20
SAME_TEXT: Final = 20
"""Cases with one and the same explanation of which most were declined: that explanation is looked at more closely."""
LINES_A_DAY: Final = {Lane.FAST: 30_000, Lane.NORMAL: 3_000, Lane.EVIDENCE_FIRST: 300}
"""Cases that one organisation may bring in 24 hours."""
UNPROVEN_A_DAY: Final = 100
"""Listings that a notifier without a standing yet can have taken down by facts alone in 24 hours."""


@dataclass(frozen=True, slots=True)
class Counts:
    """Of the cases that count: how many were decided in the window, how many stand upheld, how many once upheld fell.

    `taken_down` counts every case whose listing went down; `countered` those restored after a counter-notice or an
    appeal, and those that their notifier took back after the listing was down.
    """

    decided: int = 0
    upheld: int = 0
    taken_down: int = 0
    countered: int = 0


@dataclass(frozen=True, slots=True)
class Standing:
    """A notifier's lane, what it rests on, and until when the fast lane is shut."""

    lane: Lane
    counts: Counts
    shut_until: int | None
    words: Said

    @property
    def good(self) -> bool:
        """Whether self-service removal is open."""
        return self.lane is Lane.FAST


def wording(text: str) -> str:
    """An explanation as it is compared with others: its words in small letters, no numbers, addresses or signs."""
    words = unicodedata.normalize("NFKC", text).casefold().split()
    # Chinese writes no spaces, so that a number stands within the words there.
    plain = (one for one in words if "/" not in one and not (one.isascii() and any(map(str.isdigit, one))))
    return "".join(letter for one in plain for letter in one if letter.isalpha()) or text


def good_counts(counts: Counts, closed: Counts) -> bool:
    """Whether the counts themselves are good enough for the fast lane: of all decided cases, and of the closed ones."""
    return closed.decided >= FEWEST and not failing(closed) and not failing(counts)


def failing(counts: Counts) -> bool:
    """Whether they fall below what the fast lane asks for, with enough cases to say so."""
    return counts.decided >= FEW and (
        counts.upheld * 100 < UPHELD_PERCENT * counts.decided
        or counts.countered * 100 > COUNTER_PERCENT * counts.taken_down
    )


def looked_at_since(now: int) -> int:
    """From when on cases count."""
    return months_on(now, -MONTHS)


def shut_until(lost_at: int) -> int:
    """When a lane that was lost opens again, at the earliest."""
    return months_on(lost_at, MONTHS)


def standing(counts: Counts, closed: Counts, until: int | None, now: int, same_text: Counts | None = None) -> Standing:
    """The lane now. `closed` counts decided cases that were closed in the window, `same_text` those that read the same.

    `until` is how long the fast lane is shut, where it was lost.
    """
    shut = None if until is None or now >= until else until
    if _poor(counts) or (same_text is not None and _template(same_text)):
        words = said("Too few of your notices were upheld. Evidence has to come with them, and a person looks first.")
        return Standing(Lane.EVIDENCE_FIRST, counts, shut, words)
    if shut is not None:
        words = said("Your fast lane is shut for three months, since too few notices were upheld or too many fell.")
        return Standing(Lane.NORMAL, counts, shut, words)
    if good_counts(counts, closed):
        words = said("Your notices are nearly always upheld, so they go first, and facts take listings down at once.")
        return Standing(Lane.FAST, counts, None, words)
    if closed.decided < FEWEST:
        words = said("The fast lane opens after %(n)d closed cases, if nine in ten are upheld.", n=FEWEST)
    else:
        words = said("The fast lane asks for nine in ten upheld, and at most one in twenty lost to an answer.")
    return Standing(Lane.NORMAL, counts, None, words)


def _poor(counts: Counts) -> bool:
    return counts.decided >= FEW and (
        counts.upheld * 100 < POOR_UPHELD_PERCENT * counts.decided
        or counts.countered * 100 > POOR_COUNTER_PERCENT * counts.taken_down
    )


def _template(same: Counts) -> bool:
    return same.decided >= SAME_TEXT and same.upheld * 100 < POOR_UPHELD_PERCENT * same.decided

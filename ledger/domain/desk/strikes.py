"""Strikes: what closed cases leave with a seller, for a year, and what a platform is advised to do about them.

A strike comes from a case that was upheld and is closed: nothing in it can be answered or appealed any more. It ends
after twelve months, or with its case being reversed. Nobody is restricted or suspended without having been warned
(Regulation (EU) 2022/2065, Art. 23(1) and (3)): a later strike weighs only where its case began after the warning.
A strike is advice; the measure is a person's, case by case (Art. 23(3)).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ledger.domain.desk.clocks import months_on

MONTHS: Final = 12
"""That a strike counts, by the calendar in UTC."""


class Measure(StrEnum):
    """What is advised."""

    NONE = "none"
    WARN = "warn"
    RESTRICT = "restrict"
    SUSPEND = "suspend"


@dataclass(frozen=True, slots=True)
class Strike:
    """One strike: of which case, when that was received, when it was struck, until when it counts."""

    case: str
    opened_at: int
    struck_at: int
    until: int
    back_at: int | None = None

    def counts(self, now: int) -> bool:
        """Whether it counts now."""
        return self.back_at is None and self.struck_at <= now < self.until


def strike_until(closed_at: int) -> int:
    """Until when a strike of a case that was closed then counts."""
    return months_on(closed_at, MONTHS)


def measure(strikes: Iterable[Strike], now: int) -> Measure:
    """What is advised now: the first strike warns; each whose case began after the one before weighs one more."""
    step, warned_at = 0, 0
    for one in sorted((one for one in strikes if one.counts(now)), key=lambda one: (one.struck_at, one.case)):
        if step == 0 or one.opened_at >= warned_at:
            step, warned_at = step + 1, one.struck_at
    return (Measure.NONE, Measure.WARN, Measure.RESTRICT, Measure.SUSPEND)[min(step, 3)]

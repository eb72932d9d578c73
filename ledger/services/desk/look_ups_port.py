"""What the use cases ask of the counts of look-ups; `storage` answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol


class LookUps(Protocol):
    """How many look-ups touched a brand's items; never whose they were."""

    def count(self, day: str, lines: Mapping[str, int]) -> None:
        """One look-up more on that day (ISO 8601), with so many lines of each of these brands."""
        ...

    def days(self, brand: str, since: str) -> list[tuple[str, int, int]]:
        """A brand's days from then on with their look-ups and lines, newest first (at most 1,000)."""
        ...

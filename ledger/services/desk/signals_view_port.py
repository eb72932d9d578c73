"""What the page of shared signals asks of their tables: what was told, and how often."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from ledger.domain.desk.signals import Kind


class SignalCounts(Protocol):
    """Reads for people."""

    def told_by(self, organisation: str) -> Mapping[Kind, tuple[int, int, int]]:
        """By kind: signals of an organisation that stand, those that are over or withdrawn, and members told."""
        ...

    def newest(self, reader: str) -> int:
        """The number of the newest entry of a member's feed, 0 without any."""
        ...

    def asked(self, organisation: str, day: int) -> int:
        """How many questions a member asked on a day (days since 1970); known of the newest day alone."""
        ...

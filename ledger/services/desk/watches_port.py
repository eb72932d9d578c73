"""What the use cases ask of the table of watches; `storage` answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from ledger.domain.desk.watches import Watch


class Watches(Protocol):
    """Reads and writes of watches."""

    def count(self, organisation: str) -> int:
        """How many watches an organisation has."""
        ...

    def any(self) -> bool:
        """Whether anybody watches anything."""
        ...

    def named(self, organisation: str, names: Sequence[tuple[str, str, str]]) -> list[Watch]:
        """Those of an organisation among (gtin, serial, ref)."""
        ...

    def add(self, new: Sequence[Watch]) -> None:
        """Keep new watches."""
        ...

    def prolong(self, ids: Sequence[str], until: int) -> None:
        """Set the end of watches."""
        ...

    def page(self, organisation: str, before: str | None, limit: int) -> list[Watch]:
        """An organisation's watches, newest first, older than the cursor."""
        ...

    def remove(self, organisation: str, id: str) -> bool:
        """Forget one; False where the organisation has none of that id."""
        ...

    def call(self, since_block: int, since: int) -> int:
        """Call the watches that may have something new: how many.

        Of items and batches that blocks above `since_block` speak of; and of those that, since a time, something was
        signed about, that were offered to somebody, that a court's order began or ceased to hold, or whose clone
        signals were compared. All of them where those blocks speak of a party's keys, prefixes or accreditations.
        """
        ...

    def due(self, now: int, limit: int) -> list[Watch]:
        """Those that are to be looked at, the longest due first."""
        ...

    def looked(self, watch: Watch, look_at: int, item: int | None, batch: int | None) -> None:
        """Note when to look again, unless the watch was called meanwhile."""
        ...

    def change(self, watch: Watch, verdict: str, advice: str) -> bool:
        """Note the next change; False where somebody else noted it, or the watch is gone."""
        ...

    def forget_over(self, now: int, limit: int) -> int:
        """Forget watches whose time is over; how many."""
        ...

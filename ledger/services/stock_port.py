"""What the use cases ask of the tables when a brand looks through its items; `storage` answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from ledger.domain.batches import Item
from ledger.domain.stock import Wanted


class Stock(Protocol):
    """Reads of items by state."""

    def find(
        self, organisation: str, wanted: Wanted, marked: Sequence[int], after: str, limit: int
    ) -> list[tuple[Item, str]]:
        """Items from beyond a cursor, each with its own cursor; `marked` are batches whose items count as well.

        Marks that end by themselves may be over: whoever asks looks at each item's state.
        """
        ...

    def touched(self, wanted: Sequence[int]) -> set[int]:
        """Those of some items (at most 900) that the chain says anything about."""
        ...

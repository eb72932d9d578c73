"""What the feed of stolen items asks of the tables; `storage` answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from ledger.domain.chain_view import ChainEvent
from ledger.domain.custody import ItemState

Place = tuple[int, int]
"""A block's number and a place in its log."""


class Stolen(Protocol):
    """Reads of thefts over all items."""

    def reports(self, after: Place, upto: int, limit: int) -> list[ChainEvent]:
        """Events that may report a theft or take that back, from beyond a place up to a block, in order."""
        ...

    def histories(self, items: Sequence[int], upto: int) -> dict[int, list[tuple[Place, ItemState]]]:
        """The states of some items after each of their events, up to a block, oldest first."""
        ...

    def stolen(self, after: int, upto: int, limit: int) -> list[ItemState]:
        """The states as of a block of items that carry a theft then, by item, from beyond an item (-1: from the first).

        Timed ones are among them though their time may be over.
        """
        ...

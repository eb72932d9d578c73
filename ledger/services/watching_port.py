"""What the page where a brand watches its items asks of several tables at once; `storage` answers."""

from __future__ import annotations

from typing import Protocol

from ledger.domain.batches import Item
from ledger.domain.chain_view import ChainEvent
from ledger.domain.custody import ItemState
from ledger.domain.watching import LineCount


class Watching(Protocol):
    """Reads across items, their states and their records, for one organisation."""

    def lines(self, organisation: str, limit: int) -> list[tuple[str, str]]:
        """The GTINs that an organisation has items of, each with a model's name, by GTIN."""
        ...

    def unclaimed(self, organisation: str, gtin: str | None, limit: int) -> list[LineCount]:
        """For each line: items on sale, and how many of those have no owner."""
        ...

    def unclaimed_items(self, organisation: str, gtin: str | None, after: str, limit: int) -> list[Item]:
        """Items on sale without an owner, by serial, from beyond the cursor (item in 64 hex digits, then serial)."""
        ...

    def flagged(self, organisation: str, flags: int, gtin: str | None, limit: int) -> list[ItemState]:
        """The newest states of an organisation's items that carry any of the flags, newest first."""
        ...

    def recorded(self, organisation: str, gtin: str | None, before: int | None, limit: int) -> list[ChainEvent]:
        """What inspectors and repairers recorded of an organisation's items up to a block, newest first."""
        ...

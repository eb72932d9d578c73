"""What the use cases of EPCIS ask of the tables; `storage` answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from ledger.domain.chain_view import ChainEvent
from ledger.domain.custody import ItemState
from ledger.domain.epcis_told import Capture, Shown, Standing, Told

Place = tuple[int, int]
"""Block and place in the block."""
Named = tuple[int, int, str]
"""An item that is registered: its number, its brand's number, its brand's organisation."""


class Epcis(Protocol):
    """Reads of what is exported, reads and writes of what others tell."""

    def told_of(self, items: Sequence[int], last: int) -> dict[int, list[ChainEvent]]:
        """Every event of some items up to a block, oldest first. For a page of items."""
        ...

    def versions_of(self, items: Sequence[int]) -> dict[int, list[tuple[Place, ItemState]]]:
        """The states of some items, oldest first, each with its place."""
        ...

    def period(
        self,
        organisation: str,
        party: int | None,
        names: Sequence[str],
        times: tuple[int, int],
        after: Place,
        last: int,
        limit: int,
    ) -> list[ChainEvent]:
        """Events of an organisation's items and batches and those it signed, from a place on, within block times."""
        ...

    def registered(self, pairs: Sequence[tuple[str, str]]) -> dict[tuple[str, str], list[Named]]:
        """Which (gtin, serial) pairs are items of a registered batch."""
        ...

    def add_capture(self, capture: Capture) -> None:
        """Note what came of a capture."""
        ...

    def capture(self, organisation: str, id: str) -> Capture | None:
        """One of the organisation's captures."""
        ...

    def captures(self, organisation: str, before: str | None, limit: int) -> list[Capture]:
        """The organisation's captures, newest first."""
        ...

    def known(self, organisation: str, names: Sequence[tuple[str, bool]]) -> dict[tuple[str, bool], bytes]:
        """Which (event id, declared) the organisation has told before, each with its hash."""
        ...

    def add_told(self, told: Told, items: Mapping[int, Standing]) -> None:
        """Keep an event and which items it speaks of."""
        ...

    def shown(self, item: int, limit: int) -> list[Shown]:
        """The newest events that others tell of an item and that buyers may see, oldest first."""
        ...

    def told_page(self, organisation: str, times: tuple[int, int], after: str, limit: int) -> list[Told]:
        """Events that an organisation told, or others of its items, as they came, within the times they came at."""
        ...

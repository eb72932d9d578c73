"""What the use cases ask of the tables of court orders; `storage` answers."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

from ledger.domain.desk.orders import Order


@dataclass(frozen=True, slots=True)
class Turn:
    """An order that begins or ends at `due`, and up to which listing what it holds was decided anew since."""

    order: str
    due: int
    after: str


class Orders(Protocol):
    """Reads and writes of court orders."""

    def add(self, order: Order) -> None:
        """Keep a new order; its turn is due when it begins."""
        ...

    def get(self, id: str) -> Order | None:
        """By id, with all that it holds."""
        ...

    def lift(self, id: str, at: int) -> None:
        """It ends at that time, and its turn is due then; one that was lifted before stays so."""
        ...

    def next_turn(self, now: int) -> Turn | None:
        """The turn that is due longest."""
        ...

    def turned(self, turn: Turn, then: Turn | None) -> None:
        """What comes after this turn; None where nothing does."""
        ...

    def newest(self, entered_by: str | None, limit: int = 200) -> list[Order]:
        """Orders, of whoever entered them where that is named, newest first, without what they hold."""
        ...

    def of_item(self, gtin: str, serial: str, now: int) -> list[Order]:
        """Orders in force on an item at that second, without what else they hold."""
        ...

    def of_items(self, items: Collection[tuple[str, str]], now: int) -> dict[tuple[str, str], list[Order]]:
        """Orders in force on items, by (gtin, serial), at that second; those without one are left out."""
        ...

    def sellers_held(self, platform: str, now: int) -> list[tuple[str, Order]]:
        """A platform's sellers under an order at that second, by its own names for them (at most 5,000)."""
        ...

    def of_sellers(self, platform: str, refs: Collection[str], now: int) -> dict[str, list[Order]]:
        """Orders in force on a platform's sellers at that second, by the platform's name for them (at most 1,000)."""
        ...

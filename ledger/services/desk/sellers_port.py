"""What the use cases ask of the tables of sellers, origin cards and clues; `storage` answers."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Protocol

from ledger.domain.desk.clues import Answer, Card, Clue
from ledger.domain.desk.sellers import Sales, Seller


class Sellers(Protocol):
    """Reads and writes of sellers."""

    def get(self, platform: str, ref: str) -> Seller | None:
        """One seller of a platform."""
        ...

    def put(self, seller: Seller, now: int) -> None:
        """Keep a seller as it is now."""
        ...

    def page(self, platform: str, after: str, limit: int) -> list[Seller]:
        """A platform's sellers by their names, beyond one."""
        ...

    def count(self, platform: str) -> int:
        """How many sellers a platform keeps here."""
        ...

    def sales_of(self, platform: str, refs: Collection[str], since_day: int) -> dict[str, list[Sales]]:
        """Sellers' sales from a day on, by seller."""
        ...

    def set_sales(self, platform: str, ref: str, sales: Iterable[Sales], forget_before: int) -> None:
        """Keep these days in place of what was known of them, and forget those before a day."""
        ...

    def set_marks(self, platform: str, ref: str, marks: Iterable[tuple[str, bytes]], now: int) -> None:
        """Keep these marks of a seller, as (kind, mark), in place of those before."""
        ...

    def forget(self, platform: str, ref: str) -> None:
        """Forget a seller, its marks and sales."""
        ...

    def linked_to(self, platform: str, refs: Collection[str], limit: int) -> dict[str, list[tuple[str, str]]]:
        """By seller the others of the platform with one of its marks, as (ref, kind); at most so many of each."""
        ...

    def linked(self, platform: str, ref: str, limit: int) -> list[tuple[str, str, bytes]]:
        """Other sellers of the same platform with one of this one's marks, as (ref, kind, mark)."""
        ...


class Clues(Protocol):
    """Reads and writes of origin cards and clues."""

    def add_card(self, new: Card) -> None:
        """Keep a card."""
        ...

    def card(self, id: str) -> Card | None:
        """By id."""
        ...

    def count_look(self, id: str) -> None:
        """One more look at a card."""
        ...

    def of_item_since(self, item: int, since: int) -> int:
        """How many cards and clues of an item there are from a moment on."""
        ...

    def add(self, new: Clue) -> None:
        """Keep a clue."""
        ...

    def get(self, id: str) -> Clue | None:
        """By id."""
        ...

    def sent_since(self, organisation: str, since: int) -> int:
        """How many clues a brand was sent from a moment on."""
        ...

    def page(self, organisation: str, before: str | None, limit: int, *, open_only: bool = False) -> Sequence[Clue]:
        """A brand's clues, newest first."""
        ...

    def answer(self, id: str, answer: Answer, now: int) -> None:
        """Note the brand's answer, in place of an earlier one."""
        ...

    def add_photo(self, id: str, photo: str) -> None:
        """Put another photo to a clue, which waits for an answer again."""
        ...

    def has_photo(self, photo: str) -> bool:
        """Whether any clue has this photo."""
        ...

    def forget(self, before: int, limit: int) -> list[str]:
        """Forget cards and clues made before a moment; the photos that only they had."""
        ...

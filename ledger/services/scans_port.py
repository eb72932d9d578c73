"""What the use cases ask of the tables of looks; `storage` answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from ledger.domain.looks import Display, Look, Looked, Usual, WrongCodes
from ledger.domain.watching import Alert, Counted, ItemCounted, NewLook


class Scans(Protocol):
    """Reads and writes of looks, their counts, display marks and alerts."""

    def salt(self, day: int) -> bytes | None:
        """The salt of a day, None where it has none (any more)."""
        ...

    def keep_salt(self, day: int, salt: bytes) -> None:
        """Keep a day's salt and destroy those of all other days."""
        ...

    def drop_salts(self, but: int) -> None:
        """Destroy the salts of all days but one."""
        ...

    def add(self, looks: Sequence[NewLook]) -> None:
        """Keep looks."""
        ...

    def count_of(self, item: int) -> tuple[int, int | None, str | None]:
        """How often an item was looked at, when first, and from which country, where that is known."""
        ...

    def looked(self, item: int, since: int, limit: int = 300) -> Looked:
        """The newest looks since then (at most `limit`), the countries of earlier ones, the first, a display mark."""
        ...

    def wrong_codes(self, item: int) -> WrongCodes | None:
        """The tries to claim an item with a wrong code, as they are counted against it."""
        ...

    def usual(self, gtin: str) -> Usual:
        """What was last counted to be usual for a line."""
        ...

    def rows_of(self, item: int, limit: int) -> list[Look]:
        """An item's looks, newest first, those that were not coarsened yet."""
        ...

    def days_of(self, item: int, first: int, limit: int) -> list[Counted]:
        """An item's looks by day and country from a day on, newest first, coarsened ones included."""
        ...

    def forget(self, item: int, today: int) -> int:
        """Delete every look of an item, and note that there were some; how many there were."""
        ...

    def coarsen(self, before: int, limit: int) -> int:
        """Turn looks from before a moment (the beginning of a day) into counts; how many there were."""
        ...

    def count_lines(self, since: int, now: int) -> int:
        """Count anew what is usual for each line; how many lines have a usual."""
        ...

    def display(self, item: int) -> Display | None:
        """The item's display mark."""
        ...

    def set_display(self, item: int, organisation: str, display: Display | None, now: int) -> None:
        """Set the mark, or take it away."""
        ...

    def by_day(self, organisation: str, first: int, last: int, gtin: str | None) -> list[Counted]:
        """Looks at an organisation's items by day and country, oldest first, both days included."""
        ...

    def by_item(
        self,
        organisation: str,
        first: int,
        last: int,
        gtin: str | None,
        after: tuple[int, int, str] | None,
        limit: int,
        country: str | None = None,
    ) -> list[ItemCounted]:
        """The same for each item, newest day first, from beyond (day, item, country); of one country, where named."""
        ...

    def looked_at(self, after: str, limit: int) -> list[tuple[str, int]]:
        """Looks that were kept after one with this id, as (id, item), oldest first."""
        ...

    def newest(self) -> str:
        """The id of the newest look, "" where there is none."""
        ...

    def stale_alerts(self, before: int, limit: int) -> list[int]:
        """Items whose alert was not looked into since then."""
        ...

    def keep_alert(self, alert: Alert) -> None:
        """Keep an alert; one that the item has already keeps its id and beginning."""
        ...

    def drop_alerts(self, wanted: Sequence[int]) -> None:
        """Forget the alerts of items."""
        ...

    def alerts(
        self, organisation: str, before: str | None, limit: int, gtin: str | None = None, *, suspected: bool = False
    ) -> list[Alert]:
        """An organisation's alerts, newest first, older than the cursor."""
        ...

    def count_alerts(self, organisation: str) -> tuple[int, int]:
        """How many alerts an organisation has, and how many of them are suspicions."""
        ...

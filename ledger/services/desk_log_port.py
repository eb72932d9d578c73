"""What the use cases ask of the desk's log; `storage` answers."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Protocol

from ledger.domain.desk_log import Entry


class DeskLog(Protocol):
    """Appends to the log and reads from it."""

    def append(self, kind: str, organisation: str, subject: str, body: Mapping[str, Any], now: int) -> Entry:
        """Seal one more entry, in the transaction of what it tells of.

        `body` is what JSON can hold, with whole numbers below 2^53 and no fractions that matter. Raises TooLarge
        beyond `MOST_BYTES`, Invalid for what JSON cannot hold.
        """
        ...

    def entries(
        self,
        after: int,
        limit: int,
        *,
        kinds: Collection[str] | None = None,
        subject: str | None = None,
        organisations: Collection[str] | None = None,
        since: int | None = None,
        until: int | None = None,
    ) -> list[Entry]:
        """Entries beyond a number, in order: of these kinds, subject and makers, from `since` to before `until`."""
        ...

    def head(self) -> tuple[int, bytes]:
        """Number and hash of the newest entry; 0 and `GENESIS` of an empty log."""
        ...

"""What the checks of `touchmark audit` share: findings that name rows, and rows compared with what they have to be."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final, Protocol

from ledger.services.audits_port import Row
from ledger.services.checking import Checked, attention, ok
from ledger.services.ports import Ledger

MOST_NAMED: Final = 20
"""Faults that a line names; it counts the rest."""
PAGE: Final = 500
RUN_REINDEX: Final = "Run `touchmark reindex`; if it comes back, tell whoever maintains this program."
FROM_BACKUP: Final = "Run `touchmark reindex --from-manifests`, or put the files back from a backup."

Progress = Callable[[int], None]


class States(Protocol):
    """The contract's own word on items."""

    def items_of(self, items: Sequence[int], block: int) -> list[tuple[Any, ...]]:
        """What `itemOf` answers for each at a block. Raises Unavailable."""
        ...


class Findings:
    """What one check finds: the first few faults in words, the rest as a number, so that memory stays bounded."""

    def __init__(self, name: str, mend: str) -> None:
        self.name = name
        self._mend = mend
        self._named: list[str] = []
        self._more = 0

    def note(self, words: str) -> None:
        """One more fault; `words` name the row, the item or the file."""
        if len(self._named) < MOST_NAMED:
            self._named.append(words)
        else:
            self._more += 1

    def note_all(self, faults: Iterable[str]) -> None:
        """Faults as they come."""
        for words in faults:
            self.note(words)

    @property
    def any(self) -> bool:
        """Whether something was found."""
        return bool(self._named)

    def line(self, well: str) -> Checked:
        """The check's line: `well` where nothing was found."""
        if not self._named:
            return ok(self.name, well)
        more = f"; and {self._more:,} more" if self._more else ""
        return attention(self.name, "; ".join(self._named) + more + ".", self._mend)


def differences(
    expected: Iterable[Row], kept: Iterable[Row], key: Sequence[str], name: Callable[[Row], str]
) -> Iterator[str]:
    """Every row that is missing, too many, or different in a column, in words. `key` tells which belong together."""
    wanted = {tuple(row[column] for column in key): row for row in expected}
    for row in kept:
        other = wanted.pop(tuple(row[column] for column in key), None)
        if other is None:
            yield f"{name(row)} should not be there"
        elif other != row:
            columns = [column for column in other if other[column] != row[column]]
            yield f"{name(row)} is different in {', '.join(columns)}"
    for row in wanted.values():
        yield f"{name(row)} is missing"


def pages(ledger: Ledger, table: str, key: Sequence[str], size: int = PAGE) -> Iterator[list[Row]]:
    """A table's rows by its primary key, some hundreds at once, each time in a snapshot of its own."""
    after: Sequence[Any] | None = None
    while True:
        with ledger.store.read() as tx:
            page = tx.audits.page(table, after, size)
        if not page:
            return
        yield page
        after = [page[-1][column] for column in key]

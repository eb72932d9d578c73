"""What `touchmark audit` asks of the database: rows as they lie there, in their own order; `storage` answers."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from ledger.domain.chain_view import Block, ChainEvent
from ledger.domain.custody import ItemState

Row = Mapping[str, Any]
"""A row by column. What is JSON in the table is its text, keys sorted, so that 1 is not true and not 1.0."""


def sorted_json(value: Any) -> str:
    """JSON with its keys sorted, as one text."""
    return json.dumps(value, sort_keys=True)


class Audits(Protocol):
    """Reads of what is there, without any use case's view of it."""

    def page(self, table: str, after: Sequence[Any] | None, limit: int) -> list[Row]:
        """Rows of a table by primary key, from beyond the key `after`."""
        ...

    def block_rows(self, first: int, last: int) -> list[Row]:
        """The rows of the blocks `first` to `last`, in order."""
        ...

    def event_rows(self, first: int, last: int) -> list[Row]:
        """The rows of those blocks' events, in order."""
        ...

    def lowest_block(self) -> int | None:
        """The number of our oldest block."""
        ...

    def reach(self, first: int, last: int, events: int) -> int:
        """The highest block up to `last` so that from `first` on there are about so many events of ours at most."""
        ...

    def rows_of_blocks(self, blocks: Iterable[Block]) -> list[Row]:
        """The rows that these blocks have to have."""
        ...

    def rows_of_events(self, events: Iterable[ChainEvent]) -> list[Row]:
        """The rows that these events have to have."""
        ...

    def rows_of_states(self, versions: Iterable[tuple[ItemState, int, int]]) -> list[Row]:
        """The rows that these states have to have, given as (state, block, log index)."""
        ...

    def touched(self, after: int, limit: int) -> list[int]:
        """Items that have events or states, by number, from beyond `after`."""
        ...

    def count_touched(self) -> int:
        """How many items have events."""
        ...

    def told_between(self, first: int, last: int) -> list[ChainEvent]:
        """Every event of the items numbered `first` to `last`, by item and then oldest first."""
        ...

    def version_rows(self, first: int, last: int) -> list[Row]:
        """Every state of the items numbered `first` to `last`, by item and then oldest first."""
        ...

    def item_rows(self, batch_id: str, first: int, last: int, limit: int | None = None) -> list[Row]:
        """A batch's items at the positions `first` to `last`, in order, `limit` at most."""
        ...

    def count_items(self, batch_id: str) -> int:
        """How many items hang off a batch."""
        ...

    def mark_rows(self, batch_id: str, first: int, last: int) -> list[Row]:
        """The part marks of a batch's items at the positions `first` to `last`."""
        ...

    def told_twice(self, limit: int = 20) -> list[bytes]:
        """Statements that more than one event shows accepted."""
        ...

    def homeless(self, limit: int = 20) -> list[str]:
        """Rows whose foreign key leads to nothing, in words."""
        ...

    def nonces(self) -> dict[str, tuple[int, int, int]]:
        """For each sender: the lowest and the highest nonce used, and how many different ones."""
        ...

    def nonce_gaps(self, sender: str, limit: int) -> list[int]:
        """The first nonces of gaps in what a sender has sent, lowest first."""
        ...

    def lost_batches(self) -> list[str]:
        """Batches that an import made and that have no row."""
        ...

    def is_act(self, id: str) -> bool:
        """Whether there is such an act of the operator's."""
        ...

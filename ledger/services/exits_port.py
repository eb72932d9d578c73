"""What leaving asks of the database and of a node; `storage` and `chain` answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol

from ledger.domain.chain_view import ChainEvent
from ledger.services.proofs_port import RawHeader


class Exits(Protocol):
    """Whole tables, out and in again, and the chain's copy in its own order."""

    def events(self, after: tuple[int, int], upto: int, limit: int) -> list[ChainEvent]:
        """Events up to a height, oldest first, from beyond (block, log index)."""
        ...

    def sent(self, transactions: Sequence[bytes]) -> dict[bytes, bytes]:
        """The signed bytes of those transactions that are ours, by hash."""
        ...

    def carried(self) -> tuple[str, ...]:
        """The tables that go with whoever carries the ledger on, each after those it refers to."""
        ...

    def rows(self, table: str) -> Iterator[dict[str, Any]]:
        """A carried table's rows in order, as JSON can carry them; what names a person is left out."""
        ...

    def put(self, table: str, rows: Iterable[Mapping[str, Any]]) -> int:
        """Rows of a carried table into an empty one; how many. Raises Invalid where they are none."""
        ...

    def is_empty(self) -> bool:
        """Whether nothing was ever kept in this database."""
        ...


class Archive(Protocol):
    """A node that gives out blocks and transactions whole. Raises Unavailable where it does not answer as it should."""

    def header(self, number: int) -> RawHeader:
        """The header of a block, whose bytes hash to its hash."""
        ...

    def transactions(self, hashes: Sequence[bytes]) -> dict[bytes, bytes]:
        """Signed transactions by hash, whose bytes hash to it; those that the node does not give are left out."""
        ...

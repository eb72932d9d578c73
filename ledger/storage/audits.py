"""Readings that only `touchmark audit` needs: whole tables, page by page."""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from ledger.domain.chain_view import ChainEvent
from ledger.domain.custody import ItemState
from ledger.storage.chain_facts import event_of, state_of
from ledger.storage.tables import blocks, events, item_versions, transactions

_ZERO = bytes(32)


class Audits:
    """Reads of what is there, in its own order, without any use case's view of it."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def touched(self, after: int, limit: int) -> list[int]:
        """Items that have events, by number, from beyond `after`."""
        query = (
            select(events.c.item)
            .where(events.c.item > after.to_bytes(32, "big"))
            .distinct()
            .order_by(events.c.item)
            .limit(limit)
        )
        return [int.from_bytes(item, "big") for item in self._db.scalars(query)]

    def count_touched(self) -> int:
        """How many items have events."""
        opened = select(func.count()).select_from(events).where(events.c.name == "ItemOpened")
        return self._db.scalar(opened) or 0

    def versions(self, item: int) -> list[tuple[tuple[int, int], ItemState]]:
        """An item's states, oldest first, each with its place."""
        query = (
            select(item_versions)
            .where(item_versions.c.item == item.to_bytes(32, "big"))
            .order_by(item_versions.c.block, item_versions.c.log_index)
        )
        return [((row.block, row.log_index), state_of(row)) for row in self._db.execute(query)]

    def told_of(self, item: int) -> list[ChainEvent]:
        """Every event of an item, oldest first."""
        query = (
            select(events, blocks.c.time)
            .join(blocks, blocks.c.number == events.c.block)
            .where(events.c.item == item.to_bytes(32, "big"))
            .order_by(events.c.block, events.c.log_index)
        )
        return [event_of(row) for row in self._db.execute(query)]

    def told_in(self, first: int, last: int) -> list[ChainEvent]:
        """Every event of the blocks `first` to `last`, in order."""
        query = (
            select(events, blocks.c.time)
            .join(blocks, blocks.c.number == events.c.block)
            .where(events.c.block >= first, events.c.block <= last)
            .order_by(events.c.block, events.c.log_index)
        )
        return [event_of(row) for row in self._db.execute(query)]

    def told_twice(self, limit: int = 20) -> list[bytes]:
        """Statements that more than one event shows accepted."""
        query = (
            select(events.c.statement)
            .where(events.c.statement.is_not(None), events.c.statement != _ZERO)
            .group_by(events.c.statement)
            .having(func.count() > 1)
            .limit(limit)
        )
        return list(self._db.scalars(query))

    def stray_versions(self) -> int:
        """States that no event of ours explains."""
        told = select(events.c.block).where(
            events.c.block == item_versions.c.block, events.c.log_index == item_versions.c.log_index
        )
        return self._db.scalar(select(func.count()).select_from(item_versions).where(~told.exists())) or 0

    def nonces(self) -> dict[str, tuple[int, int, int]]:
        """For each sender: the lowest and the highest nonce used, and how many different ones."""
        count = func.count(transactions.c.nonce.distinct())
        query = select(
            transactions.c.sender, func.min(transactions.c.nonce), func.max(transactions.c.nonce), count
        ).group_by(transactions.c.sender)
        return {sender: (low, high, many) for sender, low, high, many in self._db.execute(query)}

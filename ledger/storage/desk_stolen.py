"""Thefts over all items: the events that tell of them, and the items that carry one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection, select, tuple_

from ledger.domain.chain_view import ChainEvent
from ledger.domain.custody import Flag, ItemState
from ledger.storage.chain_rows import event_of, state_of
from ledger.storage.tables import blocks, events, item_versions

_EVENTS: Final = ("OwnerReported", "Marked")
_THEFT: Final = int(Flag.STOLEN | Flag.BRAND_THEFT | Flag.COUNCIL_THEFT)
_CHUNK: Final = 100


class Stolen:
    """Reads of thefts over all items."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def reports(self, after: tuple[int, int], upto: int, limit: int) -> list[ChainEvent]:
        """Events that may report a theft or take that back, from beyond a place up to a block, in order."""
        query = (
            select(events, blocks.c.time)
            .join(blocks, blocks.c.number == events.c.block)
            .where(
                events.c.name.in_(_EVENTS),
                tuple_(events.c.block, events.c.log_index) > after,
                # Said a second time, for the index that begins with the name.
                events.c.block >= after[0],
                events.c.block <= upto,
            )
            .order_by(events.c.block, events.c.log_index)
            .limit(limit)
        )
        return [event_of(row) for row in self._db.execute(query)]

    def histories(self, items: Sequence[int], upto: int) -> dict[int, list[tuple[tuple[int, int], ItemState]]]:
        """The states of some items after each of their events, up to a block, oldest first."""
        found: dict[int, list[tuple[tuple[int, int], ItemState]]] = {item: [] for item in items}
        names = [item.to_bytes(32, "big") for item in found]
        for start in range(0, len(names), _CHUNK):
            query = (
                select(item_versions)
                .where(item_versions.c.item.in_(names[start : start + _CHUNK]), item_versions.c.block <= upto)
                .order_by(item_versions.c.item, item_versions.c.block, item_versions.c.log_index)
            )
            for row in self._db.execute(query):
                state = state_of(row)
                found[state.item].append(((row.block, row.log_index), state))
        return found

    def stolen(self, after: int, upto: int, limit: int) -> list[ItemState]:
        """The states as of a block of items that carry a theft then, by item, from beyond an item."""
        later = item_versions.alias("later")
        newest = (
            ~select(later.c.item)
            .where(
                later.c.item == item_versions.c.item,
                later.c.block <= upto,
                tuple_(later.c.block, later.c.log_index) > tuple_(item_versions.c.block, item_versions.c.log_index),
            )
            .exists()
        )
        query = (
            select(item_versions)
            .where(item_versions.c.block <= upto, item_versions.c.flags.bitwise_and(_THEFT) != 0, newest)
            .order_by(item_versions.c.item)
            .limit(limit)
        )
        if after >= 0:
            query = query.where(item_versions.c.item > after.to_bytes(32, "big"))
        return [state_of(row) for row in self._db.execute(query)]

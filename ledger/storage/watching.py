"""Readings across items, states and records, for the brand that watches them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, exists, func, literal, select, tuple_

from ledger.domain.batches import Item
from ledger.domain.chain_view import ChainEvent
from ledger.domain.custody import Flag, ItemState
from ledger.domain.watching import LineCount
from ledger.storage.batches import item_of
from ledger.storage.chain_rows import event_of, state_of
from ledger.storage.tables import activations, batches, blocks, events, item_versions, items


class Watching:
    """Reads for one organisation; of others' items nothing is ever found."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def lines(self, organisation: str, limit: int) -> list[tuple[str, str]]:
        """The GTINs that an organisation has items of, each with a model's name, by GTIN."""
        query = _own(organisation, None, select(items.c.gtin, func.min(items.c.serial).label("one")))
        rows = self._db.execute(query.group_by(items.c.gtin).order_by(items.c.gtin).limit(limit)).all()
        names: dict[str, str] = {}
        for start in range(0, len(rows), 400):
            pairs = [(row.gtin, row.one) for row in rows[start : start + 400]]
            named = select(items.c.gtin, items.c.fields).where(tuple_(items.c.gtin, items.c.serial).in_(pairs))
            names |= {row.gtin: str(row.fields.get("model_ref") or "") for row in self._db.execute(named)}
        return [(row.gtin, names[row.gtin]) for row in rows]

    def unclaimed(self, organisation: str, gtin: str | None, limit: int) -> list[LineCount]:
        """For each line: items on sale, and how many of those have no owner."""
        claimed, on_sale = _claimed(), _on_sale()
        counted = _own(organisation, gtin, select(items.c.gtin, func.count().label("rows"))).where(on_sale)
        counted = counted.group_by(items.c.gtin).order_by(items.c.gtin).limit(limit)
        owned = {row.gtin: int(row.rows) for row in self._db.execute(counted.where(claimed))}
        names = dict(self.lines(organisation, limit))
        return [
            LineCount(row.gtin, names.get(row.gtin, ""), int(row.rows), int(row.rows) - owned.get(row.gtin, 0))
            for row in self._db.execute(counted)
        ]

    def unclaimed_items(self, organisation: str, gtin: str | None, after: str, limit: int) -> list[Item]:
        """Items on sale without an owner, by serial, from beyond the cursor (item in 64 hex digits, then serial)."""
        query = _own(organisation, gtin, select(items)).where(_on_sale(), ~_claimed())
        if after:
            place = tuple_(literal(after[64:]), literal(bytes.fromhex(after[:64])))
            query = query.where(tuple_(items.c.serial, items.c.item) > place)
        return [item_of(row) for row in self._db.execute(query.order_by(items.c.serial, items.c.item).limit(limit))]

    def flagged(self, organisation: str, flags: int, gtin: str | None, limit: int) -> list[ItemState]:
        """The newest states of an organisation's items that carry any of the flags, newest first."""
        later = item_versions.alias("later")
        newest = ~exists().where(
            later.c.item == item_versions.c.item,
            (later.c.block > item_versions.c.block)
            | and_(later.c.block == item_versions.c.block, later.c.log_index > item_versions.c.log_index),
        )
        query = _own(organisation, gtin, select(item_versions)).join(
            item_versions, item_versions.c.item == items.c.item
        )
        query = query.where(item_versions.c.flags.bitwise_and(flags) != 0, newest)
        query = query.order_by(item_versions.c.block.desc(), item_versions.c.log_index.desc()).limit(limit)
        return [state_of(row) for row in self._db.execute(query)]

    def recorded(self, organisation: str, gtin: str | None, before: int | None, limit: int) -> list[ChainEvent]:
        """What inspectors and repairers recorded of an organisation's items up to a block, newest first."""
        query = _own(organisation, gtin, select(events, blocks.c.time)).join(events, events.c.item == items.c.item)
        query = query.join(blocks, blocks.c.number == events.c.block).where(events.c.name == "Recorded")
        if before is not None:
            query = query.where(events.c.block <= before)
        query = query.order_by(events.c.block.desc(), events.c.log_index.desc()).limit(limit)
        return [event_of(row) for row in self._db.execute(query)]


def _claimed() -> ColumnElement[bool]:
    owned = item_versions.c.flags.bitwise_and(int(Flag.CLAIMED)) != 0
    return exists().where(item_versions.c.item == items.c.item, owned)


def _on_sale() -> ColumnElement[bool]:
    return exists().where(activations.c.item == items.c.item)


def _own(organisation: str, gtin: str | None, query: Select[Any]) -> Select[Any]:
    """The items of an organisation, of one line or of all; further tables may be joined."""
    query = query.select_from(items).join(batches, batches.c.id == items.c.batch_id)
    query = query.where(batches.c.organisation == organisation, batches.c.ready)
    return query.where(items.c.gtin == gtin) if gtin else query

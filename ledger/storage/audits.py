"""Readings that only `touchmark audit` needs: rows as they lie there, page by page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, Final

from sqlalchemy import JSON, ColumnElement, Connection, Select, Table, Text, cast, func, select, tuple_, union

from ledger.domain.chain_view import Block, ChainEvent
from ledger.domain.custody import ItemState
from ledger.services.audits_port import Row
from ledger.storage.audit_rows import block_row, event_row, json_columns, sorted_text, state_row
from ledger.storage.chain_rows import event_of
from ledger.storage.tables import (
    batches,
    blocks,
    events,
    imports,
    item_versions,
    items,
    metadata,
    operator_acts,
    transactions,
)
from ledger.storage.tables_components import part_marks

_ZERO: Final = bytes(32)


class Audits:
    """Reads of what is there, in its own order, without any use case's view of it."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def page(self, table: str, after: Sequence[Any] | None, limit: int) -> list[Row]:
        """Rows of a table by primary key, from beyond the key `after`."""
        wanted = metadata.tables[table]
        key = list(wanted.primary_key)
        query = _whole(wanted).order_by(*key).limit(limit)
        if after is not None:
            query = query.where(tuple_(*key) > tuple_(*after))
        return self._rows(query, wanted)

    def block_rows(self, first: int, last: int) -> list[Row]:
        """The rows of the blocks `first` to `last`, in order."""
        query = _whole(blocks).where(blocks.c.number.between(first, last)).order_by(blocks.c.number)
        return self._rows(query, blocks)

    def event_rows(self, first: int, last: int) -> list[Row]:
        """The rows of those blocks' events, in order."""
        query = _whole(events).where(events.c.block.between(first, last))
        return self._rows(query.order_by(events.c.block, events.c.log_index), events)

    def lowest_block(self) -> int | None:
        """The number of our oldest block."""
        lowest: int | None = self._db.scalar(select(func.min(blocks.c.number)))
        return lowest

    def reach(self, first: int, last: int, count: int) -> int:
        """The highest block up to `last` so that from `first` on there are about so many events of ours at most."""
        query = select(events.c.block).where(events.c.block.between(first, last))
        found = self._db.scalar(query.order_by(events.c.block, events.c.log_index).offset(count).limit(1))
        return last if found is None else max(first, found - 1)

    def rows_of_blocks(self, given: Iterable[Block]) -> list[Row]:
        """The rows that these blocks have to have."""
        return [block_row(one) for one in given]

    def rows_of_events(self, given: Iterable[ChainEvent]) -> list[Row]:
        """The rows that these events have to have."""
        return [event_row(one) for one in given]

    def rows_of_states(self, versions: Iterable[tuple[ItemState, int, int]]) -> list[Row]:
        """The rows that these states have to have, given as (state, block, log index)."""
        return [state_row(*one) for one in versions]

    def touched(self, after: int, limit: int) -> list[int]:
        """Items that have events or states, by number, from beyond `after`."""
        beyond = after.to_bytes(32, "big")
        parts = [
            select(column).where(column > beyond).distinct().order_by(column).limit(limit).subquery()
            for column in (events.c.item, item_versions.c.item)
        ]
        both = union(*(select(part.c.item) for part in parts)).subquery()
        found = self._db.scalars(select(both.c.item).order_by(both.c.item).limit(limit))
        return [int.from_bytes(item, "big") for item in found]

    def count_touched(self) -> int:
        """How many items have events."""
        opened = select(func.count()).select_from(events).where(events.c.name == "ItemOpened")
        return self._db.scalar(opened) or 0

    def told_between(self, first: int, last: int) -> list[ChainEvent]:
        """Every event of the items numbered `first` to `last`, by item and then oldest first."""
        query = (
            select(events, blocks.c.time)
            .join(blocks, blocks.c.number == events.c.block)
            .where(_between(events.c.item, first, last))
            .order_by(events.c.item, events.c.block, events.c.log_index)
        )
        return [event_of(row) for row in self._db.execute(query)]

    def version_rows(self, first: int, last: int) -> list[Row]:
        """Every state of the items numbered `first` to `last`, by item and then oldest first."""
        query = _whole(item_versions).where(_between(item_versions.c.item, first, last))
        order = (item_versions.c.item, item_versions.c.block, item_versions.c.log_index)
        return self._rows(query.order_by(*order), item_versions)

    def item_rows(self, batch_id: str, first: int, last: int, limit: int | None = None) -> list[Row]:
        """A batch's items at the positions `first` to `last`, in order, `limit` at most."""
        query = _whole(items).where(items.c.batch_id == batch_id, items.c.position.between(first, last))
        return self._rows(query.order_by(items.c.position).limit(limit), items)

    def count_items(self, batch_id: str) -> int:
        """How many items hang off a batch."""
        return self._db.scalar(select(func.count()).select_from(items).where(items.c.batch_id == batch_id)) or 0

    def mark_rows(self, batch_id: str, first: int, last: int) -> list[Row]:
        """The part marks of a batch's items at the positions `first` to `last`."""
        query = _whole(part_marks).join(items, items.c.item == part_marks.c.item)
        query = query.where(items.c.batch_id == batch_id, items.c.position.between(first, last))
        return self._rows(query.order_by(part_marks.c.item, part_marks.c.record, part_marks.c.part), part_marks)

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

    def homeless(self, limit: int = 20) -> list[str]:
        """Rows whose foreign key leads to nothing, in words."""
        return [
            f"{table} {named(row)} hangs off {home} that are gone"
            for table, home, query in _without_home()
            for row in self._db.execute(query.limit(limit))
        ]

    def nonces(self) -> dict[str, tuple[int, int, int]]:
        """For each sender: the lowest and the highest nonce used, and how many different ones."""
        count = func.count(transactions.c.nonce.distinct())
        query = select(
            transactions.c.sender, func.min(transactions.c.nonce), func.max(transactions.c.nonce), count
        ).group_by(transactions.c.sender)
        return {sender: (low, high, many) for sender, low, high, many in self._db.execute(query)}

    def nonce_gaps(self, sender: str, limit: int) -> list[int]:
        """The first nonces of gaps in what a sender has sent, lowest first."""
        own, other = transactions.alias(), transactions.alias()
        following = select(other.c.nonce).where(other.c.sender == sender, other.c.nonce == own.c.nonce + 1).exists()
        highest = select(func.max(transactions.c.nonce)).where(transactions.c.sender == sender).scalar_subquery()
        query = select(own.c.nonce).where(own.c.sender == sender, own.c.nonce < highest, ~following)
        return [nonce + 1 for nonce in self._db.scalars(query.distinct().order_by(own.c.nonce).limit(limit))]

    def lost_batches(self) -> list[str]:
        """Batches that an import made and that have no row."""
        there = select(batches.c.id).where(batches.c.id == imports.c.batch_id).exists()
        return list(self._db.scalars(select(imports.c.batch_id).where(imports.c.batch_id.is_not(None), ~there)))

    def is_act(self, id: str) -> bool:
        """Whether there is such an act of the operator's."""
        return self._db.execute(select(operator_acts.c.id).where(operator_acts.c.id == id)).first() is not None

    def _rows(self, query: Select[Any], table: Table) -> list[Row]:
        texts = json_columns(table)
        found: list[Row] = []
        for row in self._db.execute(query):
            values = dict(row._mapping)
            for name in texts:
                values[name] = sorted_text(values[name])
            found.append(values)
        return found


def named(key: Iterable[Any]) -> str:
    """A row's key as people read it."""
    return " ".join(part.hex() if isinstance(part, bytes) else str(part) for part in key)


@cache
def _without_home() -> list[tuple[str, str, Select[Any]]]:
    """For each foreign key: its table, the table that it leads to, and the question which rows it leads nowhere."""
    found = []
    for table in metadata.sorted_tables:
        for constraint in table.foreign_key_constraints:
            target = constraint.referred_table.alias()
            meets = [key.parent == target.c[key.column.name] for key in constraint.elements]
            there = select(target.c[constraint.elements[0].column.name]).where(*meets).exists()
            full = [key.parent.is_not(None) for key in constraint.elements]
            query = select(*table.primary_key).where(*full, ~there)
            found.append((table.name, constraint.referred_table.name, query))
    return found


def _between(column: ColumnElement[Any], first: int, last: int) -> ColumnElement[bool]:
    return column.between(first.to_bytes(32, "big"), last.to_bytes(32, "big"))


def _whole(table: Table) -> Select[Any]:
    """Every column of a table, JSON as the text it is: what cannot be read has to be named, not stumbled over."""
    return select(*(cast(c, Text).label(c.name) if isinstance(c.type, JSON) else c for c in table.c))

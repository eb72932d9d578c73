"""What hangs off blocks: the blocks, the contract's events, and each item's state after each of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, Table, bindparam, delete, func, insert, select, tuple_

from ledger.domain.chain_view import Block, ChainEvent
from ledger.domain.custody import ItemState
from ledger.domain.inspections import VERSION, Authenticity
from ledger.domain.outbox import Acceptance
from ledger.domain.statements import RecordKind
from ledger.storage.chain_rows import event_of, event_row, insert_sql, state_of, state_row
from ledger.storage.ready import Among, unread
from ledger.storage.tables import CHAIN_DERIVED, blocks, events, item_versions

_MOST = 1 << 63
"""Nonces from here up do not fit the column; we never give them out, and take none either."""
_MOST_DOUBTS = 200
_ARGS = events.c.args
_SAYS_NOT_GENUINE = _ARGS["facts"].as_string().like(f"b:{VERSION:02x}{Authenticity.NOT_GENUINE:02x}%")
_OPINION = _ARGS["kind"].as_integer().in_([RecordKind.INSPECTION, RecordKind.CORRECTION])
_TAKES_BACK = _ARGS["kind"].as_integer().in_([RecordKind.WITHDRAWAL, RecordKind.CORRECTION])
_DOUBTS = (
    select(
        events.c.block,
        events.c.log_index,
        events.c.party,
        _ARGS["kind"].as_integer().label("kind"),
        _ARGS["nonce"].label("nonce"),
        _ARGS["about"].label("about"),
        (_OPINION & _SAYS_NOT_GENUINE).label("doubts"),
    )
    .where(events.c.item == bindparam("item"), events.c.name == "Recorded")
    .where((_OPINION & _SAYS_NOT_GENUINE) | _TAKES_BACK)
    .order_by(events.c.block, events.c.log_index)
)


def _newest_states() -> Select[Any]:
    newer = item_versions.alias()
    place, behind = (tuple_(table.c.block, table.c.log_index) for table in (newer, item_versions))
    return select(*unread(item_versions)).where(
        ~select(newer).where(newer.c.item == item_versions.c.item, place > behind).exists()
    )


_NEWEST_STATES = Among(_newest_states(), item_versions.c.item, at_once=100)


@dataclass(frozen=True, slots=True)
class BlockRows:
    """Rows of blocks, events and item_versions, ready to be stored."""

    blocks: list[dict[str, Any]]
    events: list[tuple[Any, ...]]
    versions: list[tuple[Any, ...]]


class ChainFacts:
    """Reads and writes of the chain's copy. To drop a block is to drop all that hangs off it."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def tip(self) -> Block | None:
        """Our newest block."""
        row = self._db.execute(select(blocks).order_by(blocks.c.number.desc()).limit(1)).first()
        return None if row is None else Block(row.number, row.hash, row.parent, row.time)

    def block(self, number: int) -> Block | None:
        """Our block of that height."""
        row = self._db.execute(select(blocks).where(blocks.c.number == number)).first()
        return None if row is None else Block(row.number, row.hash, row.parent, row.time)

    @staticmethod
    def rows(
        new: Sequence[Block], found: Iterable[ChainEvent], versions: Iterable[tuple[ItemState, int, int]]
    ) -> BlockRows:
        """Blocks, their events and the states after them as rows: made before anybody has to wait for a writer."""
        return BlockRows(
            [{"number": b.number, "hash": b.hash, "parent": b.parent, "time": b.time} for b in new],
            [event_row(event) for event in found],
            [state_row(*version) for version in versions],
        )

    def extend(self, rows: BlockRows) -> None:
        """Store blocks and all that hangs off them."""
        self._db.execute(insert(blocks), rows.blocks)
        self._insert(events, rows.events)
        self._insert(item_versions, rows.versions)

    def drop_from(self, number: int) -> None:
        """Drop the blocks from a height up, and everything that hangs off them."""
        self._db.execute(delete(blocks).where(blocks.c.number >= number))

    def forget_empty(self, first: int, below: int) -> None:
        """Forget the blocks from `first` to under `below` that no event hangs off."""
        told = select(events.c.block).where(events.c.block == blocks.c.number).exists()
        self._db.execute(delete(blocks).where(blocks.c.number >= first, blocks.c.number < below, ~told))

    def clear(self) -> None:
        """Forget the whole copy, to make it again."""
        for table in CHAIN_DERIVED:
            self._db.execute(delete(table))

    def state(self, item: int, at: int | None = None) -> ItemState | None:
        """An item's state as of a block (None: the newest we hold)."""
        query = select(item_versions).where(item_versions.c.item == item.to_bytes(32, "big"))
        if at is not None:
            query = query.where(item_versions.c.block <= at)
        query = query.order_by(item_versions.c.block.desc(), item_versions.c.log_index.desc()).limit(1)
        row = self._db.execute(query).first()
        return None if row is None else state_of(row)

    def states(self, items: Collection[int]) -> dict[int, ItemState]:
        """The newest states of many items; what was never opened is not among them."""
        rows = _NEWEST_STATES.all(self._db, [item.to_bytes(32, "big") for item in items])
        return {state.item: state for state in map(state_of, rows)}

    def acceptance(self, statement: bytes) -> Acceptance | None:
        """The event that shows a statement accepted."""
        return self.acceptances([statement]).get(statement)

    def acceptances(self, statements: Sequence[bytes]) -> dict[bytes, Acceptance]:
        """The same for up to some hundreds at once."""
        query = (
            select(events.c.statement, events.c.block, events.c.name, events.c.transaction_hash, blocks.c.time)
            .join(blocks, blocks.c.number == events.c.block)
            .where(events.c.statement.in_(statements))
            .order_by(events.c.block, events.c.log_index)
        )
        found: dict[bytes, Acceptance] = {}
        for row in self._db.execute(query):
            found.setdefault(row.statement, Acceptance(row.block, row.time, row.transaction_hash, row.name))
        return found

    def transaction_events(self, transaction: bytes) -> list[ChainEvent]:
        """The events of one transaction."""
        return self._events(events.c.transaction_hash == transaction, 10_000)

    def item_events(self, item: int, limit: int = 200) -> list[ChainEvent]:
        """The newest events of an item, oldest first."""
        return self._newest(events.c.item == item.to_bytes(32, "big"), limit)

    def item_events_named(self, item: int, names: Sequence[str], limit: int = 200) -> list[ChainEvent]:
        """The newest events of an item of some kinds, oldest first."""
        return self._newest((events.c.item == item.to_bytes(32, "big")) & events.c.name.in_(names), limit)

    def doubts(self, item: int, final: int) -> list[ChainEvent]:
        """Inspections that say "not genuine" and that nobody took back at or below the final height, oldest first,
        with what takes them back since. Of more than 200 the newest; it does not matter what else was recorded after.
        """
        bad, rows = [], self._db.execute(_DOUBTS, {"item": item.to_bytes(32, "big")}).all()
        taken_back: defaultdict[tuple[int, Any], list[tuple[int, int]]] = defaultdict(list)
        for row in rows:
            if row.kind != RecordKind.INSPECTION:
                taken_back[row.party, row.about].append((row.block, row.log_index))
            if row.doubts:
                bad.append(row)
        places: list[tuple[int, int]] = []
        for row in reversed(bad):
            here = row.block, row.log_index
            later = [place for place in taken_back[row.party, row.nonce] if place != here]
            if not any(block <= final for block, _ in later):
                places += [here, *later[:1]]
            if len(places) >= _MOST_DOUBTS:
                break
        return self._newest(tuple_(events.c.block, events.c.log_index).in_(places), len(places)) if places else []

    def history(self, item: int, batch: int | None, after: tuple[int, int], limit: int) -> list[ChainEvent]:
        """Events of an item, and of its batch as a whole, oldest first, from beyond (block, log index)."""
        of_item = events.c.item == item.to_bytes(32, "big")
        of_both = of_item if batch is None else of_item | ((events.c.batch == batch) & events.c.item.is_(None))
        beyond = (events.c.block > after[0]) | ((events.c.block == after[0]) & (events.c.log_index > after[1]))
        return self._events(of_both & beyond, limit)

    def batch_events(self, batch: int) -> list[ChainEvent]:
        """The events of a batch as a whole."""
        return self._events((events.c.batch == batch) & events.c.item.is_(None), 1_000)

    def events_named(self, names: Sequence[str]) -> list[ChainEvent]:
        """Every event of some kinds, oldest first: for the few kinds that speak of parties."""
        return self._events(events.c.name.in_(names), 1_000_000)

    def highest_nonce(self, party: int) -> int:
        """The highest nonce a party has used on the chain, -1 where it used none."""
        highest = self._db.scalar(select(func.max(events.c.nonce)).where(events.c.party == party))
        return -1 if highest is None else highest

    def nonce_used(self, party: int, nonce: int) -> bool:
        """Whether a party's nonce is behind it."""
        if nonce >= _MOST:
            return False
        query = select(events.c.block).where(events.c.party == party, events.c.nonce == nonce).limit(1)
        return self._db.execute(query).first() is not None

    def highest_batch(self, brand: int) -> int:
        """The number of a brand's newest batch on the chain, 0 where it has none."""
        query = select(func.max(events.c.batch)).where(
            events.c.name == "BatchRegistered", events.c.batch > brand << 32, events.c.batch < (brand + 1) << 32
        )
        return self._db.scalar(query) or 0

    def count(self) -> int:
        """How many events we hold."""
        return self._db.scalar(select(func.count()).select_from(events)) or 0

    def _insert(self, table: Table, rows: list[tuple[Any, ...]]) -> None:
        if rows:
            self._db.exec_driver_sql(insert_sql(table, self._db.dialect.name), rows)

    def _newest(self, condition: Any, limit: int) -> list[ChainEvent]:
        query = (
            select(events, blocks.c.time)
            .join(blocks, blocks.c.number == events.c.block)
            .where(condition)
            .order_by(events.c.block.desc(), events.c.log_index.desc())
            .limit(limit)
        )
        return [event_of(row) for row in reversed(self._db.execute(query).all())]

    def _events(self, condition: Any, limit: int) -> list[ChainEvent]:
        query = (
            select(events, blocks.c.time)
            .join(blocks, blocks.c.number == events.c.block)
            .where(condition)
            .order_by(events.c.block, events.c.log_index)
            .limit(limit)
        )
        return [event_of(row) for row in self._db.execute(query)]

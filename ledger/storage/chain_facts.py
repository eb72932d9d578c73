"""What hangs off blocks: the blocks, the contract's events, and each item's state after each of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select

from ledger.domain.chain_view import Block, ChainEvent
from ledger.domain.custody import Flag, ItemState
from ledger.domain.outbox import Acceptance
from ledger.storage.tables import CHAIN_DERIVED, blocks, events, item_versions

_MOST = 1 << 63
"""Nonces from here up do not fit the column; we never give them out, and take none either."""


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

    def extend(self, new: Sequence[Block], found: Iterable[ChainEvent]) -> None:
        """Store blocks and their events."""
        self._db.execute(
            insert(blocks), [{"number": b.number, "hash": b.hash, "parent": b.parent, "time": b.time} for b in new]
        )
        rows = [_event_row(event) for event in found]
        if rows:
            self._db.execute(insert(events), rows)

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

    def put_states(self, versions: Iterable[tuple[ItemState, int, int]]) -> None:
        """Store states as (state, block, log index) after each event."""
        rows = [_state_row(*version) for version in versions]
        if rows:
            self._db.execute(insert(item_versions), rows)

    def state(self, item: int, at: int | None = None) -> ItemState | None:
        """An item's state as of a block (None: the newest we hold)."""
        query = select(item_versions).where(item_versions.c.item == item.to_bytes(32, "big"))
        if at is not None:
            query = query.where(item_versions.c.block <= at)
        query = query.order_by(item_versions.c.block.desc(), item_versions.c.log_index.desc()).limit(1)
        row = self._db.execute(query).first()
        return None if row is None else state_of(row)

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


def _event_row(event: ChainEvent) -> dict[str, Any]:
    item, nonce = event.item, event.args.get("nonce")
    return {
        "block": event.block,
        "log_index": event.log_index,
        "transaction_hash": event.transaction,
        "name": event.name,
        "statement": event.statement,
        "item": None if item is None else item.to_bytes(32, "big"),
        "batch": event.args.get("batch"),
        # The nonces that a party has used are kept by whoever speaks: for an accreditation that is `by`.
        "party": event.args.get("by", event.args.get("party")),
        # Keys that the contract's owner gives or ends use no nonce of the party: their statement is zero.
        "nonce": nonce if isinstance(nonce, int) and nonce < _MOST and any(event.statement or b"") else None,
        "args": {name: _to_plain(value) for name, value in event.args.items()},
    }


def event_of(row: Row[Any]) -> ChainEvent:
    """A row of `events` with its block's time."""
    args = {name: _from_plain(value) for name, value in row.args.items()}
    return ChainEvent(row.block, row.time, row.log_index, row.transaction_hash, row.name, args)


def _to_plain(value: Any) -> Any:
    """JSON carries ints to 2^53 and no bytes: both are written as marked text."""
    if isinstance(value, bytes):
        return "b:" + value.hex()
    if isinstance(value, int) and not isinstance(value, bool) and value >= 1 << 53:
        return f"i:{value}"
    if isinstance(value, list | tuple):
        return [_to_plain(part) for part in value]
    return value


def _from_plain(value: Any) -> Any:
    if isinstance(value, str) and value.startswith("b:"):
        return bytes.fromhex(value[2:])
    if isinstance(value, str) and value.startswith("i:"):
        return int(value[2:])
    if isinstance(value, list):
        return [_from_plain(part) for part in value]
    return value


def _state_row(state: ItemState, block: int, log_index: int) -> dict[str, Any]:
    return {
        "item": state.item.to_bytes(32, "big"),
        "block": block,
        "log_index": log_index,
        "holder": state.holder,
        "flags": int(state.flags),
        "sequence": state.sequence,
        "state": {
            "batch": state.batch,
            "head": state.head.hex(),
            "until": {str(int(flag)): until for flag, until in state.until.items()},
            "owner_since": state.owner_since,
            "owners": state.owners,
            "recovery_due": state.recovery_due,
            "recovery_address": state.recovery_address,
            "record_hash": state.record_hash.hex(),
        },
    }


def state_of(row: Row[Any]) -> ItemState:
    """A row of `item_versions`."""
    more = row.state
    return ItemState(
        item=int.from_bytes(row.item, "big"),
        batch=more["batch"],
        holder=row.holder,
        head=bytes.fromhex(more["head"]),
        sequence=row.sequence,
        flags=Flag(row.flags),
        until={Flag(int(flag)): until for flag, until in more["until"].items()},
        owner_since=more["owner_since"],
        owners=more["owners"],
        recovery_due=more["recovery_due"],
        recovery_address=more["recovery_address"],
        record_hash=bytes.fromhex(more["record_hash"]),
    )

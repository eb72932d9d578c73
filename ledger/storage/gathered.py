"""Many items at once: a snapshot whose answers about them are read beforehand, a few hundred items a question.

It answers exactly as the tables do, only without a question for each item; what was not gathered is asked as ever.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, select, tuple_

from ledger.domain.batches import Amendment, Batch, Item
from ledger.domain.chain_view import Block, ChainEvent
from ledger.domain.custody import ItemState
from ledger.domain.lines import Line
from ledger.domain.organisations import Organisation
from ledger.domain.outbox import Queued
from ledger.domain.papers import StoredOffer
from ledger.storage.batches import VISIBLE, Batches, item_of
from ledger.storage.chain_facts import ChainFacts, event_of, state_of
from ledger.storage.concerns import Tables
from ledger.storage.gathered_scans import GatheredScans
from ledger.storage.lines import Lines
from ledger.storage.meta import Meta
from ledger.storage.organisations import Organisations
from ledger.storage.outbox import COUNTS, Outbox, queued_of
from ledger.storage.papers import ONLY_THE_CHAIN_CAN_TELL, Papers, offer_of
from ledger.storage.tables import activations, amendments, blocks, events, item_versions, items, offers, statements

_CHUNK: Final = 400
"""Names in one question: SQLite takes at most 999 variables in old builds."""
_MOST_ROWS: Final = 50_000
"""Rows of one kind that are held at once; beyond these, items are asked about one by one."""

T = TypeVar("T")
Pair = tuple[str, str]


class GatheredTx(Tables):
    """A read transaction with everything about some items read at once. `pairs` are (gtin, serial)."""

    def __init__(self, connection: Connection, pairs: Sequence[Pair], now: int) -> None:
        super().__init__(connection)
        self.batches = batches = _Batches(connection)
        self.chain = chain = _Chain(connection)
        self.outbox = outbox = _Outbox(connection)
        self.papers = papers = _Papers(connection, now)
        self.scans = scans = GatheredScans(connection, now)
        self.organisations = _Organisations(connection)
        self.meta = _Meta(connection)
        self.lines = _Lines(connection)
        wanted = batches.gather(pairs)
        for part in (chain, outbox, papers, scans):
            part.gather(wanted)

    def gathered(self, pairs: Sequence[Pair], now: int) -> GatheredTx:
        """Another such view of the same snapshot."""
        return GatheredTx(self.connection, pairs, now)


class _Once:
    """Answers that stay the same within a snapshot, asked for once."""

    def __init__(self) -> None:
        self._kept: dict[Any, Any] = {}

    def get(self, key: Any, ask: Callable[[], T]) -> T:
        if key not in self._kept:
            self._kept[key] = ask()
        found: T = self._kept[key]
        return found


class _Lines(Lines):
    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._once = _Once()

    def get(self, gtin: str) -> Line | None:
        return self._once.get(gtin, lambda: super(_Lines, self).get(gtin))


class _Batches(Batches):
    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._once = _Once()
        self._found: dict[Pair, list[Item]] = {}
        self._items: dict[int, Item] = {}
        self._sold: dict[int, int] = {}
        self._amended: dict[int, list[Amendment]] = {}

    def gather(self, pairs: Sequence[Pair]) -> list[int]:
        wanted = list(dict.fromkeys(pairs))
        self._found = {pair: [] for pair in wanted}
        for chunk in _chunks(wanted):
            for row in self._db.execute(VISIBLE.where(tuple_(items.c.gtin, items.c.serial).in_(chunk))):
                item = item_of(row)
                self._items[item.item] = item
                self._found[item.gtin, item.serial].append(item)
        names = list(self._items)
        self._amended = {name: [] for name in names}
        for named in _chunks([_bytes(name) for name in names]):
            sold = select(activations.c.item, activations.c.on_sale_at).where(activations.c.item.in_(named))
            self._sold.update({_int(row.item): row.on_sale_at for row in self._db.execute(sold)})
            told = select(amendments).where(amendments.c.item.in_(named)).order_by(amendments.c.place)
            for row in self._db.execute(told):
                values = dict(row._mapping) | {"item": _int(row.item)}
                self._amended[_int(row.item)].append(Amendment(**values))
        return names

    def find(self, gtin: str, serial: str) -> list[Item]:
        known = self._found.get((gtin, serial))
        return super().find(gtin, serial) if known is None else known[:10]

    def item(self, item: int) -> Item | None:
        return self._items.get(item) or super().item(item)

    def get(self, id: str) -> Batch | None:
        return self._once.get(id, lambda: super(_Batches, self).get(id))

    def by_number(self, number: int) -> Batch | None:
        return self._once.get(number, lambda: super(_Batches, self).by_number(number))

    def on_sale_at(self, item: int) -> int | None:
        return self._sold.get(item) if item in self._items else super().on_sale_at(item)

    def amendments(self, item: int) -> list[Amendment]:
        return self._amended[item][:100] if item in self._amended else super().amendments(item)


class _Chain(ChainFacts):
    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._once = _Once()
        self._states: dict[int, list[tuple[int, ItemState]]] = {}
        self._told: dict[int, list[ChainEvent]] = {}

    def gather(self, wanted: Sequence[int]) -> None:
        for chunk in _chunks([_bytes(name) for name in wanted]):
            query = (
                select(item_versions)
                .where(item_versions.c.item.in_(chunk))
                .order_by(item_versions.c.block, item_versions.c.log_index)
                .limit(_MOST_ROWS)
            )
            rows = self._db.execute(query).all()
            if len(rows) < _MOST_ROWS:
                self._states.update({_int(name): [] for name in chunk})
                for row in rows:
                    self._states[_int(row.item)].append((row.block, state_of(row)))
            told = (
                select(events, blocks.c.time)
                .join(blocks, blocks.c.number == events.c.block)
                .where(events.c.item.in_(chunk))
                .order_by(events.c.block, events.c.log_index)
                .limit(_MOST_ROWS)
            )
            rows = self._db.execute(told).all()
            if len(rows) < _MOST_ROWS:
                self._told.update({_int(name): [] for name in chunk})
                for row in rows:
                    self._told[_int(row.item)].append(event_of(row))

    def state(self, item: int, at: int | None = None) -> ItemState | None:
        if item not in self._states:
            return super().state(item, at)
        return next((state for block, state in reversed(self._states[item]) if at is None or block <= at), None)

    def item_events(self, item: int, limit: int = 200) -> list[ChainEvent]:
        return self._told[item][-limit:] if item in self._told else super().item_events(item, limit)

    def item_events_named(self, item: int, names: Sequence[str], limit: int = 200) -> list[ChainEvent]:
        if item not in self._told:
            return super().item_events_named(item, names, limit)
        return [event for event in self._told[item] if event.name in names][-limit:]

    def batch_events(self, batch: int) -> list[ChainEvent]:
        return self._once.get(("batch", batch), lambda: super(_Chain, self).batch_events(batch))

    def events_named(self, names: Sequence[str]) -> list[ChainEvent]:
        return self._once.get(("named", *names), lambda: super(_Chain, self).events_named(names))

    def tip(self) -> Block | None:
        return self._once.get("tip", super().tip)

    def block(self, number: int) -> Block | None:
        return self._once.get(("block", number), lambda: super(_Chain, self).block(number))


class _Outbox(Outbox):
    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._once = _Once()
        self._waiting: dict[int, list[Queued]] = {}

    def gather(self, wanted: Sequence[int]) -> None:
        for chunk in _chunks([_bytes(name) for name in wanted]):
            query = (
                select(statements)
                .where(statements.c.item.in_(chunk), ~statements.c.settled, COUNTS)
                .order_by(statements.c.id)
                .limit(_MOST_ROWS)
            )
            rows = self._db.execute(query).all()
            if len(rows) < _MOST_ROWS:
                self._waiting.update({_int(name): [] for name in chunk})
                for row in rows:
                    self._waiting[_int(row.item)].append(queued_of(row))

    def of_item(self, item: int, limit: int = 50) -> list[Queued]:
        return self._waiting[item][:limit] if item in self._waiting else super().of_item(item, limit)

    def of_batch(self, batch: int) -> list[Queued]:
        return self._once.get(batch, lambda: super(_Outbox, self).of_batch(batch))


class _Papers(Papers):
    def __init__(self, connection: Connection, now: int) -> None:
        super().__init__(connection)
        self._now = now
        self._open: dict[int, list[StoredOffer]] = {}

    def gather(self, wanted: Sequence[int]) -> None:
        for chunk in _chunks([_bytes(name) for name in wanted]):
            query = (
                select(offers)
                .where(offers.c.item.in_(chunk), offers.c.expires_at > self._now)
                .order_by(ONLY_THE_CHAIN_CAN_TELL, offers.c.id.desc())
                .limit(_MOST_ROWS)
            )
            rows = self._db.execute(query).all()
            if len(rows) < _MOST_ROWS:
                self._open.update({_int(name): [] for name in chunk})
                for row in rows:
                    offer = offer_of(row._mapping)
                    self._open[offer.item].append(offer)

    def open_offers(self, item: int, now: int) -> list[StoredOffer]:
        if item not in self._open or now < self._now:
            return super().open_offers(item, now)
        return [offer for offer in self._open[item] if offer.expires_at > now][:20]


class _Organisations(Organisations):
    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._once = _Once()

    def by_party(self, party: int) -> Organisation | None:
        return self._once.get(party, lambda: super(_Organisations, self).by_party(party))

    def prefix_holder(self, gtin: str) -> Organisation | None:
        return self._once.get(gtin, lambda: super(_Organisations, self).prefix_holder(gtin))


class _Meta(Meta):
    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._once = _Once()

    def get(self, key: str, default: Any = None) -> Any:
        found = self._once.get(key, lambda: super(_Meta, self).get(key, self))
        return default if found is self else found


def _chunks(wanted: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(wanted), _CHUNK):
        yield wanted[start : start + _CHUNK]


def _bytes(item: int) -> bytes:
    return item.to_bytes(32, "big")


def _int(item: bytes) -> int:
    return int.from_bytes(item, "big")

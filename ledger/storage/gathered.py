"""Many items at once: a snapshot whose answers about them are read beforehand, a few hundred items a question.

It answers exactly as the tables do, only without a question for each item; what was not gathered is asked as ever.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final, TypeVar

from sqlalchemy import Connection, select, tuple_

from ledger.domain.asks import LASTS, Ask, Entrustment
from ledger.domain.batches import Amendment, Item
from ledger.domain.chain_view import ChainEvent
from ledger.domain.custody import ItemState
from ledger.domain.outbox import Queued
from ledger.domain.papers import StoredOffer
from ledger.storage.asks import Asks
from ledger.storage.batches import VISIBLE, item_of
from ledger.storage.chain_rows import event_of, state_of
from ledger.storage.concerns import Tables
from ledger.storage.desk_orders import SharedOrders
from ledger.storage.gathered_scans import GatheredScans
from ledger.storage.outbox import COUNTS, Outbox, queued_of
from ledger.storage.papers import ONLY_THE_CHAIN_CAN_TELL, Papers, offer_of
from ledger.storage.shared import Kept, Known, Once
from ledger.storage.shared_parts import (
    SharedBatches,
    SharedChain,
    SharedLines,
    SharedMeta,
    SharedOrganisations,
    SharedSheets,
)
from ledger.storage.tables import activations, amendments, blocks, events, item_versions, items, offers, statements

_CHUNK: Final = 400
"""Names in one question: SQLite takes at most 999 variables in old builds."""
_MOST_ROWS: Final = 50_000
"""Rows of one kind that are held at once; beyond these, items are asked about one by one."""

T = TypeVar("T")
Pair = tuple[str, str]


class GatheredTx(Tables):
    """A read transaction with everything about some items read at once. `pairs` are (gtin, serial)."""

    def __init__(self, connection: Connection, pairs: Sequence[Pair], now: int, known: Known) -> None:
        super().__init__(connection)
        self._known, kept = known, known.kept
        self.batches = batches = _Batches(connection, kept)
        self.chain = chain = _Chain(connection, kept)
        self.outbox = outbox = _Outbox(connection)
        self.papers = papers = _Papers(connection, now)
        self.scans = scans = GatheredScans(connection, now)
        self.organisations = SharedOrganisations(connection, kept)
        self.meta = SharedMeta(connection, known)
        self.lines = SharedLines(connection, kept)
        self.sheets = SharedSheets(connection, kept)
        self.orders = SharedOrders(connection, kept, now)
        wanted = batches.gather(pairs)
        for part in (chain, outbox, papers, scans):
            part.gather(wanted)
        # Of codes that nobody has registered their brands are told.
        others = {gtin for gtin, serial in pairs if not batches.find(gtin, serial)}
        self.organisations.gather(others)
        self.lines.gather(others)
        self.orders.gather(pairs)
        self.asks = _Asks(connection, wanted, now)

    def gathered(self, pairs: Sequence[Pair], now: int) -> GatheredTx:
        """Another such view of the same snapshot."""
        return GatheredTx(self.connection, pairs, now, self._known)

    def shared(self, name: str, make: Callable[[], T]) -> T:
        """What was made of answers that all snapshots of this stamp share."""
        return Once("made", self._known.kept).get(name, make)


class _Batches(SharedBatches):
    def __init__(self, connection: Connection, kept: Kept) -> None:
        super().__init__(connection, kept)
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

    def on_sale_at(self, item: int) -> int | None:
        return self._sold.get(item) if item in self._items else super().on_sale_at(item)

    def amendments(self, item: int) -> list[Amendment]:
        return self._amended[item][:100] if item in self._amended else super().amendments(item)


class _Chain(SharedChain):
    def __init__(self, connection: Connection, kept: Kept) -> None:
        super().__init__(connection, kept)
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


class _Outbox(Outbox):
    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._once = Once("outbox")
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


class _Asks(Asks):
    """What was asked of owners lately, read once somebody wants to know of any of it."""

    def __init__(self, connection: Connection, wanted: Sequence[int], now: int) -> None:
        super().__init__(connection)
        self._wanted, self._since = dict.fromkeys(wanted), now - 2 * LASTS
        self._asked: dict[int, list[Ask]] | None = None
        self._trusted: dict[int, list[Entrustment]] | None = None

    def asks_by(self, session: bytes, item: int, since: int) -> list[Ask]:
        if item not in self._wanted or since < self._since:
            return super().asks_by(session, item, since)
        if self._asked is None:
            self._asked = self.asked_of(self._wanted, self._since)
        told = [one for one in self._asked.get(item, ()) if one.session == session and one.created_at > since]
        return told[:10]

    def entrustments(self, item: int) -> list[Entrustment]:
        if item not in self._wanted:
            return super().entrustments(item)
        if self._trusted is None:
            self._trusted = self.entrusted_of(self._wanted)
        return self._trusted.get(item, [])[:50]


def _chunks(wanted: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(wanted), _CHUNK):
        yield wanted[start : start + _CHUNK]


def _bytes(item: int) -> bytes:
    return item.to_bytes(32, "big")


def _int(item: bytes) -> int:
    return int.from_bytes(item, "big")

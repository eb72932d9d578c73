"""One item, as a scan reads it: a question for what there is of it, and one for each kind of thing that there is.

It answers exactly as the tables do. Most items have few kinds of things, so most questions need not be asked; what
many items share is not asked for again while nobody has written to it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar

from sqlalchemy import BindParameter, Connection, Table, Text, bindparam, func, select, type_coerce, union

from ledger.domain.asks import Entrustment
from ledger.domain.batches import Amendment, Item
from ledger.domain.chain_view import ChainEvent
from ledger.domain.custody import ItemState
from ledger.domain.epcis_told import Shown
from ledger.domain.looks import DAY, Looked, Usual, WrongCodes
from ledger.domain.outbox import Queued, Signed
from ledger.domain.papers import Report, StoredOffer
from ledger.services.sheets_port import SignedSheet
from ledger.storage.ahead import Ahead
from ledger.storage.asks import Asks
from ledger.storage.batches import VISIBLE, item_of
from ledger.storage.chain_rows import state_of, unread_event_of
from ledger.storage.concerns import Tables
from ledger.storage.desk_orders import SharedOrders
from ledger.storage.epcis import Epcis
from ledger.storage.gathered import GatheredTx
from ledger.storage.outbox import COUNTS, Outbox
from ledger.storage.papers import Papers
from ledger.storage.ready import Ready
from ledger.storage.scans import Scans, claim_subject, look_of, looked_of
from ledger.storage.shared import Kept, Known, Once
from ledger.storage.shared_parts import (
    SharedBatches,
    SharedChain,
    SharedLines,
    SharedMeta,
    SharedOrganisations,
    SharedSheets,
)
from ledger.storage.tables import (
    activations,
    amendments,
    attempts,
    blocks,
    events,
    item_versions,
    items,
    offers,
    statements,
)
from ledger.storage.tables_asks import entrustments
from ledger.storage.tables_epcis import told_items
from ledger.storage.tables_scans import displays, scan_days, scans

_EVENTS: Final = 200
"""An item's newest events that are read in one question."""
_USUAL_FOR: Final = 60
"""Seconds for which what is usual for a line is not asked for again."""

T = TypeVar("T")

_ITEM: Final[BindParameter[bytes]] = bindparam("item")
_FOUND: Final = Ready(VISIBLE.where(items.c.gtin == bindparam("gtin"), items.c.serial == bindparam("serial")).limit(10))


def _any(table: Table, *also: Any) -> Any:
    return select(table.c.item).where(table.c.item == _ITEM, *also).exists()


def _of_attempts(column: Any) -> Any:
    return select(column).where(attempts.c.subject == bindparam("subject")).scalar_subquery()


_WAITING: Final = (~statements.c.settled, COUNTS)
_THERE_IS: Final = Ready(
    select(
        select(activations.c.on_sale_at).where(activations.c.item == _ITEM).scalar_subquery().label("on_sale_at"),
        _any(amendments).label("amendments"),
        _any(item_versions).label("states"),
        _any(events).label("events"),
        _any(statements, *_WAITING).label("statements"),
        _any(offers, offers.c.expires_at > bindparam("now")).label("offers"),
        select(func.min(scans.c.at)).where(scans.c.item == _ITEM).scalar_subquery().label("first_look"),
        select(func.min(scan_days.c.day)).where(scan_days.c.item == _ITEM).scalar_subquery().label("first_day"),
        _any(displays).label("displays"),
        _of_attempts(attempts.c.count).label("wrong_codes"),
        _of_attempts(attempts.c.since).label("wrong_since"),
        _any(entrustments).label("entrustments"),
        _any(told_items).label("told"),
        select(statements.c.id).where(statements.c.batch == bindparam("batch"), *_WAITING).exists().label("of_batch"),
    )
)
_NEWEST_STATE: Final = Ready(
    select(item_versions)
    .where(item_versions.c.item == _ITEM)
    .order_by(item_versions.c.block.desc(), item_versions.c.log_index.desc())
    .limit(1)
)
_NEWEST_EVENTS: Final = Ready(
    select(
        *(events.c.block, blocks.c.time, events.c.log_index, events.c.transaction_hash, events.c.name),
        type_coerce(events.c.args, Text).label("args"),
    )
    .join(blocks, blocks.c.number == events.c.block)
    .where(events.c.item == _ITEM)
    .order_by(events.c.block.desc(), events.c.log_index.desc())
    .limit(_EVENTS)
)
_LOOKS: Final = (
    select(scans)
    .where(scans.c.item == _ITEM, scans.c.at > bindparam("since"))
    .order_by(scans.c.at.desc(), scans.c.id.desc())
    .limit(bindparam("most"))
)
_PLACES_BEFORE: Final = union(
    select(scan_days.c.country).where(scan_days.c.item == _ITEM),
    select(scans.c.country).where(scans.c.item == _ITEM, scans.c.at <= bindparam("since")),
)


class ScannedTx(Tables):
    """A read transaction that knows what there is of one item. `pair` is (gtin, serial)."""

    def __init__(self, connection: Connection, pair: tuple[str, str], now: int, known: Known) -> None:
        super().__init__(connection)
        self._known, kept = known, known.kept
        self.organisations = SharedOrganisations(connection, kept)
        self.meta = SharedMeta(connection, known)
        self.lines = SharedLines(connection, kept)
        self.batches = batches = _Batches(connection, kept, *pair)
        self.chain = chain = _Chain(connection, kept)
        self.sheets = sheets = _Sheets(connection, kept)
        self.orders = SharedOrders(connection, kept, now)
        self.outbox = outbox = _Outbox(connection)
        self.papers = papers = _Papers(connection)
        self.scans = _Scans(connection, kept, now)
        # Two brands that quarrel over a GTIN are asked about as ever.
        if len(batches.found) != 1:
            return
        item = batches.found[0]
        batch = batches.get(item.batch_id)
        number = None if batch is None else batch.number
        given = {
            "item": item.item.to_bytes(32, "big"),
            "now": now,
            "batch": number,
            "subject": claim_subject(item.item),
        }
        (there,) = _THERE_IS.all(connection, **given)
        batches.know(item.item, there)
        chain.know(item.item, there)
        outbox.know(item.item, number, there)
        papers.know(item.item, now, there)
        self.scans.know(item.item, there)
        self.asks = _Asks(connection, item.item, there)
        self.epcis = _Epcis(connection, item.item, there)
        told = chain.recorded()
        papers.expect(told)
        outbox.expect(told)
        sheets.expect(told)

    def gathered(self, pairs: Sequence[tuple[str, str]], now: int) -> GatheredTx:
        """Another such view of the same snapshot."""
        return GatheredTx(self.connection, pairs, now, self._known)

    def shared(self, name: str, make: Callable[[], T]) -> T:
        """What was made of answers that all snapshots of this stamp share."""
        return Once("made", self._known.kept).get(name, make)


class _Batches(SharedBatches):
    def __init__(self, connection: Connection, kept: Kept, gtin: str, serial: str) -> None:
        super().__init__(connection, kept)
        self._pair = gtin, serial
        self.found = [item_of(row) for row in _FOUND.all(connection, gtin=gtin, serial=serial)]
        self._item = -1
        self._there: Any = None

    def know(self, item: int, there: Any) -> None:
        self._item, self._there = item, there

    def find(self, gtin: str, serial: str) -> list[Item]:
        return self.found if (gtin, serial) == self._pair else super().find(gtin, serial)

    def item(self, item: int) -> Item | None:
        return next((one for one in self.found if one.item == item), None) or super().item(item)

    def on_sale_at(self, item: int) -> int | None:
        return self._there.on_sale_at if item == self._item else super().on_sale_at(item)

    def amendments(self, item: int) -> list[Amendment]:
        return [] if item == self._item and not self._there.amendments else super().amendments(item)


class _Chain(SharedChain):
    def __init__(self, connection: Connection, kept: Kept) -> None:
        super().__init__(connection, kept)
        self._item = -1
        self._state: tuple[int, ItemState] | None = None
        self._told: list[ChainEvent] = []

    def know(self, item: int, there: Any) -> None:
        self._item, name = item, {"item": item.to_bytes(32, "big")}
        for row in _NEWEST_STATE.all(self._db, **name) if there.states else ():
            self._state = row.block, state_of(row)
        if there.events:
            self._told = [unread_event_of(row) for row in reversed(_NEWEST_EVENTS.all(self._db, **name))]

    def recorded(self) -> list[ChainEvent]:
        """The item's newest records."""
        return self.item_events_named(self._item, ("Recorded",)) if self._told else []

    def state(self, item: int, at: int | None = None) -> ItemState | None:
        if item != self._item:
            return super().state(item, at)
        if self._state is None or at is None or self._state[0] <= at:
            return None if self._state is None else self._state[1]
        return super().state(item, at)

    def item_events(self, item: int, limit: int = 200) -> list[ChainEvent]:
        if item != self._item or (limit > _EVENTS <= len(self._told)):
            return super().item_events(item, limit)
        return self._told[-limit:]

    def item_events_named(self, item: int, names: Sequence[str], limit: int = 200) -> list[ChainEvent]:
        if item != self._item:
            return super().item_events_named(item, names, limit)
        found = [event for event in self._told if event.name in names]
        if len(found) < limit and len(self._told) >= _EVENTS:
            # There may be older ones than those that were read.
            found = super().item_events_named(item, names, limit)
        return found[-limit:]


class _Outbox(Outbox):
    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._none: set[tuple[str, int]] = set()
        self._signed: Ahead[Signed] = Ahead(self.all_signed)
        self.expect = self._signed.expect

    def know(self, item: int, number: int | None, there: Any) -> None:
        if not there.statements:
            self._none.add(("item", item))
        if number is not None and not there.of_batch:
            self._none.add(("batch", number))

    def of_item(self, item: int, limit: int = 50) -> list[Queued]:
        return [] if ("item", item) in self._none else super().of_item(item, limit)

    def of_batch(self, batch: int) -> list[Queued]:
        return [] if ("batch", batch) in self._none else super().of_batch(batch)

    def signed(self, hash: bytes) -> Signed | None:
        return self._signed.get(hash, super().signed)


class _Papers(Papers):
    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._offered: tuple[int, int] | None = None
        self._reports: Ahead[Report] = Ahead(
            lambda wanted: {one.commitment: one for one in self.reports(wanted)}, lambda event: event.args["report"]
        )
        self.expect = self._reports.expect

    def know(self, item: int, now: int, there: Any) -> None:
        if not there.offers:
            self._offered = item, now

    def open_offers(self, item: int, now: int) -> list[StoredOffer]:
        # None that is good after that moment is none that is good later.
        if self._offered is not None and item == self._offered[0] and now >= self._offered[1]:
            return []
        return super().open_offers(item, now)

    def report(self, commitment: bytes) -> Report | None:
        return self._reports.get(commitment, super().report)


class _Sheets(SharedSheets):
    def __init__(self, connection: Connection, kept: Kept) -> None:
        super().__init__(connection, kept)
        self._behind: Ahead[SignedSheet] = Ahead(self.all_behind)
        self.expect = self._behind.expect

    def behind(self, statement_hash: bytes) -> SignedSheet | None:
        return self._behind.get(statement_hash, super().behind)


class _Scans(Scans):
    def __init__(self, connection: Connection, kept: Kept, now: int) -> None:
        super().__init__(connection)
        self._item = -1
        self._there: Any = None
        self._usual = Once("usual", kept)
        self._now = now

    def know(self, item: int, there: Any) -> None:
        self._item, self._there = item, there

    def looked(self, item: int, since: int, limit: int = 300) -> Looked:
        if item != self._item:
            return super().looked(item, since, limit)
        there, given = self._there, {"item": item.to_bytes(32, "big"), "since": since, "most": limit}
        first, day = there.first_look, there.first_day
        looks = () if first is None else tuple(look_of(row) for row in self._db.execute(_LOOKS, given))
        before: frozenset[str] = frozenset()
        if day is not None or (first is not None and first <= since):
            before = frozenset(row.country for row in self._db.execute(_PLACES_BEFORE, given) if row.country)
        shown = self.display(item) if there.displays else None
        return looked_of(looks, before, first if day is None else day * DAY, shown)

    def wrong_codes(self, item: int) -> WrongCodes | None:
        if item != self._item:
            return super().wrong_codes(item)
        count = self._there.wrong_codes
        return None if count is None else WrongCodes(count, self._there.wrong_since)

    def usual(self, gtin: str) -> Usual:
        return self._usual.get((gtin, self._now // _USUAL_FOR), lambda: super(_Scans, self).usual(gtin))


class _Asks(Asks):
    def __init__(self, connection: Connection, item: int, there: Any) -> None:
        super().__init__(connection)
        self._item, self._trusted = item, bool(there.entrustments)

    def entrustments(self, item: int) -> list[Entrustment]:
        return super().entrustments(item) if item != self._item or self._trusted else []


class _Epcis(Epcis):
    def __init__(self, connection: Connection, item: int, there: Any) -> None:
        super().__init__(connection)
        self._item, self._told = item, bool(there.told)

    def shown(self, item: int, limit: int) -> list[Shown]:
        return super().shown(item, limit) if item != self._item or self._told else []

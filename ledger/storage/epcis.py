"""What is exported as EPCIS, and what others tell by it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, Row, and_, exists, insert, or_, select, tuple_

from ledger.domain.chain_view import ChainEvent
from ledger.domain.custody import ItemState
from ledger.domain.epcis_told import Behaviour, Capture, Shown, Standing, Told
from ledger.storage.chain_rows import event_of, state_of
from ledger.storage.tables import batches, blocks, events, item_versions, items, organisations
from ledger.storage.tables_epcis import captures, told_events, told_items

_CHUNK: Final = 400
"""Names in one question: SQLite takes at most 999 variables in old builds."""
_MOST_ABOUT: Final = 200
"""Events of others that are looked through for those that a page shows."""
_T = TypeVar("_T")
_Place = tuple[int, int]


class Epcis:
    """Reads of what is exported, reads and writes of what others tell."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def told_of(self, wanted: Sequence[int], last: int) -> dict[int, list[ChainEvent]]:
        """Every event of some items up to a block, oldest first. For a page of items."""
        found: dict[int, list[ChainEvent]] = {}
        for names in _chunks([_bytes(one) for one in wanted]):
            query = (
                select(events, blocks.c.time)
                .join(blocks, blocks.c.number == events.c.block)
                .where(events.c.item.in_(names), events.c.block <= last)
                .order_by(events.c.block, events.c.log_index)
            )
            for row in self._db.execute(query):
                found.setdefault(int.from_bytes(row.item, "big"), []).append(event_of(row))
        return found

    def versions_of(self, wanted: Sequence[int]) -> dict[int, list[tuple[_Place, ItemState]]]:
        """The states of some items, oldest first, each with its place."""
        found: dict[int, list[tuple[_Place, ItemState]]] = {}
        for names in _chunks([_bytes(one) for one in wanted]):
            query = (
                select(item_versions)
                .where(item_versions.c.item.in_(names))
                .order_by(item_versions.c.block, item_versions.c.log_index)
            )
            for row in self._db.execute(query):
                state = state_of(row)
                found.setdefault(state.item, []).append(((row.block, row.log_index), state))
        return found

    def period(
        self,
        organisation: str,
        party: int | None,
        names: Sequence[str],
        times: tuple[int, int],
        after: _Place,
        last: int,
        limit: int,
    ) -> list[ChainEvent]:
        """Events of an organisation's items and batches and those it signed, from a place on, within block times."""
        own = exists(
            select(items.c.item)
            .join(batches, batches.c.id == items.c.batch_id)
            .where(items.c.item == events.c.item, batches.c.organisation == organisation)
        )
        of_batch = and_(
            events.c.item.is_(None),
            exists(
                select(batches.c.id).where(
                    batches.c.number == events.c.batch, batches.c.organisation == organisation, batches.c.ready
                )
            ),
        )
        whose: list[Any] = [own, of_batch]
        if party is not None:
            whose.append(and_(events.c.party == party, events.c.item.is_not(None)))
        query = (
            select(events, blocks.c.time)
            .join(blocks, blocks.c.number == events.c.block)
            .where(
                or_(*whose),
                events.c.name.in_(names),
                tuple_(events.c.block, events.c.log_index) >= tuple_(*after),
                events.c.block <= last,
                blocks.c.time >= times[0],
                blocks.c.time < times[1],
            )
            .order_by(events.c.block, events.c.log_index)
            .limit(limit)
        )
        return [event_of(row) for row in self._db.execute(query)]

    def registered(self, pairs: Sequence[tuple[str, str]]) -> dict[tuple[str, str], list[tuple[int, int, str]]]:
        """Which (gtin, serial) pairs are items of a registered batch: number, brand's number, brand's organisation."""
        found: dict[tuple[str, str], list[tuple[int, int, str]]] = {}
        on_record = exists(
            select(events.c.block).where(events.c.batch == batches.c.number, events.c.name == "BatchRegistered")
        )
        for some in _chunks(pairs):
            query = (
                select(items.c.item, items.c.gtin, items.c.serial, batches.c.brand, batches.c.organisation)
                .join(batches, batches.c.id == items.c.batch_id)
                .where(tuple_(items.c.gtin, items.c.serial).in_(some), batches.c.ready, on_record)
            )
            for row in self._db.execute(query):
                named = (int.from_bytes(row.item, "big"), row.brand, row.organisation)
                found.setdefault((row.gtin, row.serial), []).append(named)
        return found

    def add_capture(self, capture: Capture) -> None:
        """Note what came of a capture."""
        values = {name: getattr(capture, name) for name in Capture.__slots__}
        self._db.execute(insert(captures).values(**values | {"faults": [dict(one) for one in capture.faults]}))

    def capture(self, organisation: str, id: str) -> Capture | None:
        """One of the organisation's captures."""
        query = select(captures).where(captures.c.id == id, captures.c.organisation == organisation)
        row = self._db.execute(query).first()
        return None if row is None else _capture_of(row)

    def captures(self, organisation: str, before: str | None, limit: int) -> list[Capture]:
        """The organisation's captures, newest first."""
        query = select(captures).where(captures.c.organisation == organisation)
        if before is not None:
            query = query.where(captures.c.id < before)
        return [_capture_of(row) for row in self._db.execute(query.order_by(captures.c.id.desc()).limit(limit))]

    def known(self, organisation: str, names: Sequence[tuple[str, bool]]) -> dict[tuple[str, bool], bytes]:
        """Which (event id, declared) the organisation has told before, each with its hash."""
        found: dict[tuple[str, bool], bytes] = {}
        for some in _chunks(list({event_id for event_id, _ in names})):
            query = select(told_events.c.event_id, told_events.c.declared, told_events.c.hash).where(
                told_events.c.organisation == organisation, told_events.c.event_id.in_(some)
            )
            found.update({(row.event_id, row.declared): row.hash for row in self._db.execute(query)})
        return found

    def add_told(self, told: Told, about: Mapping[int, Standing]) -> None:
        """Keep an event and which items it speaks of."""
        self._db.execute(insert(told_events).values(**{name: getattr(told, name) for name in Told.__slots__}))
        rows = [{"item": _bytes(one), "event": told.id, "standing": standing.value} for one, standing in about.items()]
        self._db.execute(insert(told_items), rows)

    def shown(self, item: int, limit: int) -> list[Shown]:
        """The newest events that others tell of an item and that buyers may see, oldest first."""
        query = (
            select(told_events, told_items.c.standing, organisations.c.name)
            .join(told_items, told_items.c.event == told_events.c.id)
            .join(organisations, organisations.c.id == told_events.c.organisation)
            .where(told_items.c.item == _bytes(item), told_items.c.standing != Standing.OTHER.value)
            .order_by(told_events.c.event_time.desc(), told_events.c.id.desc())
            .limit(_MOST_ABOUT)
        )
        rows = self._db.execute(query).all()
        wrong = {(row.organisation, row.event_id) for row in rows if row.declared}
        # An error declaration repeats its event; where only the declaration came, that is what there is to show.
        plain = {(row.organisation, row.event_id) for row in rows if not row.declared}
        told = [
            Shown(
                row.name,
                Standing(row.standing),
                row.event_time,
                row.biz_step,
                (row.organisation, row.event_id) in wrong,
            )
            for row in rows
            if not row.declared or (row.organisation, row.event_id) not in plain
        ]
        return told[:limit][::-1]

    def told_page(self, organisation: str, times: tuple[int, int], after: str, limit: int) -> list[Told]:
        """Events that an organisation told, or others of its items, as they came, within the times they came at."""
        of_ours = exists(
            select(told_items.c.item)
            .join(items, items.c.item == told_items.c.item)
            .join(batches, batches.c.id == items.c.batch_id)
            .where(told_items.c.event == told_events.c.id, batches.c.organisation == organisation)
        )
        query = (
            select(told_events)
            .where(
                or_(told_events.c.organisation == organisation, of_ours),
                told_events.c.id > after,
                told_events.c.created_at >= times[0],
                told_events.c.created_at < times[1],
            )
            .order_by(told_events.c.id)
            .limit(limit)
        )
        return [Told(**row._mapping) for row in self._db.execute(query)]


def _capture_of(row: Row[Any]) -> Capture:
    return Capture(**{**row._mapping, "behaviour": Behaviour(row.behaviour)})


def _chunks(wanted: Sequence[_T]) -> Iterator[Sequence[_T]]:
    for start in range(0, len(wanted), _CHUNK):
        yield wanted[start : start + _CHUNK]


def _bytes(item: int) -> bytes:
    return item.to_bytes(32, "big")

"""Watches of platforms: kept, called when something happened to their items, looked at in pages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, Select, delete, exists, func, insert, or_, select, tuple_, update

from ledger.domain.desk.watches import Watch
from ledger.domain.ids import new_id
from ledger.domain.parties import EVENTS
from ledger.storage.tables import events, offers, statements
from ledger.storage.tables_rights import order_items, orders
from ledger.storage.tables_scans import clone_alerts
from ledger.storage.tables_watches import watches

_CHUNK: Final = 200
_DAY: Final = 86_400


class Watches:
    """Reads and writes of watches."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def count(self, organisation: str) -> int:
        """How many watches an organisation has."""
        return self._db.scalar(select(func.count()).where(watches.c.organisation == organisation)) or 0

    def any(self) -> bool:
        """Whether anybody watches anything."""
        return self._db.execute(select(watches.c.id).limit(1)).first() is not None

    def named(self, organisation: str, names: Sequence[tuple[str, str, str]]) -> list[Watch]:
        """Those of an organisation among (gtin, serial, ref)."""
        found: list[Watch] = []
        name = tuple_(watches.c.gtin, watches.c.serial, watches.c.ref)
        for start in range(0, len(names), _CHUNK):
            query = select(watches).where(
                watches.c.organisation == organisation, name.in_(list(names[start : start + _CHUNK]))
            )
            found += [_watch(row) for row in self._db.execute(query)]
        return found

    def add(self, new: Sequence[Watch]) -> None:
        """Keep new watches."""
        rows = [
            {column.name: getattr(one, column.name) for column in watches.c} | {"item": _key(one.item)} for one in new
        ]
        if rows:
            self._db.execute(insert(watches), rows)

    def prolong(self, ids: Sequence[str], until: int) -> None:
        """Set the end of watches."""
        for start in range(0, len(ids), _CHUNK):
            self._db.execute(update(watches).where(watches.c.id.in_(ids[start : start + _CHUNK])).values(until=until))

    def page(self, organisation: str, before: str | None, limit: int) -> list[Watch]:
        """An organisation's watches, newest first, older than the cursor."""
        query = select(watches).where(watches.c.organisation == organisation)
        if before is not None:
            query = query.where(watches.c.id < before)
        return [_watch(row) for row in self._db.execute(query.order_by(watches.c.id.desc()).limit(limit))]

    def remove(self, organisation: str, id: str) -> bool:
        """Forget one; False where the organisation has none of that id."""
        mine = (watches.c.id == id, watches.c.organisation == organisation)
        return self._db.execute(delete(watches).where(*mine)).rowcount == 1

    def call(self, since_block: int, since: int) -> int:
        """Call the watches that may have something new: how many. Each reason has an index of its own."""
        newer = events.c.block > since_block
        parties = select(events.c.block).where(newer, events.c.name.in_(EVENTS)).limit(1)
        if self._db.execute(parties).first() is not None:
            return self._call(watches.c.id.is_not(None))
        of_item = (
            select(events.c.item).where(newer, events.c.item.is_not(None)),
            select(statements.c.item).where(statements.c.id >= _name("st", since), statements.c.item.is_not(None)),
            select(offers.c.item).where(offers.c.id >= _name("off", since - _DAY), _fresh_offer(since)),
            select(clone_alerts.c.item).where(clone_alerts.c.checked_at >= since),
        )
        of_batch = (
            select(events.c.batch).where(newer, events.c.item.is_(None), events.c.batch.is_not(None)),
            select(statements.c.batch).where(statements.c.id >= _name("st", since), statements.c.batch.is_not(None)),
        )
        called = self._call(or_(*(watches.c.item.in_(one) for one in of_item)))
        called += self._call(or_(*(watches.c.batch.in_(one) for one in of_batch)))
        called += self._call(tuple_(watches.c.gtin, watches.c.serial).in_(_held_since(since)))
        registered = exists().where(newer, events.c.name == "BatchRegistered")
        # A code that nobody had registered may be in a batch that now is.
        return called + self._call(watches.c.item.is_(None) & registered)

    def _call(self, concerned: ColumnElement[bool]) -> int:
        values = {"look_at": 0, "calls": watches.c.calls + 1}
        return self._db.execute(update(watches).where(concerned).values(**values)).rowcount

    def due(self, now: int, limit: int) -> list[Watch]:
        """Those that are to be looked at, the longest due first."""
        query = select(watches).where(watches.c.look_at <= now).order_by(watches.c.look_at, watches.c.id).limit(limit)
        return [_watch(row) for row in self._db.execute(query)]

    def looked(self, watch: Watch, look_at: int, item: int | None, batch: int | None) -> None:
        """Note when to look again, unless the watch was called meanwhile."""
        same = (watches.c.id == watch.id, watches.c.calls == watch.calls)
        values: dict[str, Any] = {"look_at": look_at, "item": _key(item), "batch": batch}
        self._db.execute(update(watches).where(*same).values(**values))

    def change(self, watch: Watch, verdict: str, advice: str) -> bool:
        """Note the next change; False where somebody else noted it, or the watch is gone."""
        same = (watches.c.id == watch.id, watches.c.changes == watch.changes)
        values = {"verdict": verdict, "advice": advice, "changes": watch.changes + 1}
        return self._db.execute(update(watches).where(*same).values(**values)).rowcount == 1

    def forget_over(self, now: int, limit: int) -> int:
        """Forget watches whose time is over; how many."""
        over = select(watches.c.id).where(watches.c.until <= now).limit(limit)
        return self._db.execute(delete(watches).where(watches.c.id.in_(over.scalar_subquery()))).rowcount


def _name(prefix: str, since: int) -> str:
    """The first name that a row made since then can have: names begin with their time."""
    return new_id(prefix, max(0, since), bytes)


def _held_since(since: int) -> Select[Any]:
    """GTIN and serial of what courts' orders hold that were entered or lifted since."""
    held = select(order_items.c.gtin, order_items.c.serial).join(orders, orders.c.id == order_items.c.order)
    return held.where(or_(orders.c.id >= _name("ord", since), orders.c.lifted_at >= since))


def _fresh_offer(since: int) -> ColumnElement[bool]:
    return or_(offers.c.created_at >= since, offers.c.released_at >= since)


def _key(item: int | None) -> bytes | None:
    return None if item is None else item.to_bytes(32, "big")


def _watch(row: Row[Any]) -> Watch:
    item = None if row.item is None else int.from_bytes(row.item, "big")
    return Watch(**dict(row._mapping) | {"item": item})

"""Court orders. Few things are held at a time, so all that is held is kept in the process while nobody writes to it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Final

from sqlalchemy import Connection, Row, delete, insert, select, tuple_, update

from ledger.domain.desk.orders import Order, OrderKind
from ledger.services.desk.orders_port import Turn
from ledger.storage.desk_photos import chunks
from ledger.storage.shared import Kept, Once
from ledger.storage.tables_rights import order_items, order_sellers, order_turns, orders

_MOST_KEPT: Final = 20_000
"""Held items that are kept; beyond these each item is asked about alone."""
_OVER: Final = 86_400
"""Orders that ended longer ago than this are not kept: no clock of ours is that far behind another."""

Held = dict[tuple[str, str], list[Order]]


class Orders:
    """Reads and writes of court orders."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def add(self, order: Order) -> None:
        """Keep a new order; its turn is due when it begins."""
        values = {column.name: getattr(order, column.name) for column in orders.columns}
        self._db.execute(insert(orders).values(values | {"territories": list(order.territories)}))
        held = [{"order": order.id, "gtin": gtin, "serial": serial} for gtin, serial in order.items]
        if held:
            self._db.execute(insert(order_items), held)
        named = [{"order": order.id, "platform": platform, "ref": ref} for platform, ref in order.sellers]
        if named:
            self._db.execute(insert(order_sellers), named)
        begins = max(order.from_at, order.created_at)
        self._db.execute(insert(order_turns).values(order=order.id, due=begins, after=""))

    def get(self, id: str) -> Order | None:
        """By id, with all that it holds."""
        row = self._db.execute(select(orders).where(orders.c.id == id)).first()
        if row is None:
            return None
        i, s = order_items.c, order_sellers.c
        held = self._db.execute(select(i.gtin, i.serial).where(i.order == id).order_by(i.gtin, i.serial))
        named = self._db.execute(select(s.platform, s.ref).where(s.order == id).order_by(s.platform, s.ref))
        return _order(
            row,
            items=tuple((one.gtin, one.serial) for one in held),
            sellers=tuple((one.platform, one.ref) for one in named),
        )

    def lift(self, id: str, at: int) -> None:
        """It ends at that time, and its turn is due then; one that was lifted before stays so."""
        held = orders.c.id == id, orders.c.lifted_at.is_(None)
        if self._db.execute(update(orders).where(*held).values(lifted_at=at)).rowcount:
            self._db.execute(delete(order_turns).where(order_turns.c.order == id))
            self._db.execute(insert(order_turns).values(order=id, due=at, after=""))

    def next_turn(self, now: int) -> Turn | None:
        """The turn that is due longest."""
        due, after = order_turns.c.due, order_turns.c.after
        query = select(order_turns.c.order, due, after).where(due <= now).order_by(due, order_turns.c.order).limit(1)
        row = self._db.execute(query).first()
        return None if row is None else Turn(*row)

    def turned(self, turn: Turn, then: Turn | None) -> None:
        """What comes after this turn; None where nothing does."""
        this = order_turns.c.order == turn.order
        if then is None:
            self._db.execute(delete(order_turns).where(this))
        else:
            self._db.execute(update(order_turns).where(this).values(due=then.due, after=then.after))

    def newest(self, entered_by: str | None, limit: int = 200) -> list[Order]:
        """Orders, of whoever entered them where that is named, newest first, without what they hold."""
        query = select(orders).order_by(orders.c.id.desc()).limit(limit)
        if entered_by is not None:
            query = query.where(orders.c.entered_by == entered_by)
        return [_order(row) for row in self._db.execute(query)]

    def of_item(self, gtin: str, serial: str, now: int) -> list[Order]:
        """Orders in force on an item at that second, without what else they hold."""
        query = (
            select(orders)
            .join(order_items, order_items.c.order == orders.c.id)
            .where(order_items.c.gtin == gtin, order_items.c.serial == serial)
            .order_by(orders.c.id)
        )
        return [one for one in map(_order, self._db.execute(query)) if one.in_force(now)]

    def of_items(self, items: Collection[tuple[str, str]], now: int) -> dict[tuple[str, str], list[Order]]:
        """Orders in force on items, by (gtin, serial), at that second; those without one are left out."""
        found = {name: [one for one in held if one.in_force(now)] for name, held in self._of(items, now).items()}
        return {name: held for name, held in found.items() if held}

    def _of(self, items: Collection[tuple[str, str]], since: int) -> Held:
        """Orders on items that end after a time."""
        i = order_items.c
        query = select(orders, i.gtin, i.serial).join(order_items, i.order == orders.c.id).order_by(orders.c.id)
        found: Held = {}
        for some in chunks(items):
            for row in self._db.execute(query.where(tuple_(i.gtin, i.serial).in_(some), orders.c.until > since)):
                found.setdefault((row.gtin, row.serial), []).append(_order(row))
        return found

    def sellers_held(self, platform: str, now: int) -> list[tuple[str, Order]]:
        """A platform's sellers under an order at that second, by its own names for them (at most 5,000)."""
        query = (
            select(orders, order_sellers.c.ref)
            .join(order_sellers, order_sellers.c.order == orders.c.id)
            .where(order_sellers.c.platform == platform, orders.c.until > now, orders.c.lifted_at.is_(None))
            .order_by(order_sellers.c.ref, orders.c.id)
            .limit(5_000)
        )
        told = [(row.ref, _order(row)) for row in self._db.execute(query)]
        return [(ref, order) for ref, order in told if order.in_force(now)]

    def of_sellers(self, platform: str, refs: Collection[str], now: int) -> dict[str, list[Order]]:
        """Orders in force on a platform's sellers at that second, by the platform's name for them (at most 1,000)."""
        query = (
            select(orders, order_sellers.c.ref)
            .join(order_sellers, order_sellers.c.order == orders.c.id)
            .where(order_sellers.c.platform == platform, order_sellers.c.ref.in_(sorted(set(refs))[:1_000]))
            .order_by(orders.c.id)
        )
        found: dict[str, list[Order]] = {}
        for row in self._db.execute(query):
            order = _order(row)
            if order.in_force(now):
                found.setdefault(row.ref, []).append(order)
        return found

    def held_items(self, since: int, most: int) -> Held | None:
        """All that orders hold which end after `since`, by item; None where that is more than `most`."""
        query = (
            select(orders, order_items.c.gtin, order_items.c.serial)
            .join(order_items, order_items.c.order == orders.c.id)
            .where(orders.c.until > since, orders.c.lifted_at.is_(None))
            .order_by(orders.c.id)
            .limit(most + 1)
        )
        rows = self._db.execute(query).all()
        if len(rows) > most:
            return None
        made: dict[str, Order] = {}
        held: Held = {}
        for row in rows:
            order = made.setdefault(row.id, _order(row))
            held.setdefault((row.gtin, row.serial), []).append(order)
        return held


class SharedOrders(Orders):
    """The same for snapshots: what is held is asked for once, for all items."""

    def __init__(self, connection: Connection, kept: Kept, now: int) -> None:
        super().__init__(connection)
        self._once = Once("orders", kept)
        self._since = now - _OVER
        self._asked: frozenset[tuple[str, str]] = frozenset()
        self._many: Held | None = None

    def of_item(self, gtin: str, serial: str, now: int) -> list[Order]:
        if self._many is not None and (gtin, serial) in self._asked:
            return [one for one in self._many.get((gtin, serial), ()) if one.in_force(now)]
        held = self._held()
        if held is None:
            return super().of_item(gtin, serial, now)
        return [one for one in held.get((gtin, serial), ()) if one.in_force(now)]

    def gather(self, items: Sequence[tuple[str, str]]) -> None:
        """Where more is held than is kept, read what holds these items at once."""
        if self._held() is None:
            self._asked = frozenset(items)
            self._many = self._of(self._asked, self._since)

    def _held(self) -> Held | None:
        # Of another day, because what has ended meanwhile need not be held for ever.
        return self._once.get(self._since // _OVER, lambda: self.held_items(self._since - _OVER, _MOST_KEPT))


def _order(row: Row[Any], **held: Any) -> Order:
    found = {column.name: row._mapping[column.name] for column in orders.columns}
    return Order(**found | {"kind": OrderKind(row.kind), "territories": tuple(row.territories)} | held)

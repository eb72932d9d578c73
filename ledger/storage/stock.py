"""A brand's items by state, in an order, page by page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, and_, func, literal, or_, select, tuple_

from ledger.domain.batches import Item
from ledger.domain.custody import Flag
from ledger.domain.stock import FLAGS, StockOrder, StockState, Wanted
from ledger.storage.batches import VISIBLE, item_of
from ledger.storage.tables import activations, batches, item_versions, items

_MOST_MARKED = 400


class Stock:
    """Reads of items by state."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def find(
        self, organisation: str, wanted: Wanted, marked: Sequence[int], after: str, limit: int
    ) -> list[tuple[Item, str]]:
        """Items from beyond a cursor, each with its own cursor; `marked` are batches whose items count as well.

        Marks that end by themselves may be over: whoever asks looks at each item's state.
        """
        query = VISIBLE.where(batches.c.organisation == organisation)
        if wanted.batch is not None:
            query = query.where(items.c.batch_id == wanted.batch)
        if wanted.starts:
            query = query.where(items.c.serial.startswith(wanted.starts, autoescape=True))
        if wanted.state is not None:
            query = query.where(_is(wanted.state, marked))
        if wanted.order is StockOrder.SERIAL:
            query = query.order_by(items.c.serial, items.c.item)
        else:
            query = query.order_by(items.c.batch_id.desc(), items.c.position)
        if after:
            query = query.where(_beyond(wanted.order, after))
        found = [item_of(row) for row in self._db.execute(query.limit(limit))]
        return [(one, _cursor(wanted.order, one)) for one in found]

    def touched(self, wanted: Sequence[int]) -> set[int]:
        """Those of some items (at most 900) that the chain says anything about."""
        names = [one.to_bytes(32, "big") for one in wanted]
        query = select(item_versions.c.item).where(item_versions.c.item.in_(names)).distinct()
        return {int.from_bytes(one, "big") for one in self._db.scalars(query)}


def _is(state: StockState, marked: Sequence[int]) -> Any:
    v = item_versions.c
    newest = select(v.flags).where(v.item == items.c.item).order_by(v.block.desc(), v.log_index.desc()).limit(1)
    flags = func.coalesce(newest.scalar_subquery(), 0)
    on_sale = select(activations.c.item).where(activations.c.item == items.c.item).exists()
    claimed = flags.op("&")(int(Flag.CLAIMED)) != 0
    match state:
        case StockState.HELD:
            return claimed
        case StockState.UNCLAIMED:
            return and_(~claimed, on_sale)
        case StockState.NOT_ON_SALE:
            return and_(~claimed, ~on_sale)
    own = flags.op("&")(int(FLAGS[state])) != 0
    return or_(own, batches.c.number.in_(list(marked)[:_MOST_MARKED])) if marked else own


def _cursor(order: StockOrder, one: Item) -> str:
    return f"{one.item:064x}{one.serial}" if order is StockOrder.SERIAL else f"{one.batch_id}:{one.position}"


def _beyond(order: StockOrder, after: str) -> Any:
    if order is StockOrder.SERIAL:
        item, serial = bytes.fromhex(after[:64]), after[64:]
        return tuple_(items.c.serial, items.c.item) > tuple_(literal(serial), literal(item))
    batch, _, position = after.rpartition(":")
    later = and_(items.c.batch_id == batch, items.c.position > int(position))
    return or_(items.c.batch_id < batch, later)

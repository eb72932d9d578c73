"""Batches, the items listed in them, and which of those are on sale."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from operator import itemgetter
from typing import Any

from sqlalchemy import (
    JSON,
    Connection,
    Row,
    Table,
    Text,
    bindparam,
    case,
    cast,
    delete,
    func,
    insert,
    literal,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from ledger.domain.batches import Amendment, Batch, Item, MadeItem
from ledger.storage.ready import read_json
from ledger.storage.tables import activations, amendments, batches, items

_LEAST_PAGES, _MOST_PAGES = 16 << 20, 48 << 20
"""Bytes of pages that SQLite holds while a batch is kept: an index of 32-byte names takes 48 an item."""
_CHUNK = 400
"""Pairs or names in one question: SQLite takes at most 999 variables in old builds."""


class Batches:
    """Reads and writes of batches and items. Items of a batch that is not ready are not seen by readers."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def add(self, batch: Batch) -> None:
        """Keep a new batch."""
        self._db.execute(insert(batches).values(**{column: getattr(batch, column) for column in _COLUMNS}))

    def change(self, id: str, **values: Any) -> None:
        """Set columns of a batch."""
        self._db.execute(update(batches).where(batches.c.id == id).values(**values))

    def get(self, id: str) -> Batch | None:
        """By id."""
        return self._one(batches.c.id == id)

    def by_number(self, number: int) -> Batch | None:
        """By number on the chain."""
        return self._one(batches.c.number == number)

    def by_public_file(self, sha256: str) -> Batch | None:
        """By the name of its public manifest."""
        return self._one(batches.c.public_file == sha256)

    def page(self, organisation: str, before: str | None, limit: int) -> list[Batch]:
        """Newest first, older than the cursor."""
        query = select(batches).where(batches.c.organisation == organisation).order_by(batches.c.id.desc())
        if before:
            query = query.where(batches.c.id < before)
        return [_batch(row) for row in self._db.execute(query.limit(limit))]

    def highest_number(self, brand: int) -> int:
        """The highest number allotted to a brand's batches, 0 where none is."""
        return self._db.scalar(select(func.max(batches.c.number)).where(batches.c.brand == brand)) or 0

    def insert_made(self, batch_id: str, first: int, made: Sequence[MadeItem]) -> None:
        """Items of a batch in order, the first of them at position `first`; their fields are JSON already."""
        rows = [(batch_id, place, *one) for place, one in enumerate(made, start=first)]
        # Two of the indexes begin with or soon come to the serial: so each of their pages is gone to once.
        rows.sort(key=itemgetter(_MADE.index("serial")))
        # One index is in no order: with too few pages in memory the same ones are written again and again.
        self._hold(min(max(_LEAST_PAGES, 48 * (first + len(made))), _MOST_PAGES))
        if self._db.dialect.name == "sqlite":
            self._db.exec_driver_sql(_INSERT_ON_SQLITE, rows)
        else:
            self._db.execute(_INSERT_MADE, [dict(zip(_MADE, row, strict=True)) for row in rows])

    def drop_items(self, batch_id: str) -> None:
        """Forget the items of a batch whose making was cut short."""
        self._db.execute(delete(items).where(items.c.batch_id == batch_id))

    def item(self, item: int) -> Item | None:
        """By item id."""
        row = self._db.execute(VISIBLE.where(items.c.item == item.to_bytes(32, "big"))).first()
        return None if row is None else item_of(row)

    def items_named(self, items_: Iterable[int]) -> dict[int, Item]:
        """Items by id; without those that are none."""
        wanted = [item.to_bytes(32, "big") for item in dict.fromkeys(items_)]
        found: dict[int, Item] = {}
        for start in range(0, len(wanted), _CHUNK):
            for row in self._db.execute(VISIBLE.where(items.c.item.in_(wanted[start : start + _CHUNK]))):
                one = item_of(row)
                found[one.item] = one
        return found

    def find(self, gtin: str, serial: str) -> list[Item]:
        """Every listing of a GTIN and serial; more than one only where brands quarrel over a GTIN."""
        query = VISIBLE.where(items.c.gtin == gtin, items.c.serial == serial).limit(10)
        return [item_of(row) for row in self._db.execute(query)]

    def find_serial(self, serial: str) -> list[Item]:
        """Items with exactly this serial, of any GTIN (at most 10)."""
        return [item_of(row) for row in self._db.execute(VISIBLE.where(items.c.serial == serial).limit(10))]

    def find_serials(self, serials: Iterable[str]) -> dict[str, list[Item]]:
        """The same of many, by serial; without those that no item has."""
        wanted = list(dict.fromkeys(serials))
        found: dict[str, list[Item]] = {}
        for start in range(0, len(wanted), _CHUNK):
            # At most ten of each, so that one that many have hides no other.
            place = func.row_number().over(partition_by=items.c.serial, order_by=items.c.item).label("place")
            some = VISIBLE.add_columns(place).where(items.c.serial.in_(wanted[start : start + _CHUNK])).subquery()
            for row in self._db.execute(select(some).where(some.c.place <= 10)):
                found.setdefault(row.serial, []).append(item_of(row))
        return found

    def existing(self, pairs: Iterable[tuple[str, str]], organisation: str) -> set[tuple[str, str]]:
        """Which (gtin, serial) pairs the organisation has listed already."""
        wanted = list(pairs)
        found: set[tuple[str, str]] = set()
        for start in range(0, len(wanted), _CHUNK):
            query = (
                select(items.c.gtin, items.c.serial)
                .join(batches, batches.c.id == items.c.batch_id)
                .where(
                    tuple_(items.c.gtin, items.c.serial).in_(wanted[start : start + _CHUNK]),
                    batches.c.organisation == organisation,
                    batches.c.ready,
                )
            )
            found.update((row.gtin, row.serial) for row in self._db.execute(query))
        return found

    def items_page(self, batch_id: str, after: int, limit: int) -> list[Item]:
        """A batch's items in order, from beyond a position."""
        query = (
            select(items)
            .where(items.c.batch_id == batch_id, items.c.position > after)
            .order_by(items.c.position)
            .limit(limit)
        )
        return [item_of(row) for row in self._db.execute(query)]

    def own_items(
        self, organisation: str, *, batch_id: str | None = None, starts: str = "", after: str = "", limit: int = 50
    ) -> list[Item]:
        """An organisation's items by serial, those that begin so and come after the cursor (serial and item)."""
        query = VISIBLE.where(batches.c.organisation == organisation)
        if batch_id:
            query = query.where(items.c.batch_id == batch_id)
        if starts:
            query = query.where(items.c.serial.startswith(starts, autoescape=True))
        if after:
            item, serial = bytes.fromhex(after[:64]), after[64:]
            query = query.where(tuple_(items.c.serial, items.c.item) > tuple_(literal(serial), literal(item)))
        query = query.order_by(items.c.serial, items.c.item).limit(limit)
        return [item_of(row) for row in self._db.execute(query)]

    def on_sale(self, wanted: Sequence[int]) -> dict[int, int]:
        """Of some items (at most a page), those that are on sale, and since when."""
        names = [item.to_bytes(32, "big") for item in wanted]
        query = select(activations.c.item, activations.c.on_sale_at).where(activations.c.item.in_(names))
        return {int.from_bytes(row.item, "big"): row.on_sale_at for row in self._db.execute(query)}

    def totals(self, organisation: str) -> tuple[int, int, int]:
        """How many batches an organisation has, how many items in those that are ready, how many on sale."""
        count, listed = self._db.execute(
            select(func.count(), func.sum(case((batches.c.ready, batches.c.count), else_=0))).where(
                batches.c.organisation == organisation
            )
        ).one()
        on_sale = select(func.count()).select_from(activations).where(activations.c.organisation == organisation)
        return count, listed or 0, self._db.scalar(on_sale) or 0

    def activate(self, names: Sequence[bytes], organisation: str, at: int) -> int:
        """Put items on sale; those that were already are left as they are. Returns how many are new."""
        new = 0
        for start in range(0, len(names), _CHUNK):
            chunk = names[start : start + _CHUNK]
            known = set(self._db.scalars(select(activations.c.item).where(activations.c.item.in_(chunk))))
            rows = [{"item": n, "organisation": organisation, "on_sale_at": at} for n in chunk if n not in known]
            if rows:
                self._db.execute(insert(activations), rows)
            new += len(rows)
        return new

    def activate_batch(self, batch_id: str, organisation: str, at: int) -> None:
        """Put every item of a batch on sale; those that were already are left as they are."""
        new = select(items.c.item, literal(organisation), literal(at)).where(items.c.batch_id == batch_id)
        # In the order of the table's own index, which is then gone through once: its pages need not stay, and what is
        # sorted for that takes as much again.
        self._hold(_LEAST_PAGES)
        add = _INSERT[self._db.dialect.name](activations).from_select(
            ["item", "organisation", "on_sale_at"], new.order_by(items.c.item)
        )
        self._db.execute(add.on_conflict_do_nothing())

    def on_sale_at(self, item: int) -> int | None:
        """When an item was put on sale, None while it was not."""
        query = select(activations.c.on_sale_at).where(activations.c.item == item.to_bytes(32, "big"))
        return self._db.scalar(query)

    def newest_on_sale(self) -> Item | None:
        """The item put on sale last."""
        query = VISIBLE.join(activations, activations.c.item == items.c.item)
        row = self._db.execute(query.order_by(activations.c.on_sale_at.desc()).limit(1)).first()
        return None if row is None else item_of(row)

    def add_amendment(self, new: Amendment) -> None:
        """Keep a later description of an item."""
        values = {name: getattr(new, name) for name in Amendment.__slots__}
        self._db.execute(insert(amendments).values(**values | {"item": new.item.to_bytes(32, "big")}))

    def amendments(self, item: int) -> list[Amendment]:
        """An item's later descriptions, oldest first, whether or not the chain has them (at most 100)."""
        query = (
            select(amendments)
            .where(amendments.c.item == item.to_bytes(32, "big"))
            .order_by(amendments.c.place)
            .limit(100)
        )
        return [Amendment(**dict(row._mapping) | {"item": item}) for row in self._db.execute(query)]

    def amendments_of(self, batch_id: str) -> list[Amendment]:
        """Every later description of a batch's items."""
        query = (
            select(amendments)
            .join(items, items.c.item == amendments.c.item)
            .where(items.c.batch_id == batch_id)
            .order_by(amendments.c.item, amendments.c.place)
        )
        rows = [dict(row._mapping) for row in self._db.execute(query)]
        return [Amendment(**row | {"item": int.from_bytes(row["item"], "big")}) for row in rows]

    def _hold(self, pages: int) -> None:
        """From now on hold so many bytes of pages, where the database is in this process."""
        if self._db.dialect.name == "sqlite":
            self._db.exec_driver_sql(f"PRAGMA cache_size = -{pages >> 10}")

    def _one(self, condition: Any) -> Batch | None:
        row = self._db.execute(select(batches).where(condition)).first()
        return None if row is None else _batch(row)


VISIBLE = select(items).join(batches, batches.c.id == items.c.batch_id).where(batches.c.ready)
"""Items that readers see."""
_MADE = ("batch_id", "position", "item", "gtin", "serial", "record_hash", "claim_address", "fields")
# The driver's own call: what SQLAlchemy does to each row before it takes as long as keeping it.
_INSERT_ON_SQLITE = f"INSERT INTO items ({', '.join(_MADE)}) VALUES ({', '.join('?' * len(_MADE))})"  # noqa: S608
_INSERT: dict[str, Callable[[Table], Any]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
_INSERT_MADE = insert(items).values(fields=cast(bindparam("fields", type_=Text), JSON))
_COLUMNS = tuple(column.name for column in batches.columns)


def _batch(row: Row[Any]) -> Batch:
    return Batch(**{column: getattr(row, column) for column in _COLUMNS})


def item_of(row: Row[Any]) -> Item:
    """A row of `items`."""
    return Item(
        item=int.from_bytes(row.item, "big"),
        batch_id=row.batch_id,
        position=row.position,
        gtin=row.gtin,
        serial=row.serial,
        record_hash=row.record_hash,
        claim_address=row.claim_address,
        fields=read_json(row.fields),
    )

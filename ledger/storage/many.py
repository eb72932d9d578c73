"""Questions about many statements at once, and many kept at once."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, select
from sqlalchemy.sql.expression import ColumnElement

from ledger.domain.batches import Item
from ledger.domain.outbox import Queued
from ledger.services.many_port import Number
from ledger.storage.batches import item_of
from ledger.storage.outbox import keep_statements, queued_of
from ledger.storage.ready import Among, unread
from ledger.storage.tables import activations, attempts, batches, events, item_versions, items, statements

_MOST: Final = 500
"""Values in one question; both databases take many more."""
_COLUMN: Final = 1 << 63
"""Numbers from here up fit no column, so nobody has them."""
_AT_ONCE: Final = 100
_T = TypeVar("_T")

_ITEMS: Final = Among(
    select(*unread(items)).join(batches, batches.c.id == items.c.batch_id).where(batches.c.ready),
    items.c.item,
    _AT_ONCE,
)
_TOUCHED: Final = Among(select(item_versions.c.item).distinct(), item_versions.c.item, _AT_ONCE)
_KNOWN: Final = Among(select(*unread(statements)), statements.c.hash, _AT_ONCE)
_ON_SALE: Final = Among(select(activations.c.item, activations.c.on_sale_at), activations.c.item, _AT_ONCE)
_TRIES: Final = Among(select(attempts.c.subject, attempts.c.count, attempts.c.since), attempts.c.subject, _AT_ONCE)


class Many:
    """Reads and writes of many rows at once."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def items(self, wanted: Collection[int]) -> dict[int, Item]:
        """Those among the items that a ready batch lists."""
        return {one.item: one for one in map(item_of, _ITEMS.all(self._db, _names(wanted)))}

    def touched(self, wanted: Collection[int]) -> set[int]:
        """Those among the items that the chain knows by themselves: they have a state."""
        return {int.from_bytes(row.item, "big") for row in _TOUCHED.all(self._db, _names(wanted))}

    def used(self, numbers: Collection[Number]) -> set[Number]:
        """Those among the numbers that the chain has seen used."""
        return self._numbers(events.c.party, events.c.nonce, numbers)

    def promised(self, numbers: Collection[Number]) -> set[Number]:
        """Those that a statement of the outbox has which is known to be the party's."""
        return self._numbers(statements.c.party, statements.c.nonce, numbers, statements.c.signer.is_not(None))

    def known(self, hashes: Collection[bytes]) -> dict[bytes, Queued]:
        """Those among the struct hashes that the outbox has."""
        return {row.hash: queued_of(row) for row in _KNOWN.all(self._db, hashes)}

    def on_sale(self, wanted: Collection[int]) -> dict[int, int]:
        """When those among the items that are on sale were put on sale."""
        rows = _ON_SALE.all(self._db, _names(wanted))
        return {int.from_bytes(row.item, "big"): row.on_sale_at for row in rows}

    def tries(self, subjects: Collection[str]) -> dict[str, tuple[int, int]]:
        """Tries that were counted, and since when, of those among the subjects that have any."""
        return {subject: (count, since) for subject, count, since in _TRIES.all(self._db, subjects)}

    def add(self, queued: Sequence[Queued]) -> None:
        """Keep signed statements."""
        if queued:
            keep_statements(self._db, queued)

    def _numbers(
        self,
        party: ColumnElement[Any],
        nonce: ColumnElement[Any],
        numbers: Collection[Number],
        *conditions: ColumnElement[bool],
    ) -> set[Number]:
        found: set[Number] = set()
        for one in {party for party, _ in numbers}:
            own = sorted(number for party, number in numbers if party == one and number < _COLUMN)
            for some in _chunks(own):
                # Numbers are given one after the other: what lies between them is asked for along with them.
                near = some[-1] - some[0] < 2 * _MOST
                among = nonce.between(some[0], some[-1]) if near else nonce.in_(some)
                query = select(nonce).where(party == one, among, *conditions)
                found |= {(one, number) for number in self._db.scalars(query)}
        return found & set(numbers)


def _names(wanted: Collection[int]) -> list[bytes]:
    return [item.to_bytes(32, "big") for item in wanted]


def _chunks(values: Sequence[_T]) -> Iterator[Sequence[_T]]:
    for start in range(0, len(values), _MOST):
        yield values[start : start + _MOST]

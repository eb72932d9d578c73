"""A brand's items, looked through by state: a page at a time, or all of them for a file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from ledger.domain.batches import Item
from ledger.domain.chain_view import ChainEvent
from ledger.domain.custody import BatchFlag, Flag
from ledger.domain.organisations import Caller, Role, Scope
from ledger.domain.stock import BATCH_FLAGS, StockState, Wanted, states_of
from ledger.services.ports import Ledger, Tx
from ledger.services.read_batch import own_batch
from ledger.services.views_of_chain import block_time, fold_batch_flags

_MOST_READS: Final = 40
"""Pages read to fill one: of those with a timed mark, some are over."""


@dataclass(frozen=True, slots=True)
class StockRow:
    """One item of a list; `on_sale_at` in seconds since 1970."""

    item: Item
    on_sale_at: int | None
    states: tuple[StockState, ...]

    @property
    def owned(self) -> bool:
        """Whether it has an owner."""
        return StockState.HELD in self.states


def stock_page(
    ledger: Ledger, caller: Caller, wanted: Wanted, after: str, limit: int
) -> tuple[list[StockRow], str | None]:
    """A page of the caller's items, and the cursor of the next one, None at the end. Raises Unknown for a batch."""
    caller.need(Scope.READ)
    caller.need_role(Role.BRAND)
    with ledger.store.read() as tx:
        if wanted.batch is not None:
            own_batch(tx, caller, wanted.batch)
        marked = _marked_batches(tx)
        found: list[StockRow] = []
        for _ in range(_MOST_READS):
            page = tx.stock.find(caller.organisation.id, wanted, _numbers(wanted, marked), after, limit + 1)
            rows = _rows(ledger, tx, [item for item, _cursor in page[:limit]], marked)
            for row, (_item, cursor) in zip(rows, page, strict=False):
                if wanted.state is None or wanted.state in row.states:
                    found.append(row)
                after = cursor
                if len(found) == limit:
                    last = page[-1][1] == cursor
                    return found, None if last else cursor
            if len(page) <= limit:
                return found, None
        return found, after


def all_stock(ledger: Ledger, caller: Caller, wanted: Wanted, chunk: int = 500) -> Iterator[StockRow]:
    """All of them, read piece by piece, in the same order."""
    after: str | None = ""
    while after is not None:
        rows, after = stock_page(ledger, caller, wanted, after, chunk)
        yield from rows


def _rows(ledger: Ledger, tx: Tx, items: list[Item], marked: dict[int, BatchFlag]) -> list[StockRow]:
    """The rows of a page's items: few questions for all, and one more for each that the chain has touched."""
    names = [item.item for item in items]
    on_sale, touched, now = tx.batches.on_sale(names), tx.stock.touched(names), block_time(ledger, tx)
    numbers = {id: batch.number for id in {item.batch_id for item in items} if (batch := tx.batches.get(id))}
    found = []
    for item in items:
        state = tx.chain.state(item.item) if item.item in touched else None
        flags = state.in_force(now) if state is not None else Flag(0)
        own = marked.get(numbers.get(item.batch_id) or 0, BatchFlag(0))
        since = on_sale.get(item.item)
        found.append(StockRow(item, since, states_of(flags, own, on_sale=since is not None)))
    return found


def _marked_batches(tx: Tx) -> dict[int, BatchFlag]:
    """The flags of every batch that was ever marked: they are few."""
    by_batch: dict[int, list[ChainEvent]] = {}
    for event in tx.chain.events_named(("BatchMarked",)):
        by_batch.setdefault(int(event.args["batch"]), []).append(event)
    return {batch: fold_batch_flags(events) for batch, events in by_batch.items()}


def _numbers(wanted: Wanted, marked: dict[int, BatchFlag]) -> list[int]:
    """The batches whose items are what is wanted because their batch is."""
    flag = BATCH_FLAGS.get(wanted.state) if wanted.state is not None else None
    return [] if flag is None else [number for number, flags in marked.items() if flags & flag]

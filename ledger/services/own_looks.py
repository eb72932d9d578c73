"""The looks at one item as its owner sees them, and their deletion. Whoever calls has made sure who is asking."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ledger.domain.errors import Conflict, Unknown
from ledger.domain.looks import DAY
from ledger.domain.said import said
from ledger.domain.standing_facts import CloneSignal
from ledger.domain.standing_reading import enough
from ledger.domain.watching import Counted
from ledger.services.compare_looks import signals_of
from ledger.services.ports import Ledger, Tx

SHOWN: Final = 400
"""Lines of days and countries that are shown."""


@dataclass(frozen=True, slots=True)
class ItemLooks:
    """How often, since when, by day and country (newest first), and what is unusual about them.

    `days` leaves out nothing but what is older than two years, and no more than `SHOWN` lines.
    """

    count: int
    first_at: int | None
    days: tuple[Counted, ...]
    signals: tuple[CloneSignal, ...]


def looks_of_item(ledger: Ledger, item: int) -> ItemLooks:
    """The looks at an item. Raises Unknown."""
    now = ledger.now()
    with ledger.store.read() as tx:
        count, first, _ = tx.scans.count_of(item)
        days = tx.scans.days_of(item, now // DAY - 730, SHOWN)
        return ItemLooks(count, first, tuple(days), _signals(tx, item, now))


def forget_looks(ledger: Ledger, item: int) -> int:
    """Delete every look at an item, for good; how many there were.

    Raises Unknown, and Conflict while the looks warn buyers of copies: who sells copies must not end the warning.
    """
    now = ledger.now()
    with ledger.store.write() as tx:
        if enough(_signals(tx, item, now)):
            raise Conflict(
                said(
                    "These looks warn buyers that the code may have been copied, so they stay for now. "
                    "They can be deleted once nothing unusual has been seen for 30 days."
                )
            )
        return tx.scans.forget(item, now // DAY)


def _signals(tx: Tx, item: int, now: int) -> tuple[CloneSignal, ...]:
    found = tx.batches.item(item)
    if found is None:
        raise Unknown(said("There is no such item."))
    state = tx.chain.state(item)
    return signals_of(tx, found, None if state is None else state.owner_since, now)

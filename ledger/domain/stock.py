"""A brand's items as its own people look for them: by state, and in an order."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ledger.domain.custody import BatchFlag, Flag


class StockState(StrEnum):
    """What an item is, for those who made it; the last ones stand beside the first three."""

    NOT_ON_SALE = "not_on_sale"
    UNCLAIMED = "unclaimed"
    HELD = "held"
    STOLEN = "stolen"
    LOST = "lost"
    DISPUTED = "disputed"
    RECALLED = "recalled"
    WITHDRAWN = "withdrawn"
    RETIRED = "retired"


class StockOrder(StrEnum):
    """In which order a list stands."""

    SERIAL = "serial"
    NEWEST = "newest"
    """The newest batch first, each in its own order."""


FLAGS: Final = {
    StockState.STOLEN: Flag.STOLEN | Flag.BRAND_THEFT | Flag.COUNCIL_THEFT,
    StockState.LOST: Flag.LOST,
    StockState.DISPUTED: Flag.BRAND_DISPUTE | Flag.COUNCIL_DISPUTE | Flag.REGISTERED_TWICE,
    StockState.RECALLED: Flag.RECALLED,
    StockState.WITHDRAWN: Flag.VOID,
    StockState.RETIRED: Flag.RETIRED,
}
"""The flags of an item that make it so."""
BATCH_FLAGS: Final = {StockState.RECALLED: BatchFlag.RECALLED, StockState.WITHDRAWN: BatchFlag.VOID}
"""The flags of a batch that make its items so."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list shows."""

    state: StockState | None = None
    batch: str | None = None
    starts: str = ""
    order: StockOrder = StockOrder.SERIAL


def states_of(flags: Flag, batch: BatchFlag, *, on_sale: bool) -> tuple[StockState, ...]:
    """All that an item is, by the flags in force now: what is wrong first, then where it stands in its life."""
    found = [state for state, wanted in FLAGS.items() if flags & wanted]
    found += [state for state, wanted in BATCH_FLAGS.items() if batch & wanted and state not in found]
    if Flag.CLAIMED in flags:
        return (*found, StockState.HELD)
    return (*found, StockState.UNCLAIMED if on_sale else StockState.NOT_ON_SALE)

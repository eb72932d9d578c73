"""The feed of stolen items: what was reported and what was taken back, in the order of the chain; and who is on it now.

1. Only what is final is told, so nothing that a reorganisation takes back is ever in it, and nothing comes late: a
   cursor is a place in the chain, and what stands before it never changes.
2. A report by a brand or the council ends by itself at its `until`, without an event: it is told with the report.
3. An item is named by GTIN and serial, which is what a platform compares; nobody who reported is named.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from ledger.domain.batches import Item
from ledger.domain.custody import Flag, ItemState
from ledger.domain.organisations import Caller, Role, Scope
from ledger.services.desk.stolen_port import Place
from ledger.services.ports import Ledger, Tx
from ledger.services.views_of_chain import final_height

READERS: Final = (Role.PLATFORM, Role.BRAND, Role.AUTHORITY)
BEGINNING: Final[Place] = (-1, -1)
END_OF_BLOCK: Final = 2**31 - 1
"""Beyond every place in a block's log."""
_WORDS: Final = {Flag.STOLEN: "owner", Flag.BRAND_THEFT: "brand", Flag.COUNCIL_THEFT: "council"}
_PAGE: Final = 1_000
_PAGES: Final = 5
"""Pages of events that one answer reads at most: it may hold less than was asked for, and still have a next one."""
_ITEMS: Final = 500


@dataclass(frozen=True, slots=True)
class Theft:
    """An item and who says that it was stolen (nobody: it is off the list); `until` is when that ends by itself.

    `at` is the block's time, None in a list of all.
    """

    item: Item
    by: tuple[str, ...]
    until: int | None
    at: int | None = None
    place: Place = BEGINNING

    @property
    def stolen(self) -> bool:
        """Whether somebody says so."""
        return bool(self.by)


@dataclass(frozen=True, slots=True)
class Changes:
    """A page of the feed; `cursor` is where to go on, `more` says whether there is more at once."""

    entries: tuple[Theft, ...]
    cursor: Place
    more: bool


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All that is on the list as of the final block; `cursor` is where its changes go on, `mark` changes with it."""

    thefts: Iterator[Theft]
    cursor: Place
    mark: str


def stolen_changes(ledger: Ledger, caller: Caller, since: Place, limit: int) -> Changes:
    """What changed beyond a place. Raises Forbidden."""
    _may(caller)
    found: list[Theft] = []
    with ledger.store.read() as tx:
        final, place = final_height(tx), since
        for _ in range(_PAGES):
            for theft, at in _page(tx, place, final):
                place = at
                if theft is not None:
                    found.append(theft)
                if len(found) == limit:
                    return Changes(tuple(found), place, more=True)
            if not tx.stolen.reports(place, final, 1):
                return Changes(tuple(found), place, more=False)
    return Changes(tuple(found), place, more=True)


def stolen_now(ledger: Ledger, caller: Caller) -> Snapshot:
    """All items that are reported stolen as of the final block, read as they are asked for. Raises Forbidden."""
    _may(caller)
    with ledger.store.read() as tx:
        final = final_height(tx)
        block = tx.chain.block(final) if final >= 0 else None
    mark = f"{final}-{block.hash.hex()[:16]}" if block else "none"
    return Snapshot(_all(ledger, final), (final, END_OF_BLOCK) if final >= 0 else BEGINNING, mark)


def _may(caller: Caller) -> None:
    caller.need(Scope.CHECK)
    caller.need_role(*READERS)


def _page(tx: Tx, after: Place, final: int) -> Iterator[tuple[Theft | None, Place]]:
    """The next events, each with the change that it made to the list, if any."""
    events = tx.stolen.reports(after, final, _PAGE)
    items = sorted({event.item for event in events if event.item is not None})
    histories, known = tx.stolen.histories(items, final), tx.batches.items_named(items)
    for event in events:
        place = event.block, event.log_index
        theft = None
        if event.item is not None and event.item in known:
            theft = _change(known[event.item], histories[event.item], place, event.time)
        yield theft, place


def _change(item: Item, states: list[tuple[Place, ItemState]], place: Place, time: int) -> Theft | None:
    before = [state for at, state in states if at < place]
    after = [state for at, state in states if at == place]
    if not after or _said(after[-1]) == (_said(before[-1]) if before else ((), None)):
        return None
    return Theft(item, *_said(after[-1]), time, place)


def _said(state: ItemState) -> tuple[tuple[str, ...], int | None]:
    """Who says that it was stolen, and until when. An owner's report ends with their word alone."""
    flags = [flag for flag in _WORDS if flag in state.flags]
    timed = Flag.STOLEN not in flags
    until = max((state.until[flag] for flag in flags if flag in state.until), default=None) if timed else None
    return tuple(_WORDS[flag] for flag in flags), until


def _all(ledger: Ledger, final: int) -> Iterator[Theft]:
    after = -1
    while True:
        with ledger.store.read() as tx:
            page = tx.stolen.stolen(after, final, _ITEMS)
            known = tx.batches.items_named([state.item for state in page])
        for state in page:
            (by, until), item = _said(state), known.get(state.item)
            if item is not None and (until is None or until > ledger.now()):
                yield Theft(item, by, until)
        if len(page) < _ITEMS:
            return
        after = page[-1].item

"""Changes of verdicts of watched items are noticed and told, each once.

1. *Called*: whenever the stamp of what verdicts rest on has moved, the watches of items are called that something was
   written about since: blocks above the last height that was final then (so once when they come, and once more when
   they are final), statements that wait, offers, orders of courts, compared clone signals. News of a party's keys
   calls all of them.
2. *Looked at*: watches that were called, each one when a lock, an offer or an order of a court on it ends or begins,
   and once an hour besides, because signals fade. A few hundred at a time are checked in one snapshot, with no
   transaction open that writes.
3. *Told*: a change is numbered and its message promised in one transaction. Cut short anywhere, it begins again: the
   number of a change is the name of its message, so there is never a second one.
4. A look that began before a call does not answer it (`Watch.calls`); two workers may do all of this at once.
"""

from __future__ import annotations

from typing import Any, Final

from ledger.domain.desk.watches import Seen, Watch, next_look, source, told, turns_at
from ledger.domain.gtins import Gtin
from ledger.domain.identity import digital_link
from ledger.domain.standing_facts import AsOf
from ledger.domain.webhooks import EventType, iso
from ledger.services.ports import Ledger, Tx
from ledger.services.queue_message import queue_message
from ledger.services.scan_item import scan_many
from ledger.services.scanned import Scan
from ledger.services.tell_webhooks import item_data
from ledger.services.views_of_chain import final_height

_CALLED: Final = "watches_called"
_PAGE: Final = 300
"""Watches in one look, and in one transaction."""
_PAUSE: Final = 1
"""Seconds between two calls."""
_SLACK: Final = 60
"""Seconds that a writer may have waited for its turn since it read the clock."""


class WatchKeeper:
    """Does what is due, a piece at a time."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._stamp: tuple[int, int] | None = None
        self._call_at = 0

    def turn(self) -> bool:
        """Whether anything was done that may have more behind it. Raises Unavailable."""
        shared, items, _ = self._ledger.store.stamp()
        now = self._ledger.now()
        if (shared, items) != self._stamp and now >= self._call_at:
            with self._ledger.store.read() as tx:
                watched = tx.watches.any()
            # Calling takes a writer's turn: not where nobody watches, and not for every single write of a busy hour.
            if watched:
                call_watches(self._ledger)
                self._call_at = now + _PAUSE
            self._stamp = shared, items
        return look_at_due(self._ledger)


def call_watches(ledger: Ledger) -> int:
    """Call the watches that may have something new to tell; how many."""
    now = ledger.now()
    with ledger.store.write() as tx:
        before: dict[str, Any] = tx.meta.get(_CALLED) or {"final": -1, "hash": "", "at": 0}
        final, known = final_height(tx), None
        if before["final"] >= 0:
            known = tx.chain.block(before["final"])
        # On another chain than before, everything is new.
        same = known is not None and known.hash.hex() == before["hash"]
        called = tx.watches.call(before["final"] if same else -1, before["at"] - _SLACK)
        block = tx.chain.block(final) if final >= 0 else None
        tx.meta.set(_CALLED, {"final": final, "hash": block.hash.hex() if block else "", "at": now})
    return called


def look_at_due(ledger: Ledger) -> bool:
    """Look at a page of watches that are due; whether there were any."""
    now = ledger.now()
    with ledger.store.read() as tx:
        due = tx.watches.due(now, _PAGE)
    if not due:
        return False
    scans = scan_many(ledger, [(one.gtin, one.serial) for one in due])
    with ledger.store.write() as tx:
        for watch, scan in zip(due, scans, strict=True):
            seen = _seen(scan)
            if told(watch, seen) and watch.until > now:
                _tell(ledger, tx, watch, seen, scan)
            tx.watches.looked(watch, next_look(seen, now), seen.item, seen.batch)
        tx.watches.forget_over(now, _PAGE)
    return len(due) == _PAGE


def _seen(scan: Scan) -> Seen:
    got, subject, turns = scan.standing, scan.subject, turns_at(scan.facts, scan.standing.at)
    if subject is None:
        return Seen(got.key, got.advice, None, None, turns)
    return Seen(got.key, got.advice, subject.item.item, subject.batch.number, turns)


def _tell(ledger: Ledger, tx: Tx, watch: Watch, seen: Seen, scan: Scan) -> None:
    if not tx.watches.change(watch, seen.key.value, seen.advice.value):
        return
    data = {
        "item": _item(ledger, watch, scan),
        "watch": watch.id,
        "ref": watch.ref,
        "before": watch.verdict,
        "after": seen.key.value,
        "advice": seen.advice.value,
        "as_of": _as_of(scan.standing.as_of),
    }
    queue_message(ledger, tx, watch.organisation, EventType.ITEM_VERDICT_CHANGED, data, source=source(watch))


def _item(ledger: Ledger, watch: Watch, scan: Scan) -> dict[str, Any]:
    if scan.subject is not None:
        return item_data(ledger, scan.subject.item)
    link = digital_link(ledger.public_url, Gtin(watch.gtin), watch.serial)
    return {"id": None, "gtin": watch.gtin, "serial": watch.serial, "link": link}


def _as_of(as_of: AsOf | None) -> dict[str, Any] | None:
    if as_of is None:
        return None
    return {"block": as_of.block, "time": iso(int(as_of.time.timestamp())), "final": as_of.final}

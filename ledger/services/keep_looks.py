"""What becomes of looks in the background: compared soon, counted hourly, coarsened after ninety days.

Every part may be done by two workers at once, or cut short anywhere: each is a transaction of its own, and doing
it again changes nothing.
"""

from __future__ import annotations

from typing import Final

from ledger.domain.clone_signals import WINDOW
from ledger.domain.looks import DAY
from ledger.domain.standing_reading import enough
from ledger.domain.tags import KEPT as TAPS_KEPT
from ledger.domain.watching import Alert
from ledger.services.compare_looks import signals_of
from ledger.services.ports import Ledger

KEPT: Final = 90 * DAY
"""How long a look is kept by the row."""
COMPARED: Final = "looks_compared"
_AT_ONCE: Final = 2_000
_PAUSE: Final = 10
_HOUR: Final = 3600
_AGED: Final = 6 * _HOUR
"""How long an alert stands before it is looked into again, so that it fades though nobody looks any more."""


class LookKeeper:
    """Does what is due, a piece at a time."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._compare_at = 0
        self._hourly_at = 0

    def turn(self) -> bool:
        """Whether anything was done that may have more behind it. Raises Unavailable."""
        now = self._ledger.now()
        # The next time is set first: what fails is tried again then, and not at once for ever.
        if now >= self._compare_at:
            self._compare_at = now + _PAUSE
            if compare_new(self._ledger):
                self._compare_at = now
                return True
        if now >= self._hourly_at:
            self._hourly_at = now + _HOUR
            if coarsen(self._ledger):
                self._hourly_at = now
                return True
            count_lines(self._ledger)
        return False


def compare_new(ledger: Ledger) -> int:
    """Compare the items that were looked at since the last time, and alerts that have stood for hours; how many."""
    now = ledger.now()
    with ledger.store.read() as tx:
        seen = tx.scans.looked_at(tx.meta.get(COMPARED, ""), _AT_ONCE)
        wanted = {item for _, item in seen} | set(tx.scans.stale_alerts(now - _AGED, 200))
    found, quiet = _alerts(ledger, wanted, now)
    if not wanted:
        return 0
    with ledger.store.write() as tx:
        for alert in found:
            tx.scans.keep_alert(alert)
        tx.scans.drop_alerts(quiet)
        if seen:
            tx.meta.set(COMPARED, seen[-1][0])
    return len(wanted)


def _alerts(ledger: Ledger, wanted: set[int], now: int) -> tuple[list[Alert], list[int]]:
    found, quiet = [], []
    with ledger.store.read() as tx:
        known = {one: item for one in wanted if (item := tx.batches.item(one)) is not None}
        many = tx.gathered([(item.gtin, item.serial) for item in known.values()], now)
        for one in sorted(wanted):
            item = known.get(one)
            batch = None if item is None else many.batches.get(item.batch_id)
            state = None if item is None else many.chain.state(one)
            signals = () if item is None else signals_of(many, item, state.owner_since if state else None, now)
            if item is None or batch is None or not signals:
                quiet.append(one)
                continue
            id = ledger.new_id("alt")
            found.append(Alert(id, one, batch.organisation, item.gtin, enough(signals), now, now))
    return found, quiet


def count_lines(ledger: Ledger) -> int:
    """Count anew what is usual for each line; destroy the salts of days that are over, and old taps; how many lines."""
    now = ledger.now()
    with ledger.store.write() as tx:
        tx.scans.drop_salts(now // DAY)
        tx.tags.sweep(now - TAPS_KEPT)
        return tx.scans.count_lines(now - WINDOW, now)


def coarsen(ledger: Ledger) -> int:
    """Turn looks older than ninety days into counts by country and day, a piece at a time; how many this time."""
    before = (ledger.now() - KEPT) // DAY * DAY
    with ledger.store.write() as tx:
        return tx.scans.coarsen(before, _AT_ONCE)

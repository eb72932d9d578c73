"""Suspicions that a code was copied are told to the brand, each once, for as long as they are on its list."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ledger.domain.watching import Alert
from ledger.domain.webhooks import EventType, iso
from ledger.services.ports import Ledger
from ledger.services.queue_message import queue_message
from ledger.services.tell_webhooks import item_data

_PAGE: Final = 200
_MOST: Final = 2_000
"""Suspicions of one brand that are looked through, the newest first."""


def tell_alerts(ledger: Ledger) -> int:
    """Make the messages of suspicions that nobody was told of; how many. Raises Unavailable."""
    with ledger.store.read() as tx:
        hearing = {one.organisation for one in tx.webhooks.endpoints() if one.wants(EventType.ALERT_CLONE_SUSPECTED)}
    count = 0
    for organisation in sorted(hearing):
        for some in _untold(ledger, organisation):
            with ledger.store.write() as tx:
                for alert in some:
                    item = tx.batches.item(alert.item)
                    if item is None:
                        continue
                    data = {"alert": alert.id, "item": item_data(ledger, item), "since": iso(alert.raised_at)}
                    type, source = EventType.ALERT_CLONE_SUSPECTED, _source(alert)
                    count += queue_message(ledger, tx, organisation, type, data, source=source) is not None
    return count


def _untold(ledger: Ledger, organisation: str) -> Iterator[list[Alert]]:
    before: str | None = None
    for _ in range(_MOST // _PAGE):
        with ledger.store.read() as tx:
            found = tx.scans.alerts(organisation, before, _PAGE, suspected=True)
            told = tx.webhooks.told_of([_source(one) for one in found])
        fresh = [one for one in found if _source(one) not in told]
        if fresh:
            yield fresh
        if len(found) < _PAGE:
            return
        before = found[-1].id


def _source(alert: Alert) -> str:
    return f"alert:{alert.id}"

"""Show that an item was registered twice: it was opened from a later batch than the one that first lists it.

Nobody signs; the proof speaks. The statement carries the earlier batch's opening (see send_statements).
"""

from __future__ import annotations

from ledger.domain.errors import Conflict
from ledger.domain.outbox import Queued
from ledger.domain.said import said
from ledger.domain.statements import Kind, make
from ledger.services.open_item import leaf_of, registration_event
from ledger.services.ports import Ledger
from ledger.services.submit_statement import queue
from ledger.services.views_of_chain import find_listed


def contest(ledger: Ledger, gtin: str, serial: str) -> Queued:
    """Queue the contest of an item. Raises Conflict where the record shows no double registration."""
    with ledger.store.write() as tx:
        subject = find_listed(tx, gtin, serial)
        if subject.state is None or subject.batch.number is None or subject.state.batch <= subject.batch.number:
            raise Conflict(
                said("This item was opened from the first batch that lists it, so there is nothing to contest.")
            )
        if registration_event(tx, subject.batch.number) is None:
            raise Conflict(
                said("The earlier batch is not in the ledger yet. Try again when its registration is accepted.")
            )
        values = {"item": subject.item.item, "batch": subject.batch.number, "leaf": leaf_of(ledger, subject)}
        return queue(ledger, tx, make(Kind.CONTEST, values), [])

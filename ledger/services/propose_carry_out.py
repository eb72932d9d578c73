"""Carry approved proposals out once nobody can take them back any more: one statement an item or batch.

Each statement and the note that it was made are one transaction: whoever dies in between leaves neither, and the next
turn goes on with the rest. What cannot be signed is noted with the reason, and does not stop the others.
"""

from __future__ import annotations

from typing import Final

import structlog

from ledger.domain.errors import LedgerError, Unavailable
from ledger.domain.organisations import Caller, Scope
from ledger.domain.outbox import Queued
from ledger.domain.two_people import BATCH_MARK, ITEM_MARK, UNDO, Act, Proposal, Subject, reference_words
from ledger.services.amend_item import current_fields, queue_amendment
from ledger.services.ports import Ledger, Tx
from ledger.services.retire_item import queue_retirement
from ledger.services.safe_mode import is_safe
from ledger.services.set_mark import queue_mark
from ledger.services.views_of_chain import Listed, listed

log = structlog.get_logger("proposals")

_AT_ONCE: Final = 25
"""Statements of one turn, so that other work is not held up."""


def carry_out_next(ledger: Ledger) -> bool:
    """Sign and queue the next statements that are due; False where nothing is. Raises Unavailable."""
    with ledger.store.read() as tx:
        due = None if is_safe(tx) else tx.proposals.due(ledger.now() - UNDO)
        waiting = [] if due is None else tx.proposals.open_subjects(due.id, _AT_ONCE)
    if due is None:
        return False
    for subject in waiting:
        try:
            _sign(ledger, due, subject)
        except Unavailable:
            raise
        except LedgerError as refused:
            log.warning("proposal.refused", proposal=due.id, position=subject.position, code=refused.code)
            with ledger.store.write() as tx:
                tx.proposals.change_subject(due.id, subject.position, problem=str(refused.detail)[:1000])
    if len(waiting) < _AT_ONCE:
        with ledger.store.write() as tx:
            tx.proposals.change(due.id, signed_at=ledger.now())
        log.info("proposal.signed", proposal=due.id)
    return True


def _sign(ledger: Ledger, due: Proposal, subject: Subject) -> None:
    with ledger.store.write() as tx:
        again = tx.proposals.get(due.id)
        open_ones = {one.position for one in tx.proposals.open_subjects(due.id, _AT_ONCE)}
        if again is None or again.taken_back_at is not None or subject.position not in open_ones:
            return
        organisation = tx.organisations.get(due.organisation)
        assert organisation is not None  # a foreign key
        tx.organisations.lock(organisation.id)
        queued = _queued(ledger, tx, Caller(organisation, frozenset({Scope.SIGN})), due, subject)
        tx.proposals.change_subject(due.id, subject.position, statement=queued.id)


def _queued(ledger: Ledger, tx: Tx, caller: Caller, due: Proposal, subject: Subject) -> Queued:
    words = reference_words(due.words)
    if subject.batch is not None:
        return queue_mark(ledger, tx, caller, BATCH_MARK[due.act], {"batch": subject.batch}, words)
    found: Listed = listed(tx, subject.item or 0)
    gtin, serial = found.item.gtin, found.item.serial
    if due.act is Act.RETIRE:
        return queue_retirement(ledger, tx, caller, gtin, serial, words)
    if due.act is Act.AMEND:
        fields = {**current_fields(tx, found.item), **due.fields}
        return queue_amendment(ledger, tx, caller, gtin, serial, fields)
    return queue_mark(ledger, tx, caller, ITEM_MARK[due.act], {"gtin": gtin, "serial": serial}, words)

"""What a brand or the council says of an item or a whole batch: theft, dispute, recall, withdrawal, and their ends."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ledger.domain.errors import Conflict, Invalid
from ledger.domain.organisations import Caller, Role, Scope
from ledger.domain.outbox import Queued
from ledger.domain.said import said
from ledger.domain.statements import BATCH_MARKS, Kind, MarkKind
from ledger.domain.two_people import act_of
from ledger.services.draft_statement import Draft, draft_in
from ledger.services.keep_reference import keep_reference
from ledger.services.kept_keys import queue_signed
from ledger.services.ports import Ledger, Tx
from ledger.services.propose_act import need_no_second
from ledger.services.read_batch import own_batch

Words = Mapping[str, str | None]


def mark_item(ledger: Ledger, caller: Caller, kind: MarkKind, gtin: str, serial: str, words: Words) -> Queued:
    """Sign with the kept key and queue. Raises Forbidden where the item is another brand's."""
    return _mark(ledger, caller, kind, {"gtin": gtin, "serial": serial}, words)


def mark_batch(ledger: Ledger, caller: Caller, kind: MarkKind, batch_id: str, words: Words) -> Queued:
    """The same for a batch as a whole. Raises Conflict while it is not registered."""
    return _mark(ledger, caller, kind, {"batch": batch_id}, words)


def draft_mark(ledger: Ledger, caller: Caller, kind: MarkKind, subject: Mapping[str, Any], words: Words) -> Draft:
    """Keep the words and draft the mark, for an organisation that signs with its own key.

    `subject` is {"gtin", "serial"} or {"batch"}, the batch's id here.
    """
    caller.need(Scope.SIGN)
    with ledger.store.write() as tx:
        return _draft(ledger, tx, caller, kind, subject, words)


def queue_mark(
    ledger: Ledger, tx: Tx, caller: Caller, kind: MarkKind, subject: Mapping[str, Any], words: Words
) -> Queued:
    """The same in a transaction that keeps more: for what two people have decided. `subject` as for `draft_mark`."""
    caller.need(Scope.SIGN)
    caller.need_role(Role.BRAND, Role.COUNCIL)
    return queue_signed(ledger, tx, caller, _draft(ledger, tx, caller, kind, subject, words))


def _mark(ledger: Ledger, caller: Caller, kind: MarkKind, subject: Mapping[str, Any], words: Words) -> Queued:
    caller.need(Scope.SIGN)
    caller.need_role(Role.BRAND, Role.COUNCIL)
    with ledger.store.write() as tx:
        if act_of(kind) is not None:
            need_no_second(tx, caller)
        tx.organisations.lock(caller.organisation.id)
        return queue_signed(ledger, tx, caller, _draft(ledger, tx, caller, kind, subject, words))


def _draft(ledger: Ledger, tx: Tx, caller: Caller, kind: MarkKind, subject: Mapping[str, Any], words: Words) -> Draft:
    given: dict[str, Any] = {"kind": int(kind)}
    if (kind in BATCH_MARKS) is not ("batch" in subject):
        raise Invalid(
            said(
                "The mark “%(lower)s” is for %(value)s.",
                lower=kind.name.lower(),
                value=said("a batch") if kind in BATCH_MARKS else said("an item"),
            )
        )
    if "batch" in subject:
        batch = own_batch(tx, caller, subject["batch"])
        if batch.number is None:
            raise Conflict(said("This batch is not registered yet, so there is nothing to mark."))
        given["subject"] = batch.number
    else:
        given |= {"gtin": subject["gtin"], "serial": subject["serial"]}
    given["ref"] = keep_reference(ledger, tx, words, caller.organisation.id)
    return draft_in(ledger, tx, Kind.MARK, given, caller)

"""Take an item out of circulation, for ever: the brand says so, and the owner with it if there is one."""

from __future__ import annotations

from collections.abc import Mapping

from ledger.domain.organisations import Caller, Role, Scope
from ledger.domain.outbox import Queued
from ledger.domain.statements import Kind
from ledger.services.draft_statement import Draft, draft_in
from ledger.services.keep_reference import keep_reference
from ledger.services.kept_keys import queue_signed
from ledger.services.ports import Ledger, Tx


def retire(ledger: Ledger, caller: Caller, gtin: str, serial: str, words: Mapping[str, str | None]) -> Queued:
    """Sign with the kept key and queue. Raises Forbidden where the item has an owner, who has to sign too."""
    with ledger.store.write() as tx:
        return queue_signed(ledger, tx, caller, _draft(ledger, tx, caller, gtin, serial, words))


def draft_retirement(ledger: Ledger, caller: Caller, gtin: str, serial: str, words: Mapping[str, str | None]) -> Draft:
    """Keep the words and draft the retirement, to be signed by the brand and, if there is one, by the owner."""
    with ledger.store.write() as tx:
        return _draft(ledger, tx, caller, gtin, serial, words)


def _draft(ledger: Ledger, tx: Tx, caller: Caller, gtin: str, serial: str, words: Mapping[str, str | None]) -> Draft:
    caller.need(Scope.SIGN)
    caller.need_role(Role.BRAND)
    tx.organisations.lock(caller.organisation.id)
    reference = keep_reference(ledger, tx, words, caller.organisation.id)
    return draft_in(ledger, tx, Kind.RETIRE, {"gtin": gtin, "serial": serial, "ref": reference}, caller)

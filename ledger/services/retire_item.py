"""Take an item out of circulation, for ever: the brand says so, and the owner with it if there is one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ledger.domain.errors import Invalid
from ledger.domain.organisations import Caller, Role, Scope
from ledger.domain.outbox import Queued
from ledger.domain.said import said
from ledger.domain.signers import Who
from ledger.domain.statements import Kind, make
from ledger.services.draft_statement import Draft, describe, draft_in
from ledger.services.keep_reference import keep_reference
from ledger.services.kept_keys import queue_signed
from ledger.services.ports import Ledger, Tx
from ledger.services.propose_act import need_no_second
from ledger.services.views_of_chain import find_listed


def retire(ledger: Ledger, caller: Caller, gtin: str, serial: str, words: Mapping[str, str | None]) -> Queued:
    """Sign with the kept key and queue. Raises Forbidden where the item has an owner, who has to sign too."""
    with ledger.store.write() as tx:
        need_no_second(tx, caller)
        return queue_retirement(ledger, tx, caller, gtin, serial, words)


def queue_retirement(
    ledger: Ledger, tx: Tx, caller: Caller, gtin: str, serial: str, words: Mapping[str, str | None]
) -> Queued:
    """The same in a transaction that keeps more: for what two people have decided."""
    return queue_signed(ledger, tx, caller, _draft(ledger, tx, caller, gtin, serial, words))


def retire_with_owner(
    ledger: Ledger, caller: Caller, gtin: str, serial: str, values: Mapping[str, Any], owner_signature: bytes
) -> Queued:
    """Put the kept key's signature beside the owner's, under a retirement that was drafted before, and queue it.

    Raises BadSignature where the owner has not signed these values, Invalid where they are another item's,
    Forbidden for another brand's item.
    """
    caller.need(Scope.SIGN)
    caller.need_role(Role.BRAND)
    with ledger.store.write() as tx:
        tx.organisations.lock(caller.organisation.id)
        draft = describe(ledger, tx, make(Kind.RETIRE, values))
        if draft.statement.item != find_listed(tx, gtin, serial).item.item:
            raise Invalid(
                said("The owner signed the retirement of another item. Draft this one’s, and have it signed.")
            )
        return queue_signed(ledger, tx, caller, draft, {Who.OWNER: owner_signature})


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

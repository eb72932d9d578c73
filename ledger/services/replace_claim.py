"""A new claim code for an item whose card was lost; where the item has an owner, the opening of a recovery."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ledger.domain.claim_codes import claim_private_key, make_code
from ledger.domain.errors import Conflict
from ledger.domain.organisations import Caller, Role, Scope
from ledger.domain.outbox import Queued
from ledger.domain.said import said
from ledger.domain.statements import Kind
from ledger.services.claim_item import ClaimDraft
from ledger.services.draft_statement import Draft, draft_in
from ledger.services.keep_reference import keep_reference
from ledger.services.kept_keys import queue_signed
from ledger.services.ports import Ledger, Tx
from ledger.services.read_batch import activation_half, batch_secret
from ledger.services.views_of_chain import block_time, find_listed


@dataclass(frozen=True, slots=True)
class Replaced:
    """The statement, the item's new claim address, and the code, which is shown this once and kept nowhere."""

    queued: Queued
    claim_address: str
    recovery: bool
    code: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class NewCode:
    """The same before anybody has signed."""

    draft: Draft
    claim_address: str
    recovery: bool
    code: str = field(repr=False)


def replace_claim(ledger: Ledger, caller: Caller, gtin: str, serial: str, words: Mapping[str, str | None]) -> Replaced:
    """Make a new code, sign its address with the kept key, and queue it.

    Of an item without an owner the old card is void once the statement is in; of one that has an owner a
    recovery opens, which its owner may end within 14 days.
    """
    with ledger.store.write() as tx:
        made = _draft(ledger, tx, caller, gtin, serial, words)
        queued = queue_signed(ledger, tx, caller, made.draft)
        return Replaced(queued, made.claim_address, made.recovery, made.code)


def draft_replacement(
    ledger: Ledger, caller: Caller, gtin: str, serial: str, words: Mapping[str, str | None]
) -> NewCode:
    """The same for a brand that signs with its own key: the code works once the signed statement is accepted."""
    with ledger.store.write() as tx:
        return _draft(ledger, tx, caller, gtin, serial, words)


def _draft(ledger: Ledger, tx: Tx, caller: Caller, gtin: str, serial: str, words: Mapping[str, str | None]) -> NewCode:
    caller.need(Scope.CARDS)
    caller.need(Scope.SIGN)
    caller.need_role(Role.BRAND, Role.COUNCIL)
    tx.organisations.lock(caller.organisation.id)
    subject = find_listed(tx, gtin, serial)
    item, code = subject.item.item, make_code(ledger.random)
    half = activation_half(batch_secret(ledger, subject.batch), item)
    address = ledger.signing.address_of(claim_private_key(code, half, item))
    given = {
        "item": item,
        "claimAddress": address,
        "ref": keep_reference(ledger, tx, words, caller.organisation.id),
    }
    return NewCode(draft_in(ledger, tx, Kind.REPLACE_CLAIM, given, caller), address, subject.claimed, code)


def draft_recovery(ledger: Ledger, gtin: str, serial: str, new_owner: str) -> ClaimDraft:
    """The completion of a recovery to sign, with the new code's key and the new owner's.

    Raises Conflict where none is open, or its time has not come.
    """
    with ledger.store.read() as tx:
        subject = find_listed(tx, gtin, serial)
        due = None if subject.state is None else subject.state.recovery_due
        if due is None:
            raise Conflict(said("No recovery is open for this item."))
        if due > block_time(ledger, tx):
            raise Conflict(said("The present owner still has time to answer; the recovery cannot be completed yet."))
        given = {"item": subject.item.item, "newOwner": new_owner}
        draft = draft_in(ledger, tx, Kind.COMPLETE_RECOVERY, given)
        half = activation_half(batch_secret(ledger, subject.batch), subject.item.item)
        return ClaimDraft(draft, subject.item.item, half)

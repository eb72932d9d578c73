"""Whether a member's passkey speaks for their organisation yet, and having it speak."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ledger.domain.errors import Conflict, Unknown
from ledger.domain.organisations import Caller, Organisation, Scope
from ledger.domain.outbox import Queued, State
from ledger.domain.people import Membership, Person, scopes_of
from ledger.domain.said import said
from ledger.domain.statements import Kind
from ledger.services.kept_keys import sign_and_submit
from ledger.services.ports import Ledger, Tx
from ledger.services.progress_of import progress_of
from ledger.services.staff_keys import StaffKey, staff_key
from ledger.services.views_of_chain import block_time, directory

_LOOKED_THROUGH = 200


class KeyState(StrEnum):
    """How far a member's key is."""

    NO_PASSKEY = "no_passkey"
    MISSING = "missing"
    UNDER_WAY = "under_way"
    IN_FORCE = "in_force"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class MemberKey:
    """A member with their key's address, None without a passkey, and how far it is."""

    member: Membership
    address: str | None
    state: KeyState


def key_state(ledger: Ledger, tx: Tx, organisation: Organisation, person: Person) -> tuple[KeyState, StaffKey | None]:
    """How far a member's key is, and the key."""
    try:
        key = staff_key(ledger, tx, organisation.id, person)
    except Conflict:
        return KeyState.NO_PASSKEY, None
    parties = directory(tx)
    party = organisation.party or 0
    if parties.key_in_force(party, key.address, block_time(ledger, tx)):
        return KeyState.IN_FORCE, key
    if parties.key(party, key.address) is not None:
        return KeyState.ENDED, key
    told = [one for one in tx.outbox.page(organisation.id, None, _LOOKED_THROUGH) if _adds(one, key.address)]
    states = progress_of(ledger, tx, told)
    under_way = any(states[one.id].state is not State.REFUSED for one in told)
    return (KeyState.UNDER_WAY if under_way else KeyState.MISSING), key


def _adds(one: Queued, address: str) -> bool:
    return one.statement.kind is Kind.ADD_KEY and one.statement.values["key"] == address


def need_key(ledger: Ledger, tx: Tx, organisation: Organisation, person: Person) -> StaffKey:
    """The member's key. Raises Conflict that says what to do where it does not speak for the organisation."""
    state, key = key_state(ledger, tx, organisation, person)
    if key is None:
        raise Conflict(said("You have no passkey yet. Make one under “My account”, then come back."))
    if state is KeyState.UNDER_WAY:
        raise Conflict(said("Your key was added a moment ago and is not confirmed yet. Try again in a minute."))
    if state is KeyState.ENDED:
        raise Conflict(said("Your key for this organisation was ended. Make a new passkey, and have it added."))
    if state is not KeyState.IN_FORCE:
        raise Conflict(
            said(
                "Your key does not speak for %(name)s yet. Ask an admin to add it, under “People who sign”.",
                name=organisation.name,
            )
        )
    return key


def member_keys(ledger: Ledger, caller: Caller) -> list[MemberKey]:
    """Every member who may sign, with their key; without the right to manage keys, only the caller's own."""
    caller.need(Scope.SIGN)
    found = []
    with ledger.store.read() as tx:
        for one in tx.people.members(caller.organisation.id):
            person = tx.people.get(one.person)
            if person is None or Scope.SIGN not in scopes_of(one.roles):
                continue
            if Scope.KEYS in caller.scopes or one.person == caller.person:
                state, key = key_state(ledger, tx, caller.organisation, person)
                found.append(MemberKey(one, key.address if key else None, state))
    return found


def add_member_key(ledger: Ledger, caller: Caller, person: str) -> Queued:
    """Have a member's key speak for the organisation, signed with its kept key.

    Raises Forbidden without “keys” or where the organisation keeps its key itself, Unknown, Conflict.
    """
    caller.need(Scope.KEYS)
    with ledger.store.read() as tx:
        part = tx.people.membership(person, caller.organisation.id)
        member = tx.people.get(person) if part else None
        if part is None or member is None or Scope.SIGN not in scopes_of(part.roles):
            raise Unknown(said("There is no such member who may sign."))
        state, key = key_state(ledger, tx, caller.organisation, member)
    if key is None:
        raise Conflict(said("This member has no passkey yet. They make one under “My account”."))
    if state is not KeyState.MISSING:
        raise Conflict(said("This key was added already, or was ended. Load the page again."))
    return sign_and_submit(ledger, caller, Kind.ADD_KEY, {"key": key.address})

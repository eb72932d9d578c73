"""Leaving an organisation: by oneself, or removed by whoever manages it. The key goes with the member."""

from __future__ import annotations

from ledger.domain.errors import Conflict, Forbidden
from ledger.domain.organisations import Caller, Scope
from ledger.domain.said import said
from ledger.services.members import change_roles
from ledger.services.organisation_keys import retire_of_member
from ledger.services.ports import Ledger
from ledger.services.shop_stock import held_by


def remove_member(ledger: Ledger, caller: Caller, person: str) -> None:
    """End a colleague's membership, and their signing key. Raises Unknown, Conflict.

    The key is ended first: whoever dies in between leaves a member without a key, never a key without a member.
    """
    caller.need(Scope.KEYS)
    _leave(ledger, caller, person)


def leave(ledger: Ledger, caller: Caller) -> None:
    """End one's own membership. Raises Forbidden for a key of a program, Conflict for the last admin."""
    if caller.person is None:
        raise Forbidden(said("A key of a program is no member. Sign in as yourself to leave."))
    _leave(ledger, Caller(caller.organisation, frozenset(Scope), caller.person), caller.person)


def _leave(ledger: Ledger, caller: Caller, person: str) -> None:
    count = len(held_by(ledger, caller.organisation, person))
    if count:
        raise Conflict(
            said(
                "They hold %(count)s items for the shop. Hand those over to a colleague first.",
                count=count,
            )
        )
    with ledger.store.read() as tx:
        known = tx.people.membership(person, caller.organisation.id)
        others = [one for one in tx.people.members(caller.organisation.id) if one.person != person]
    if known is not None and "admin" in known.roles and not any("admin" in one.roles for one in others):
        raise Conflict(said("Somebody has to manage the organisation. Make another colleague admin first."))
    retire_of_member(ledger, caller, person)
    change_roles(ledger, caller, person, ())

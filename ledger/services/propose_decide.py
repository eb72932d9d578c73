"""Decide about a proposal: another member approves it with their passkey, or somebody takes it back in time."""

from __future__ import annotations

from ledger.domain.errors import Forbidden, Unknown
from ledger.domain.organisations import Caller
from ledger.domain.people import scopes_of
from ledger.domain.said import said
from ledger.domain.two_people import Proposal, check_approval, check_take_back
from ledger.services.errands import Visit
from ledger.services.ports import Ledger, Tx
from ledger.services.propose_act import need_decider, own_proposal


def approve_proposal(ledger: Ledger, tx: Tx, visit: Visit, id: str) -> str:
    """A member's yes, given with their passkey; where they go then. Raises Conflict, Forbidden, Unknown.

    With the last one that it needs, the 15 minutes begin.
    """
    person, found = visit.known.id, tx.proposals.get(id)
    if found is None:
        raise Unknown(said("There is no such proposal of your organisation."))
    _may(tx, person, found)
    now = ledger.now()
    check_approval(found, person, now)
    tx.proposals.approve(id, person, now)
    if len(found.approvals) + 1 >= found.needs:
        tx.proposals.change(id, approved_at=now)
    return f"/console/approvals/{id}"


def take_back(ledger: Ledger, caller: Caller, id: str) -> Proposal:
    """Take a proposal back before it is signed. Raises Conflict once the 15 minutes are over."""
    now = ledger.now()
    with ledger.store.write() as tx:
        need_decider(tx, caller)
        found = own_proposal(tx, caller, id)
        check_take_back(found, now)
        tx.proposals.change(id, taken_back_at=now, taken_back_by=caller.person)
        return found


def _may(tx: Tx, person: str, found: Proposal) -> None:
    part = tx.people.membership(person, found.organisation)
    organisation = tx.organisations.get(found.organisation)
    if part is None or organisation is None:
        raise Forbidden(said("Only members of the organisation approve this."))
    need_decider(tx, Caller(organisation, scopes_of(part.roles), person, frozenset(part.roles)))

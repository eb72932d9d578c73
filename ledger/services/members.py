"""Members of organisations: who may do what for whom, invitations, and leaving."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Final

from ledger.domain.errors import Conflict, Forbidden, Invalid, Unknown
from ledger.domain.organisations import Caller, Organisation, Scope
from ledger.domain.people import Invitation, Membership, Person, StaffRole, scopes_of
from ledger.domain.said import said
from ledger.services.email_links import check_email
from ledger.services.errands import Visit, b64
from ledger.services.ports import Ledger, Tx
from ledger.services.send_mail import queue_mail

INVITATION_LASTS: Final = 7 * 86_400
"""Seconds that an invitation is open."""


def caller_for(ledger: Ledger, person: Person, organisation: str | None = None) -> Caller:
    """A member acting for an organisation: the one they chose, else their first. Raises Forbidden."""
    with ledger.store.read() as tx:
        parts = tx.people.memberships(person.id)
        part = next((one for one in parts if one.organisation == organisation), parts[0] if parts else None)
        found = tx.organisations.get(part.organisation) if part else None
    if part is None or found is None:
        raise Forbidden(
            said("You belong to no organisation here. Ask a colleague who manages yours for an invitation.")
        )
    return Caller(found, scopes_of(part.roles), person.id, frozenset(part.roles))


def members_of(ledger: Ledger, caller: Caller) -> tuple[list[tuple[Membership, Person | None]], list[Invitation]]:
    """The caller's colleagues, and the invitations that are open."""
    caller.need(Scope.KEYS)
    with ledger.store.read() as tx:
        parts = tx.people.members(caller.organisation.id)
        open_ones = tx.people.invitations(caller.organisation.id, ledger.now())
        return [(one, tx.people.get(one.person)) for one in parts], open_ones


def invite(ledger: Ledger, caller: Caller, email: str, name: str, roles: Iterable[StaffRole]) -> tuple[Invitation, str]:
    """Invite somebody; the link goes to their address and is returned too, for whoever hands it over themselves.

    Without an address, the link is all there is. Raises Invalid for a wrong address or name, or no role.
    """
    caller.need(Scope.KEYS)
    address, wanted = check_email(email) if email.strip() else "", frozenset(roles)
    if not wanted:
        raise Invalid(said("Choose at least one role, so that they can do something."))
    secret, now = b64(ledger.random(24)), ledger.now()
    new = Invitation(
        id=ledger.new_id("inv"),
        organisation=caller.organisation.id,
        email=address,
        name=check_name(name),
        roles=wanted,
        created_at=now,
        expires_at=now + INVITATION_LASTS,
        by=caller.person,
    )
    link = f"{ledger.public_url}/invitation/{secret}"
    with ledger.store.write() as tx:
        tx.people.add_invitation(new, invitation_hash(secret))
        subject = f"{caller.organisation.name} invites you"
        text = f"{caller.organisation.name} invites you to work with them. The link is open for a week:\n\n{link}\n"
        if address:
            queue_mail(ledger, tx, address, subject, text)
    return new, link


def invitation_behind(ledger: Ledger, secret: str) -> tuple[Invitation, Organisation]:
    """An open invitation. Raises Unknown."""
    with ledger.store.read() as tx:
        return _behind(ledger, tx, secret)


def accept_invitation(ledger: Ledger, visit: Visit, secret: str) -> Organisation:
    """Become a member. Raises Unknown once it was used, Forbidden for nobody signed in."""
    person = visit.known
    with ledger.store.write() as tx:
        found, organisation = _behind(ledger, tx, secret)
        if not tx.people.remove_invitation(found.id):
            raise _used()
        known = tx.people.membership(person.id, organisation.id)
        roles = found.roles | (known.roles if known else frozenset())
        tx.people.set_membership(Membership(person.id, organisation.id, roles, ledger.now(), found.name))
        return organisation


def change_roles(ledger: Ledger, caller: Caller, person: str, roles: Iterable[StaffRole]) -> None:
    """Give a colleague other roles, or none: then they are no member any more.

    Raises Unknown, or Conflict where nobody would be left who may manage the organisation.
    """
    caller.need(Scope.KEYS)
    wanted = frozenset(roles)
    with ledger.store.write() as tx:
        known = tx.people.membership(person, caller.organisation.id)
        if known is None:
            raise Unknown(said("There is no such member of your organisation."))
        others = [one for one in tx.people.members(caller.organisation.id) if one.person != person]
        managed = any(StaffRole.ADMIN in one.roles for one in others)
        if StaffRole.ADMIN in known.roles and StaffRole.ADMIN not in wanted and not managed:
            raise Conflict(said("Somebody has to manage the organisation. Make another colleague admin first."))
        if StaffRole.ADMIN not in wanted:
            # A link that they kept would let them in again.
            for one in tx.people.invitations(known.organisation, ledger.now()):
                if one.by == person:
                    tx.people.remove_invitation(one.id)
        if wanted:
            tx.people.set_membership(Membership(person, known.organisation, wanted, known.created_at, known.name))
        else:
            tx.people.remove_membership(person, known.organisation)


def withdraw_invitation(ledger: Ledger, caller: Caller, id: str) -> None:
    """Take an open invitation back. Raises Unknown."""
    caller.need(Scope.KEYS)
    with ledger.store.write() as tx:
        mine = {one.id for one in tx.people.invitations(caller.organisation.id, ledger.now())}
        if id not in mine or not tx.people.remove_invitation(id):
            raise Unknown(said("There is no such open invitation."))


def check_name(name: str) -> str:
    """A person's name as they wish it. Raises Invalid."""
    tidy = name.strip()
    if not 1 <= len(tidy) <= 120 or not tidy.isprintable():
        raise Invalid(said("Give a name of 1 to 120 characters."))
    return tidy


def invitation_hash(secret: str) -> bytes:
    """The name under which an invitation is kept."""
    return hashlib.sha256(b"touchmark/invitation/1:" + secret.encode()).digest()


def _behind(ledger: Ledger, tx: Tx, secret: str) -> tuple[Invitation, Organisation]:
    found = tx.people.invitation(invitation_hash(secret), ledger.now())
    organisation = tx.organisations.get(found.organisation) if found else None
    if found is None or organisation is None:
        raise _used()
    return found, organisation


def _used() -> Unknown:
    return Unknown(said("This invitation was used already, taken back, or is older than a week. Ask for a new one."))

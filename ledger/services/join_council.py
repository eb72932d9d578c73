"""The operator's part of joining: look at what was sent, approve it or send it back; the last yes lets it in.

Approvals are the council's members', each with their own passkey, or the operator's at the command line, which
counts as one. Nobody approves what they applied for, and no option skips the second admin.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from ledger.domain.errors import Conflict, Forbidden, Invalid, Unknown
from ledger.domain.gtins import Gtin
from ledger.domain.joining import OPERATOR, Application, Missing, Proof, Stage
from ledger.domain.lines import Line
from ledger.domain.organisations import Caller, Organisation, Role
from ledger.domain.people import Membership, StaffRole
from ledger.domain.said import said
from ledger.services.desk.rights_joining import keep_marks
from ledger.services.errands import Visit
from ledger.services.join_application import alike, need_unchanged
from ledger.services.organisations import Prepared, keep_organisation, prepare_organisation
from ledger.services.ports import Ledger, Tx
from ledger.services.send_mail import queue_mail

COUNCIL: Final = "council"
_BEFORE_US: Final = (Missing.PREFIXES, Missing.SECOND, Missing.SENDING, Missing.DOMAIN, Missing.SECOND_APPROVAL)


def need_council(caller: Caller) -> None:
    """Raises Forbidden for everybody but the council's admins and operations."""
    if caller.organisation.role is not Role.COUNCIL or not caller.roles & {StaffRole.ADMIN, StaffRole.OPERATIONS}:
        raise Forbidden(said("This page is for the operator of this ledger only."))


def waiting_applications(ledger: Ledger) -> list[Application]:
    """What was sent and is not live yet, oldest first."""
    with ledger.store.read() as tx:
        return tx.joining.open_ones()


def application_for_council(ledger: Ledger, id: str) -> Application:
    """An application, for whoever has shown that they are the operator. Raises Unknown."""
    with ledger.store.read() as tx:
        return _sent(tx, id)


def approve_as_member(ledger: Ledger, tx: Tx, visit: Visit, id: str) -> str:
    """A council member's yes, given with their passkey; `let_in` follows. Raises Forbidden, Conflict."""
    council = tx.organisations.get(COUNCIL)
    part = tx.people.membership(visit.known.id, council.id) if council else None
    if part is None or not part.roles & {StaffRole.ADMIN, StaffRole.OPERATIONS}:
        raise Forbidden(said("Only members of the council approve applications."))
    need_unchanged(_sent(tx, id), visit)
    _approve(ledger, tx, id, visit.known.id)
    return f"/operator/applications/{id}"


def approve_as_operator(ledger: Ledger, id: str, *, domain_is_proven: bool = False) -> Application:
    """The yes of whoever runs this ledger, at the command line; the last one lets it in.

    `domain_is_proven` takes the domain as shown, on a chain that lives on one machine only. Raises Conflict.
    """
    with ledger.store.write() as tx:
        found = _sent(tx, id)
        if domain_is_proven and found.domain_proof is None:
            deployed = tx.meta.get("deployment")
            if deployed is None or not deployed["local"]:
                raise Conflict(said("On a chain that others read, a domain is proven by its owner only."))
            tx.joining.change(id, domain_proof=Proof.LOCAL, domain_proven_at=ledger.now())
        _approve(ledger, tx, id, OPERATOR)
    let_in(ledger, id)
    with ledger.store.read() as tx:
        return _known(tx, id)


def let_in(ledger: Ledger, id: str) -> Organisation | None:
    """Let an application in if nothing is missing: the organisation, its two admins, its marks and lines, at once.

    None while something is missing. Raises Conflict where its short name or a prefix was taken meanwhile; the
    approvals stand, and it can be tried again.
    """
    with ledger.store.read() as tx:
        found = _known(tx, id)
    if found.missing or found.stage is not Stage.SENT:
        return None
    made = prepare_organisation(
        ledger,
        slug=found.slug,
        name=found.name,
        role=found.role,
        domain=found.domain,
        prefixes=found.prefixes,
        programme_start=found.programme_start,
    )
    with ledger.store.write() as tx:
        again = _known(tx, id)
        again = replace(again, look_alikes=alike(ledger, tx, again.name, again.domain))
        if again.missing or again.stage is not Stage.SENT or again.changed_at != found.changed_at:
            tx.joining.change(id, look_alikes=list(again.look_alikes))
            return None
        keep_organisation(ledger, tx, made)
        _settle_in(ledger, tx, again, made)
    return made.organisation


def send_back(ledger: Ledger, caller: Caller, id: str, why: str) -> None:
    """Give an application back to be mended, with a sentence. Raises Invalid without one."""
    need_council(caller)
    told = why.strip()
    if not 1 <= len(told) <= 1_000:
        raise Invalid(said("Say in 1 to 1,000 characters what has to be mended."))
    with ledger.store.write() as tx:
        found = _sent(tx, id)
        now = ledger.now()
        tx.joining.change(id, sent_at=None, returned_at=now, returned_why=told, second_approved_at=None)
        tx.joining.forget_approvals(id)
        text = f"Your application for {found.name} came back:\n\n{told}\n\n{ledger.public_url}/join-brand/{id}\n"
        _tell(ledger, tx, found, f"{found.name}: something has to be mended", text)


def _approve(ledger: Ledger, tx: Tx, id: str, by: str) -> None:
    found = _sent(tx, id)
    if by in (found.applicant, found.second):
        raise Forbidden(said("You are one of the two who apply. Somebody else of the council has to approve."))
    if any(one in found.missing for one in _BEFORE_US):
        raise Conflict(said("The domain or the second admin’s approval is missing still. Approve when both are there."))
    # Whoever joined since it was sent may have a name like this one's.
    tx.joining.change(id, look_alikes=list(alike(ledger, tx, found.name, found.domain)))
    tx.joining.approve(id, by, ledger.now())


def _settle_in(ledger: Ledger, tx: Tx, found: Application, made: Prepared) -> None:
    new, now = made.organisation, ledger.now()
    if found.applicant is None or found.second is None:
        raise Conflict(said("One of the two admins has deleted their account. Send the application back."))
    for person, name in ((found.applicant, found.applicant_name), (found.second, found.second_name)):
        tx.people.set_membership(Membership(person, new.id, frozenset({StaffRole.ADMIN}), now, name))
    tx.joining.hand_marks(found.id, new.id)
    keep_marks(ledger, tx, found.id, new.id)
    for one in found.programmes:
        if tx.lines.get(one["gtin"]) is None:
            line = Line(Gtin(one["gtin"]), new.id, one["name"], programme_start=one["since"], updated_at=now)
            tx.lines.keep(line)
    tx.joining.change(found.id, live_at=now, organisation=new.id)
    text = f"{new.name} is in. Sign in and begin:\n\n{ledger.public_url}/console/\n"
    _tell(ledger, tx, found, f"{new.name} has joined", text)
    tx.joining.change(found.id, second_email="")


def _tell(ledger: Ledger, tx: Tx, found: Application, subject: str, text: str) -> None:
    for person in (found.applicant, found.second):
        known = tx.people.get(person) if person else None
        if known is not None and known.email is not None:
            queue_mail(ledger, tx, known.email, subject[:200], text)


def _sent(tx: Tx, id: str) -> Application:
    found = _known(tx, id)
    if found.stage is Stage.DRAFT or found.stage is Stage.WITHDRAWN:
        raise Conflict(said("This application is not sent, so there is nothing to decide."))
    return found


def _known(tx: Tx, id: str) -> Application:
    found = tx.joining.get(id)
    if found is None:
        raise Unknown(said("There is no such application."))
    return found


def by_slug(ledger: Ledger, name: str) -> Application:
    """A sent application by its id or short name. Raises Unknown, or Conflict where two have that short name."""
    with ledger.store.read() as tx:
        found = tx.joining.get(name)
        sent = [found] if found else [one for one in tx.joining.by_slug(name) if one.stage is not Stage.DRAFT]
    if not sent:
        raise Unknown(said("There is no application “%(name)s” that was sent.", name=name[:60]))
    if len(sent) > 1:
        raise Conflict(said("There are two applications of that short name. Name the one you mean by its id."))
    return sent[0]

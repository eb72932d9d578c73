"""An application to join: begun by somebody with a passkey, filled in step by step, sent, and changed until it is live.

Whatever is changed after it was sent has to be approved again: nobody's yes covers what they have not seen.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from ledger.domain.errors import Conflict, Fault, Forbidden, Invalid, TooMany, Unknown
from ledger.domain.gtins import check_gtin
from ledger.domain.joining import MOST_PREFIXES, MOST_PROGRAMMES, Application, Missing, Programme, Stage, proof_token
from ledger.domain.organisations import Role
from ledger.domain.said import said
from ledger.services.desk.rights import today
from ledger.services.errands import Visit
from ledger.services.join_alike import alike_domains, alike_names
from ledger.services.members import check_name
from ledger.services.organisations import check_organisation, check_prefixes_free, is_day
from ledger.services.ports import Ledger, Tx
from ledger.services.send_mail import queue_mail

_MOST_A_DAY: Final = 5
_MOST_NAMED: Final = 20
_LOOK_AGAIN: Final = 15
"""Seconds between two looks at a domain."""


def begin_application(
    ledger: Ledger, visit: Visit, *, name: str, slug: str, role: Role, domain: str, own_name: str
) -> Application:
    """Begin to join. Raises Invalid naming every wrong field, Conflict without a passkey or for a taken short name."""
    person, now = visit.known, ledger.now()
    told = check_name(own_name)
    check_organisation(slug, name, role, domain, [], None, None)
    with ledger.store.write() as tx:
        need_passkey(tx, person.id)
        if tx.joining.began_since(person.id, now - 86_400) >= _MOST_A_DAY:
            raise TooMany(said("You began five applications today. Go on with one of them."), retry_after=3600)
        _check_slug(tx, slug)
        new = Application(
            id=ledger.new_id("app"),
            name=name.strip(),
            slug=slug,
            role=role,
            domain=domain,
            token=proof_token(ledger.random(16)),
            applicant=person.id,
            applicant_name=told,
            created_at=now,
            changed_at=now,
            look_alikes=alike(ledger, tx, name, domain),
            domain_asked_at=None,
        )
        tx.joining.add(new)
        return new


def change_company(
    ledger: Ledger, visit: Visit, id: str, *, name: str, slug: str, role: Role, domain: str
) -> Application:
    """Change who applies. Another domain has to be proven anew. Raises Invalid, Conflict."""
    with ledger.store.write() as tx:
        before = changeable(tx, visit, id)
        owned = list(before.prefixes) if role is Role.BRAND else []
        check_organisation(slug, name, role, domain, owned, before.programme_start, None)
        if slug != before.slug:
            _check_slug(tx, slug)
        values: dict[str, Any] = {
            "name": name.strip(),
            "slug": slug,
            "role": role,
            "domain": domain,
            "prefixes": owned,
            "look_alikes": list(alike(ledger, tx, name, domain)),
        }
        if domain != before.domain:
            values |= {
                "token": proof_token(ledger.random(16)),
                "domain_asked_at": None,
                "domain_looked_at": None,
                "domain_problem": None,
                "domain_proof": None,
                "domain_proven_at": None,
            }
        return changed(ledger, tx, id, **values)


def set_numbers(
    ledger: Ledger,
    visit: Visit,
    id: str,
    *,
    prefixes: Iterable[str],
    programmes: Iterable[Programme],
    start: str | None,
) -> Application:
    """Keep the GS1 company prefixes, and since when the brand registers: at all, and line by line.

    Raises Invalid naming every fault, Conflict where a prefix is another's.
    """
    owned, lines = list(dict.fromkeys(prefixes)), list(programmes)
    with ledger.store.write() as tx:
        before = changeable(tx, visit, id)
        if len(owned) > MOST_PREFIXES or len(lines) > MOST_PROGRAMMES:
            raise Invalid(said("That is more than can be kept with an application. Join first, then add the rest."))
        check_organisation(before.slug, before.name, before.role, before.domain, owned, start, None)
        check_prefixes_free(tx, owned)
        kept = [_programme(number, one, owned) for number, one in enumerate(lines, start=1)]
        return changed(ledger, tx, id, prefixes=owned, programmes=kept, programme_start=start)


def ask_to_look(ledger: Ledger, visit: Visit, id: str) -> Application:
    """Have the worker look whether the domain shows our token now. Raises TooMany for one look after another."""
    now = ledger.now()
    with ledger.store.write() as tx:
        found = application_of(tx, visit, id)
        if found.stage in (Stage.LIVE, Stage.WITHDRAWN) or found.domain_proof is not None:
            return found
        if found.domain_asked_at is not None and now - found.domain_asked_at < _LOOK_AGAIN:
            raise TooMany(said("We looked just now. Wait a few seconds, then ask again."), retry_after=_LOOK_AGAIN)
        tx.joining.change(id, domain_asked_at=now)
        return _again(tx, id)


def send_application(ledger: Ledger, visit: Visit, id: str) -> Application:
    """Hand the application in. Raises Conflict naming what is missing."""
    now = ledger.now()
    with ledger.store.write() as tx:
        found = application_of(tx, visit, id)
        if found.applicant != visit.known.id:
            raise Forbidden(said("Whoever began the application sends it."))
        if found.stage is not Stage.DRAFT:
            raise Conflict(said("This application was sent already, or withdrawn."))
        if Missing.PREFIXES in found.missing:
            raise Conflict(said("Add your GS1 company prefix first: without it no item of yours can be registered."))
        if Missing.SECOND in found.missing:
            raise Conflict(said("Invite a second admin first: nobody joins alone."))
        look: dict[str, Any] = {} if found.domain_proof is not None else {"domain_asked_at": now}
        look |= {"look_alikes": list(alike(ledger, tx, found.name, found.domain))}
        tx.joining.change(id, sent_at=now, returned_at=None, returned_why=None, **look)
        if found.second is not None:
            text = f"{found.name} is ready for you to look at and approve:\n\n{ledger.public_url}/join-brand/{id}\n"
            queue_mail(ledger, tx, found.second_email, "An application waits for your approval", text)
        return _again(tx, id)


def change_again(ledger: Ledger, visit: Visit, id: str) -> Application:
    """Take a sent application back to change it; every approval given so far is void."""
    with ledger.store.write() as tx:
        found = application_of(tx, visit, id)
        if found.applicant != visit.known.id or found.stage is not Stage.SENT:
            raise Conflict(said("Only an application that was sent can be changed again, by whoever began it."))
        return changed(ledger, tx, id, sent_at=None)


def withdraw_application(ledger: Ledger, visit: Visit, id: str) -> None:
    """Give up. Raises Conflict once it is live."""
    with ledger.store.write() as tx:
        found = application_of(tx, visit, id)
        if found.applicant != visit.known.id or found.stage is Stage.LIVE:
            raise Conflict(said("An application that is live cannot be withdrawn any more."))
        tx.joining.change(id, withdrawn_at=ledger.now(), second_hash=None, second_email="")


def application_of(tx: Tx, visit: Visit, id: str) -> Application:
    """An application, for the two people of it. Raises Unknown for everybody else."""
    found = tx.joining.get(id)
    if found is None or visit.known.id not in (found.applicant, found.second):
        raise Unknown(said("There is no such application of yours. Sign in as whoever began it."))
    return found


def changeable(tx: Tx, visit: Visit, id: str) -> Application:
    """An application that its applicant may change now. Raises Unknown, Conflict, Forbidden."""
    found = application_of(tx, visit, id)
    if found.applicant != visit.known.id:
        raise Forbidden(said("Only whoever began the application changes it. Tell them what is wrong."))
    if found.stage is not Stage.DRAFT:
        raise Conflict(said("This application was sent. Take it back first, then change it."))
    return found


def changed(ledger: Ledger, tx: Tx, id: str, **values: Any) -> Application:
    """Keep a change; approvals of what it was before are void."""
    tx.joining.change(id, changed_at=ledger.now(), second_approved_at=None, **values)
    tx.joining.forget_approvals(id)
    return _again(tx, id)


def need_unchanged(found: Application, visit: Visit) -> None:
    """Raises Conflict where an application was changed since the visit began in which it is approved."""
    if max(found.changed_at, found.sent_at or 0) > visit.session.created_at:
        raise Conflict(said("The application was changed meanwhile. Look at it again, then approve what you see."))


def need_passkey(tx: Tx, person: str) -> None:
    """Raises Conflict where somebody has no passkey: an e-mail link alone manages no organisation."""
    if not tx.people.passkeys(person):
        raise Conflict(said("You have no passkey yet. Make one under “My account”, then come back."))


def _again(tx: Tx, id: str) -> Application:
    found = tx.joining.get(id)
    assert found is not None
    return found


def _check_slug(tx: Tx, slug: str) -> None:
    if tx.organisations.get(slug) is not None:
        raise Conflict(said("There is an organisation “%(slug)s” already. Choose another short name.", slug=slug))


def alike(ledger: Ledger, tx: Tx, name: str, domain: str) -> tuple[str, ...]:
    """Names of organisations, and marks in force, that this name or domain could be taken for."""
    known = [one for one in tx.organisations.all() if one.role is not Role.COUNCIL]
    names = set(alike_names(name, [one.name for one in known]))
    domains = set(alike_domains(domain, [one.domain for one in known]))
    marks = alike_names(name, [one.name for one in tx.rights.marks_in_force(today(ledger))])
    here = [one.name for one in known if one.name in names or one.domain in domains]
    return tuple(dict.fromkeys([*here, *marks]))[:_MOST_NAMED]


def refuse_look_alike(ledger: Ledger, name: str, domain: str) -> None:
    """Raises Conflict where a name could be taken for another's: no single person lets such a one in."""
    with ledger.store.read() as tx:
        found = alike(ledger, tx, name, domain)
    if found:
        raise Conflict(
            said(
                "The name or domain looks like one that is here already: %(names)s. Have them apply: "
                "two of the operator's people then have to approve.",
                names=", ".join(found[:5]),
            )
        )


def _programme(number: int, one: Programme, prefixes: list[str]) -> dict[str, str]:
    where = said("line %(n)d", n=number)
    try:
        gtin = check_gtin(one.gtin)
    except Invalid as wrong:
        raise Invalid(str(Fault(where, wrong.detail)), faults=[Fault(where, wrong.detail)]) from None
    if not any(gtin[1:].startswith(prefix) for prefix in prefixes):
        fault = Fault(where, said("The GTIN %(gtin)s begins with none of your prefixes.", gtin=gtin))
        raise Invalid(str(fault), faults=[fault])
    if not is_day(one.since):
        fault = Fault(where, said("Its first day is not a date."), said("Write it as 2026-01-31."))
        raise Invalid(str(fault), faults=[fault])
    return {"gtin": gtin, "name": check_name(one.name), "since": one.since}

"""Errands about who somebody is: signing in with a passkey, and adding one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ledger.domain.errors import Forbidden
from ledger.domain.people import Errand, ErrandState, Passkey, Person, Session
from ledger.domain.said import said
from ledger.services.errands import Visit, b64, begin, key_blocks, message
from ledger.services.passkeys import add_passkey, check_sign_in, read_created
from ledger.services.ports import Ledger, Tx
from ledger.services.sessions import FRESH


def begin_sign_in(ledger: Ledger, visit: Visit, to: str) -> Errand:
    """Sign in with any passkey of this site that the device offers."""
    with ledger.store.write() as tx:
        values = _challenge(ledger, {"origin": ledger.public_url})
        request = {"act": "sign_in", "messages": [message("SignIn", values)], "keys": []}
        return begin(ledger, tx, visit, "sign_in", request, {"message": values, "to": to})


def finish_sign_in(ledger: Ledger, errand: Errand, answer: Mapping[str, Any]) -> dict[str, Any]:
    """Whose passkey answered."""
    with ledger.store.write() as tx:
        passkey = check_sign_in(ledger, tx, answer.get("credential"), errand.keep["message"])
        tx.people.used_passkey(passkey.id, ledger.now())
        result = {"to": errand.keep["to"], "person": passkey.person}
        tx.errands.hand_to(errand.id, passkey.person)
        tx.errands.settle(errand.id, ErrandState.DONE, result)
        return result


def begin_join(ledger: Ledger, visit: Visit, to: str, label: str = "") -> Errand:
    """Make a passkey for whoever is here: another one for somebody who is known, the first for somebody new."""
    with ledger.store.write() as tx:
        person, known = visit.person, key_blocks(tx, visit.person)
        if person is not None:
            _may_add(ledger, tx, person.id, visit.session)
        join = join_block(ledger, tx, visit)
        request = {
            "act": "join",
            "messages": [message("Join", join["message"])],
            "keys": known,
            "person": join["person"],
        }
        keep = {**join["keep"], "to": to, "label": label}
        return begin(ledger, tx, visit, "join", request, keep, minutes=60 if person else 30)


def finish_join(ledger: Ledger, errand: Errand, answer: Mapping[str, Any]) -> dict[str, Any]:
    """Keep the passkey that was made."""
    with ledger.store.write() as tx:
        person = person_of(ledger, tx, errand)
        new_passkey(ledger, tx, errand, answer.get("created"), person)
        result = {"to": errand.keep["to"], "person": person.id}
        tx.errands.settle(errand.id, ErrandState.DONE, result)
        return result


def join_block(ledger: Ledger, tx: Tx, visit: Visit) -> dict[str, Any]:
    """What a request and its errand carry where a passkey may be made: for the person here, or for a new one."""
    person = visit.person.id if visit.person else ledger.new_id("per")
    domain = ledger.domain(tx)
    name = (visit.person.email if visit.person else None) or f"{domain.name} {person[-4:]}"
    values = _challenge(ledger, {"origin": ledger.public_url, "name": name})
    return {
        "message": values,
        "person": {"handle": b64(person.encode()), "name": name},
        "join": {"challenge": values["challenge"], "expiry": values["expiry"], "name": name},
        "keep": {"join": values, "person": person},
    }


def person_of(ledger: Ledger, tx: Tx, errand: Errand) -> Person:
    """Whose errand it is; somebody new is kept now that there is something to keep."""
    person = tx.people.get(errand.keep["person"])
    if person is None:
        person = Person(errand.keep["person"], ledger.now(), None, errand.request["lang"])
        tx.people.add(person)
    # With its person the errand goes too, once they leave.
    tx.errands.hand_to(errand.id, person.id)
    return person


def new_passkey(ledger: Ledger, tx: Tx, errand: Errand, created: Any, person: Person) -> Passkey:
    """Keep the passkey that an authenticator has just made for an errand.

    Raises BadSignature, Conflict, and Forbidden for a member of an organisation who came by e-mail.
    """
    _may_add(ledger, tx, person.id, tx.people.session(errand.session, ledger.now()))
    new = read_created(ledger, tx, created, errand.keep["join"])
    label = errand.keep.get("label") or said("Passkey %(n)d", n=len(tx.people.passkeys(person.id)) + 1)
    return add_passkey(ledger, tx, person.id, new, label)


def _may_add(ledger: Ledger, tx: Tx, person: str, session: Session | None) -> None:
    # Whoever reads a member's mailbox would else make a key with which to work, and to approve, in their name.
    shown_at = (session.signed_in_at or 0) if session is not None and session.person == person else 0
    if tx.people.memberships(person) and ledger.now() - shown_at >= FRESH:
        raise Forbidden(said("You work for an organisation here. Sign in with your passkey first, then add another."))


def _challenge(ledger: Ledger, values: Mapping[str, Any]) -> dict[str, Any]:
    return {**values, "challenge": "0x" + ledger.random(32).hex(), "expiry": ledger.now() + 3600}

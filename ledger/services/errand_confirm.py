"""Errands by which somebody who is signed in confirms an act with their passkey: an e-mail link alone is not enough.

The signing page shows what the site says it is about; what is signed is a SignIn message with a challenge of its own,
which this errand alone knows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ledger.domain.errors import Forbidden
from ledger.domain.people import Errand, ErrandState, Session
from ledger.domain.said import said
from ledger.services.errands import Visit, begin, key_blocks, message
from ledger.services.join_application import need_passkey
from ledger.services.join_council import approve_as_member, let_in
from ledger.services.join_second import approve_second
from ledger.services.passkeys import check_sign_in
from ledger.services.ports import Ledger, Tx
from ledger.services.propose_decide import approve_proposal

Do = Callable[[Ledger, Tx, Visit, str], str]


@dataclass(frozen=True, slots=True)
class Act:
    """What is done in the transaction that closes the errand, and what follows once that is kept."""

    do: Do
    then: Callable[[Ledger, str], object] | None = None


ACTS: Final[dict[str, Act]] = {
    "second_admin": Act(approve_second),
    "council": Act(approve_as_member, let_in),
    "proposal": Act(approve_proposal),
}


def begin_confirm(ledger: Ledger, visit: Visit, act: str, subject: str, about: list[str], back: str) -> Errand:
    """To the signing page, and back to `back` where it is given up. Raises Conflict without a passkey."""
    person = visit.known
    with ledger.store.write() as tx:
        need_passkey(tx, person.id)
        values = {
            "origin": ledger.public_url,
            "challenge": "0x" + ledger.random(32).hex(),
            "expiry": ledger.now() + 3600,
        }
        request = {
            "act": "sign_in",
            "messages": [message("SignIn", values)],
            "keys": key_blocks(tx, person),
            "about": about,
        }
        keep = {"message": values, "act": act, "subject": subject, "person": person.id, "back": back}
        return begin(ledger, tx, visit, "confirm", request, keep)


def finish_confirm(ledger: Ledger, errand: Errand, answer: Mapping[str, Any]) -> dict[str, Any]:
    """Do what was confirmed, once. Raises Forbidden where another person's passkey answered."""
    act, keep = ACTS[errand.keep["act"]], errand.keep
    with ledger.store.write() as tx:
        passkey = check_sign_in(ledger, tx, answer.get("credential"), keep["message"])
        if passkey.person != keep["person"]:
            raise Forbidden(said("That passkey is another person’s. Use your own, or sign in as them."))
        tx.people.used_passkey(passkey.id, ledger.now())
        known = tx.people.get(passkey.person)
        session = Session(errand.session, errand.created_at, errand.expires_at, passkey.person)
        result = {"to": act.do(ledger, tx, Visit(session, known), keep["subject"])}
        tx.errands.settle(errand.id, ErrandState.DONE, result)
    if act.then is not None:
        act.then(ledger, keep["subject"])
    return result

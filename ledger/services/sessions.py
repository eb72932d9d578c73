"""Sessions: who is visiting. A cookie holds a random name; only its SHA-256 is kept, so that a copy of the
database opens no session.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import replace
from typing import Final

from ledger.domain.people import Person, Session
from ledger.services.ports import Ledger, Tx

LONGEST: Final = 30 * 86_400
"""Seconds that a session lasts."""
FRESH: Final = 12 * 3600
"""Seconds after a sign-in during which a member of staff may work for their organisation."""
_BYTES: Final = 32
_KEPT: Final = 7 * 86_400


def new_session(ledger: Ledger, tx: Tx, person: str | None = None, *, by_passkey: bool = True) -> tuple[str, Session]:
    """Begin a session: what the cookie holds, and the session.

    Only a passkey makes it one in which staff may work (`signed_in_at`): a mailbox shows its owner's items, no more.
    """
    secret = base64.urlsafe_b64encode(ledger.random(_BYTES)).rstrip(b"=").decode()
    now = ledger.now()
    session = Session(session_id(secret), now, now + LONGEST, person, now if person and by_passkey else None)
    tx.people.add_session(session)
    return secret, session


def session_id(secret: str) -> bytes:
    """The name under which a session is kept."""
    return hashlib.sha256(b"touchmark/session/1:" + secret.encode()).digest()


def session_of(ledger: Ledger, secret: str) -> tuple[Session, Person | None] | None:
    """The session of a cookie and who is signed in; None where it is over or was never ours."""
    with ledger.store.read() as tx:
        session = tx.people.session(session_id(secret), ledger.now())
        if session is None:
            return None
        return session, tx.people.get(session.person) if session.person else None


def renew_session(
    ledger: Ledger, tx: Tx, old: Session | None, person: str, *, by_passkey: bool = True
) -> tuple[str, Session]:
    """A session for somebody who has just signed in, under a new name: whoever knew the old one gains nothing.

    What was begun before anybody signed in goes on; what somebody else had begun ends with their session.
    """
    secret, session = new_session(ledger, tx, person, by_passkey=by_passkey)
    if old is not None:
        if old.person in (None, person):
            tx.people.move_session(old.id, session.id)
        tx.people.end_session(old.id)
    return secret, replace(session, person=person)


def end_session(ledger: Ledger, session: Session, *, everywhere: bool = False) -> None:
    """End one session, or every session of its person."""
    with ledger.store.write() as tx:
        tx.people.end_session(session.id)
        if everywhere and session.person is not None:
            tx.people.end_sessions(session.person)


def sweep_people(ledger: Ledger) -> int:
    """Drop sessions, links, errands and invitations that are over; how many."""
    with ledger.store.write() as tx:
        return tx.people.sweep(ledger.now(), _KEPT)

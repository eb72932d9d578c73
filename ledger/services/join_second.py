"""The second admin of an application: invited by letter, accepts with an account of their own, approves what was sent.

The link is only in the letter, never shown to whoever applies: so the second person is one who reads that address.
"""

from __future__ import annotations

from typing import Final

from ledger.domain.errors import Conflict, Forbidden, TooMany, Unknown
from ledger.domain.joining import Application, Missing, Stage, second_hash
from ledger.domain.said import said
from ledger.services.email_links import check_email
from ledger.services.errands import Visit, b64
from ledger.services.join_application import application_of, changeable, changed, need_passkey, need_unchanged
from ledger.services.members import check_name
from ledger.services.ports import Ledger, Tx
from ledger.services.send_mail import queue_mail

LASTS: Final = 14 * 86_400
"""Seconds that the link works."""
_PAUSE: Final = 60


def invite_second(ledger: Ledger, visit: Visit, id: str, *, name: str, email: str) -> Application:
    """Ask somebody by letter to be the second admin; a link sent before works no more.

    Raises Invalid, Conflict for one's own address, TooMany for one letter after another.
    """
    told, address, now = check_name(name), check_email(email), ledger.now()
    secret = b64(ledger.random(24))
    with ledger.store.write() as tx:
        found = changeable(tx, visit, id)
        if visit.known.email is not None and address.casefold() == visit.known.email.casefold():
            raise Conflict(said("That is your own address. The second admin has to be somebody else."))
        if found.second_asked_at is not None and now - found.second_asked_at < _PAUSE:
            raise TooMany(
                said("A letter went out just now. Wait a minute before you send another."), retry_after=_PAUSE
            )
        again = changed(
            ledger,
            tx,
            id,
            second_name=told,
            second_email=address,
            second_hash=second_hash(secret),
            second_asked_at=now,
            second=None,
        )
        link = f"{ledger.public_url}/join-second/{secret}"
        subject = f"{found.applicant_name} asks you to be the second admin of {found.name}"
        text = (
            f"{found.applicant_name} wants {found.name} ({found.domain}) to join Touchmark, and asks you to be the "
            f"second admin. Nobody joins alone: look at what they entered, and approve it if it is right.\n\n{link}\n\n"
            "The link is for you alone and works for two weeks. If this surprises you, do nothing.\n"
        )
        queue_mail(ledger, tx, address, subject, text)
        return again


def behind_second_link(ledger: Ledger, secret: str) -> Application:
    """The application that a second admin was asked about. Raises Unknown once the link is used, replaced or over."""
    with ledger.store.read() as tx:
        return _behind(ledger, tx, secret)


def accept_second(ledger: Ledger, visit: Visit, secret: str) -> Application:
    """Become the second admin. Raises Forbidden for whoever applied, Conflict without a passkey."""
    person = visit.known
    with ledger.store.write() as tx:
        found = _behind(ledger, tx, secret)
        if person.id == found.applicant:
            raise Forbidden(said("You began this application. The second admin has to be somebody else."))
        need_passkey(tx, person.id)
        tx.joining.change(found.id, second=person.id, second_hash=None)
        return found


def approve_second(ledger: Ledger, tx: Tx, visit: Visit, id: str) -> str:
    """The second admin's yes to what was sent, given with their passkey; where they go then. Raises Conflict."""
    found = application_of(tx, visit, id)
    if visit.known.id != found.second:
        raise Forbidden(said("Only the second admin approves; whoever began the application has done their part."))
    if found.stage is not Stage.SENT:
        raise Conflict(said("There is nothing to approve now: the application is not sent, or it is decided."))
    need_unchanged(found, visit)
    if Missing.SECOND_APPROVAL in found.missing:
        tx.joining.change(id, second_approved_at=ledger.now())
    return f"/join-brand/{id}"


def _behind(ledger: Ledger, tx: Tx, secret: str) -> Application:
    found = tx.joining.by_second(second_hash(secret))
    late = found is None or found.second_asked_at is None or ledger.now() - found.second_asked_at >= LASTS
    if found is None or late or found.stage in (Stage.WITHDRAWN, Stage.LIVE):
        raise Unknown(said("This link was used already, replaced by a newer one, or is over. Ask for a new one."))
    return found

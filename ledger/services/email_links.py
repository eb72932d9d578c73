"""Links sent by e-mail: a second way in, and how an address becomes somebody's. Signing still takes a key."""

from __future__ import annotations

import hashlib
import re
from typing import Any, Final

from ledger.domain.errors import Conflict, Invalid, TooMany, Unknown
from ledger.domain.people import Person
from ledger.domain.said import said
from ledger.services.errands import Visit, b64
from ledger.services.ports import Ledger, Tx
from ledger.services.send_mail import queue_mail

LASTS: Final = 20 * 60
"""Seconds that a link works."""
_MOST_AN_HOUR: Final = 5
_ADDRESS: Final = re.compile(r"[^\s@<>\"(),:;\\\[\]\x00-\x20\x7f]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)*[A-Za-z0-9-]{1,63}")


def check_email(text: str) -> str:
    """An address as we keep it: the domain in small letters. Raises Invalid."""
    address = text.strip()
    if len(address) > 254 or not _ADDRESS.fullmatch(address):
        raise Invalid(said("That is not an e-mail address. It looks like name@example.com."))
    name, _, domain = address.rpartition("@")
    return f"{name}@{domain.lower()}"


def send_link(ledger: Ledger, email: str, next: str | None) -> None:
    """Send a sign-in link to the address of somebody known; to anybody else nothing, and nobody can tell.

    After five in an hour nothing goes out either, and that is not told: a refusal would say that the address is
    known. Raises Invalid for what is no address.
    """
    address = check_email(email)
    with ledger.store.write() as tx:
        person = tx.people.by_email(address)
        if person is None or _enough(ledger, tx, address):
            return
        _send(ledger, tx, address, person.id, next, "sign in")


def send_confirmation(ledger: Ledger, visit: Visit, email: str, next: str = "/my/account") -> None:
    """Send a link by which an address becomes this person's. Raises Invalid, TooMany.

    That another account has it is told by the link, to whoever reads that mailbox, and to nobody else.
    """
    address, person = check_email(email), visit.known
    with ledger.store.write() as tx:
        if _enough(ledger, tx, address):
            raise TooMany(
                said("Five links went to this address within an hour. Look there, or wait."), retry_after=1800
            )
        _send(ledger, tx, address, person.id, next, "confirm")


def _send(ledger: Ledger, tx: Tx, address: str, person: str, next: str | None, why: str) -> None:
    now, secret = ledger.now(), b64(ledger.random(24))
    tx.people.add_link(_hash(secret), address, person, next, now, now + LASTS)
    link = f"{ledger.public_url}/sign-in/link/{secret}"
    if why == "sign in":
        subject = "Your link to sign in"
        text = f"Follow this link within 20 minutes to sign in:\n\n{link}\n\nIf you did not ask for it, do nothing.\n"
    else:
        subject = "Confirm your e-mail address"
        text = (
            f"Follow this link within 20 minutes to confirm your address:\n\n{link}\n\nIf it was not you, do nothing.\n"
        )
    queue_mail(ledger, tx, address, subject, text)


def _enough(ledger: Ledger, tx: Tx, address: str) -> bool:
    return tx.people.links_since(address, ledger.now() - 3600) >= _MOST_AN_HOUR


def behind_link(ledger: Ledger, secret: str) -> dict[str, Any]:
    """The address a link went to. Raises Unknown where it is over."""
    with ledger.store.read() as tx:
        found = tx.people.link(_hash(secret), ledger.now())
    if found is None:
        raise Unknown(said("This link was used already, or is older than 20 minutes. Ask for a new one."))
    return found


def use_link(ledger: Ledger, secret: str, visit: Visit) -> tuple[str | None, str | None]:
    """Use a link up: who signs in with it, and where they go. The address becomes theirs. Raises Unknown, Conflict.

    Nobody signs in by confirming an address: whoever asked for that may be a stranger, in whose account the reader
    of the mailbox would work unawares.
    """
    with ledger.store.write() as tx:
        found = tx.people.link(_hash(secret), ledger.now())
        if found is None or not tx.people.use_link(_hash(secret)):
            raise Unknown(said("This link was used already, or is older than 20 minutes. Ask for a new one."))
        holder = tx.people.by_email(found["email"])
        if holder is not None and holder.id != found["person"]:
            raise Conflict(said("Another account has this address already. Sign in with it, or use another address."))
        person = found["person"]
        if person is None:
            person = ledger.new_id("per")
            tx.people.add(Person(person, ledger.now(), None, visit.language))
        known = tx.people.get(person)
        tx.people.set_email(person, found["email"])
        new = found["person"] is None or (known is not None and known.email == found["email"])
        return person if new else None, found["next"]


def _hash(secret: str) -> bytes:
    return hashlib.sha256(b"touchmark/email-link/1:" + secret.encode()).digest()

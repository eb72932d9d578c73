"""People, their passkeys, sessions, memberships, and what they hold."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from ledger.domain.people import Holding, Invitation, Membership, Passkey, Person, Session, StaffRole
from ledger.storage.tables_people import (
    email_links,
    errands,
    holdings,
    invitations,
    memberships,
    passkeys,
    people,
    sessions,
)
from ledger.storage.tables_tags import tag_taps


class People:
    """Reads and writes of people."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def add(self, person: Person) -> None:
        """Keep a new person."""
        self._db.execute(insert(people).values(**_values(person)))

    def get(self, id: str) -> Person | None:
        """By id."""
        row = self._db.execute(select(people).where(people.c.id == id)).first()
        return None if row is None else Person(**row._mapping)

    def by_email(self, email: str) -> Person | None:
        """Whose verified address this is."""
        row = self._db.execute(select(people).where(people.c.email == email)).first()
        return None if row is None else Person(**row._mapping)

    def set_email(self, id: str, email: str | None) -> None:
        """Note a person's verified address, or that they have none any more; links sent elsewhere open nothing now."""
        elsewhere = delete(email_links).where(email_links.c.person == id)
        self._db.execute(elsewhere if email is None else elsewhere.where(email_links.c.email != email))
        self._db.execute(update(people).where(people.c.id == id).values(email=email))

    def set_language(self, id: str, language: str) -> None:
        """Note the language that a person's mails are in."""
        self._db.execute(update(people).where(people.c.id == id).values(language=language))

    def remove(self, id: str) -> None:
        """Forget a person, and with them their passkeys, sessions, memberships and what links them to their items."""
        for table in (holdings, errands, memberships, email_links, sessions, passkeys):
            self._db.execute(delete(table).where(table.c.person == id))
        self._db.execute(delete(people).where(people.c.id == id))

    # --- passkeys

    def add_passkey(self, passkey: Passkey) -> None:
        """Keep a passkey."""
        self._db.execute(insert(passkeys).values(**_values(passkey)))

    def passkeys(self, person: str) -> list[Passkey]:
        """A person's passkeys, oldest first (at most 50)."""
        query = select(passkeys).where(passkeys.c.person == person).order_by(passkeys.c.created_at, passkeys.c.id)
        return [Passkey(**row._mapping) for row in self._db.execute(query.limit(50))]

    def passkey(self, id: str) -> Passkey | None:
        """By our name for it."""
        row = self._db.execute(select(passkeys).where(passkeys.c.id == id)).first()
        return None if row is None else Passkey(**row._mapping)

    def by_credential(self, credential: bytes) -> Passkey | None:
        """By the authenticator's name for it."""
        row = self._db.execute(select(passkeys).where(passkeys.c.credential == credential)).first()
        return None if row is None else Passkey(**row._mapping)

    def used_passkey(self, id: str, now: int) -> None:
        """Note that a passkey was just used."""
        self._db.execute(update(passkeys).where(passkeys.c.id == id).values(last_used_at=now))

    def name_passkey(self, id: str, label: str) -> None:
        """Call a passkey something else."""
        self._db.execute(update(passkeys).where(passkeys.c.id == id).values(label=label))

    def remove_passkey(self, id: str) -> None:
        """Forget a passkey."""
        self._db.execute(delete(passkeys).where(passkeys.c.id == id))

    # --- sessions

    def add_session(self, session: Session) -> None:
        """Keep a new session."""
        self._db.execute(insert(sessions).values(**_values(session)))

    def session(self, id: bytes, now: int) -> Session | None:
        """By the SHA-256 of its cookie, while it lasts."""
        query = select(sessions).where(sessions.c.id == id, sessions.c.expires_at > now)
        row = self._db.execute(query).first()
        return None if row is None else Session(**row._mapping)

    def end_session(self, id: bytes) -> None:
        """End one session."""
        self._db.execute(delete(sessions).where(sessions.c.id == id))

    def end_sessions(self, person: str, but: bytes | None = None) -> int:
        """End a person's sessions, all but one; how many."""
        query = delete(sessions).where(sessions.c.person == person)
        return self._db.execute(query if but is None else query.where(sessions.c.id != but)).rowcount

    def sessions(self, person: str, now: int) -> list[Session]:
        """Where a person is signed in, newest first (at most 50)."""
        query = select(sessions).where(sessions.c.person == person, sessions.c.expires_at > now)
        return [
            Session(**row._mapping) for row in self._db.execute(query.order_by(sessions.c.created_at.desc()).limit(50))
        ]

    def move_session(self, old: bytes, new: bytes) -> None:
        """What an anonymous session had begun goes on under the one that replaces it."""
        self._db.execute(update(errands).where(errands.c.session == old).values(session=new))
        self._db.execute(update(tag_taps).where(tag_taps.c.by == old).values(by=new))

    def sweep(self, now: int, kept: int) -> int:
        """Drop what is over: sessions and links at once, errands and invitations after `kept` seconds; how many."""
        gone = 0
        for table, until in ((sessions, now), (email_links, now), (errands, now - kept), (invitations, now - kept)):
            gone += self._db.execute(delete(table).where(table.c.expires_at <= until)).rowcount
        return gone

    # --- links sent by e-mail

    def add_link(self, hash: bytes, email: str, person: str | None, next: str | None, now: int, until: int) -> None:
        """Keep a link's hash; the link itself is only in the mail."""
        values = {"hash": hash, "email": email, "person": person, "next": next, "created_at": now, "expires_at": until}
        self._db.execute(insert(email_links).values(**values))

    def link(self, hash: bytes, now: int) -> dict[str, Any] | None:
        """Email, person and next of a link that is open."""
        query = select(email_links).where(email_links.c.hash == hash, email_links.c.expires_at > now)
        row = self._db.execute(query).first()
        return None if row is None else dict(row._mapping)

    def use_link(self, hash: bytes) -> bool:
        """Use a link up; False where somebody was faster."""
        return self._db.execute(delete(email_links).where(email_links.c.hash == hash)).rowcount == 1

    def links_since(self, email: str, since: int) -> int:
        """How many links went to an address lately."""
        # Most mailboxes are one whatever their capitals.
        mailbox = func.lower(email_links.c.email) == email.lower()
        query = select(func.count()).where(mailbox, email_links.c.created_at > since)
        return int(self._db.execute(query).scalar_one())

    # --- organisations

    def set_membership(self, one: Membership) -> None:
        """Make or change a membership."""
        self.remove_membership(one.person, one.organisation)
        self._db.execute(insert(memberships).values(**_values(one) | {"roles": sorted(one.roles)}))

    def remove_membership(self, person: str, organisation: str) -> bool:
        """End a membership; whether there was one."""
        query = delete(memberships).where(memberships.c.person == person, memberships.c.organisation == organisation)
        return self._db.execute(query).rowcount == 1

    def memberships(self, person: str) -> list[Membership]:
        """Where a person belongs, oldest first."""
        query = select(memberships).where(memberships.c.person == person).order_by(memberships.c.created_at)
        return [_membership(row) for row in self._db.execute(query.limit(100))]

    def members(self, organisation: str) -> list[Membership]:
        """Who belongs to an organisation, oldest first (at most 500)."""
        query = select(memberships).where(memberships.c.organisation == organisation)
        return [_membership(row) for row in self._db.execute(query.order_by(memberships.c.created_at).limit(500))]

    def membership(self, person: str, organisation: str) -> Membership | None:
        """A person's part in one organisation."""
        query = select(memberships).where(memberships.c.person == person, memberships.c.organisation == organisation)
        row = self._db.execute(query).first()
        return None if row is None else _membership(row)

    def add_invitation(self, one: Invitation, hash: bytes) -> None:
        """Keep an invitation; its link is only in the mail, or where it was shown once."""
        self._db.execute(insert(invitations).values(**_values(one) | {"roles": sorted(one.roles), "hash": hash}))

    def invitation(self, hash: bytes, now: int) -> Invitation | None:
        """An open invitation by its link's hash."""
        query = select(invitations).where(invitations.c.hash == hash, invitations.c.expires_at > now)
        row = self._db.execute(query).first()
        return None if row is None else _invitation(row)

    def invitations(self, organisation: str, now: int) -> list[Invitation]:
        """The open invitations of an organisation, newest first (at most 200)."""
        query = select(invitations).where(invitations.c.organisation == organisation, invitations.c.expires_at > now)
        return [
            _invitation(row) for row in self._db.execute(query.order_by(invitations.c.created_at.desc()).limit(200))
        ]

    def remove_invitation(self, id: str) -> bool:
        """Use an invitation up or take it back; whether it was open."""
        return self._db.execute(delete(invitations).where(invitations.c.id == id)).rowcount == 1

    # --- what they hold

    def add_holding(self, one: Holding) -> None:
        """Keep which address of a person's holds an item; the same one again changes nothing.

        What somebody else had said of the address is over: whoever calls has seen its key at work.
        """
        key = one.item.to_bytes(32, "big")
        same = (holdings.c.address == one.address, holdings.c.item == key)
        self._db.execute(delete(holdings).where(*same, holdings.c.person != one.person))
        if self._db.execute(select(holdings.c.address).where(*same)).first() is None:
            self._db.execute(insert(holdings).values(**_values(one) | {"item": key}))

    def holdings(self, person: str) -> list[Holding]:
        """What a person holds or held, newest first (at most 1,000)."""
        query = select(holdings).where(holdings.c.person == person).order_by(holdings.c.created_at.desc()).limit(1000)
        return [_holding(row) for row in self._db.execute(query)]

    def holding(self, item: int, address: str) -> Holding | None:
        """Who holds an item through an address, if it is somebody known here."""
        query = select(holdings).where(holdings.c.item == item.to_bytes(32, "big"), holdings.c.address == address)
        row = self._db.execute(query).first()
        return None if row is None else _holding(row)

    def holdings_of(self, person: str, item: int) -> list[Holding]:
        """A person's addresses for one item, newest first."""
        query = select(holdings).where(holdings.c.person == person, holdings.c.item == item.to_bytes(32, "big"))
        return [_holding(row) for row in self._db.execute(query.order_by(holdings.c.created_at.desc()).limit(50))]

    def note_holding(self, person: str, item: int, note: str, bought_on: str | None) -> None:
        """A person's own words about an item, and when they bought it; nobody else sees them."""
        key = item.to_bytes(32, "big")
        query = update(holdings).where(holdings.c.person == person, holdings.c.item == key)
        self._db.execute(query.values(note=note, bought_on=bought_on))

    def remove_holdings(self, person: str, item: int) -> int:
        """Forget that an item is a person's; how many addresses were known."""
        key = item.to_bytes(32, "big")
        return self._db.execute(delete(holdings).where(holdings.c.person == person, holdings.c.item == key)).rowcount


def _values(one: Any) -> dict[str, Any]:
    return {field.name: getattr(one, field.name) for field in fields(one)}


def _membership(row: Row[Any]) -> Membership:
    found = dict(row._mapping)
    return Membership(**found | {"roles": frozenset(StaffRole(role) for role in found["roles"])})


def _invitation(row: Row[Any]) -> Invitation:
    found = {name: value for name, value in row._mapping.items() if name != "hash"}
    return Invitation(**found | {"roles": frozenset(StaffRole(role) for role in found["roles"])})


def _holding(row: Row[Any]) -> Holding:
    return Holding(**dict(row._mapping) | {"item": int.from_bytes(row.item, "big")})

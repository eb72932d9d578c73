"""What the use cases ask of the tables of people and errands; `storage` answers."""

from __future__ import annotations

from typing import Any, Protocol

from ledger.domain.people import Errand, ErrandState, Holding, Invitation, Membership, Passkey, Person, Session


class People(Protocol):
    """Reads and writes of people."""

    def add(self, person: Person) -> None:
        """Keep a new person."""
        ...

    def get(self, id: str) -> Person | None:
        """By id."""
        ...

    def by_email(self, email: str) -> Person | None:
        """Whose verified address this is."""
        ...

    def set_email(self, id: str, email: str | None) -> None:
        """Note a person's verified address, or that they have none any more; links sent elsewhere open nothing now."""
        ...

    def set_language(self, id: str, language: str) -> None:
        """Note the language that a person's mails are in."""
        ...

    def remove(self, id: str) -> None:
        """Forget a person, and with them their passkeys, sessions, memberships and what links them to their items."""
        ...

    def add_passkey(self, passkey: Passkey) -> None:
        """Keep a passkey."""
        ...

    def passkeys(self, person: str) -> list[Passkey]:
        """A person's passkeys, oldest first (at most 50)."""
        ...

    def passkey(self, id: str) -> Passkey | None:
        """By our name for it."""
        ...

    def by_credential(self, credential: bytes) -> Passkey | None:
        """By the authenticator's name for it."""
        ...

    def used_passkey(self, id: str, now: int) -> None:
        """Note that a passkey was just used."""
        ...

    def name_passkey(self, id: str, label: str) -> None:
        """Call a passkey something else."""
        ...

    def remove_passkey(self, id: str) -> None:
        """Forget a passkey."""
        ...

    def add_session(self, session: Session) -> None:
        """Keep a new session."""
        ...

    def session(self, id: bytes, now: int) -> Session | None:
        """By the SHA-256 of its cookie, while it lasts."""
        ...

    def end_session(self, id: bytes) -> None:
        """End one session."""
        ...

    def end_sessions(self, person: str, but: bytes | None = None) -> int:
        """End a person's sessions, all but one; how many."""
        ...

    def sessions(self, person: str, now: int) -> list[Session]:
        """Where a person is signed in, newest first (at most 50)."""
        ...

    def move_session(self, old: bytes, new: bytes) -> None:
        """What an anonymous session had begun goes on under the one that replaces it."""
        ...

    def sweep(self, now: int, kept: int) -> int:
        """Drop what is over: sessions and links at once, errands and invitations after `kept` seconds; how many."""
        ...

    def add_link(self, hash: bytes, email: str, person: str | None, next: str | None, now: int, until: int) -> None:
        """Keep a link's hash; the link itself is only in the mail."""
        ...

    def link(self, hash: bytes, now: int) -> dict[str, Any] | None:
        """Email, person and next of a link that is open."""
        ...

    def use_link(self, hash: bytes) -> bool:
        """Use a link up; False where somebody was faster."""
        ...

    def links_since(self, email: str, since: int) -> int:
        """How many links went to an address lately, whatever its capitals."""
        ...

    def set_membership(self, one: Membership) -> None:
        """Make or change a membership."""
        ...

    def remove_membership(self, person: str, organisation: str) -> bool:
        """End a membership; whether there was one."""
        ...

    def memberships(self, person: str) -> list[Membership]:
        """Where a person belongs, oldest first."""
        ...

    def members(self, organisation: str) -> list[Membership]:
        """Who belongs to an organisation, oldest first (at most 500)."""
        ...

    def membership(self, person: str, organisation: str) -> Membership | None:
        """A person's part in one organisation."""
        ...

    def add_invitation(self, one: Invitation, hash: bytes) -> None:
        """Keep an invitation; its link is only in the mail, or where it was shown once."""
        ...

    def invitation(self, hash: bytes, now: int) -> Invitation | None:
        """An open invitation by its link's hash."""
        ...

    def invitations(self, organisation: str, now: int) -> list[Invitation]:
        """The open invitations of an organisation, newest first (at most 200)."""
        ...

    def remove_invitation(self, id: str) -> bool:
        """Use an invitation up or take it back; whether it was open."""
        ...

    def add_holding(self, one: Holding) -> None:
        """Keep which address of a person's holds an item; the same one again changes nothing, another's gives way."""
        ...

    def holdings(self, person: str) -> list[Holding]:
        """What a person holds or held, newest first (at most 1,000)."""
        ...

    def holding(self, item: int, address: str) -> Holding | None:
        """Who holds an item through an address, if it is somebody known here."""
        ...

    def holdings_of(self, person: str, item: int) -> list[Holding]:
        """A person's addresses for one item, newest first."""
        ...

    def note_holding(self, person: str, item: int, note: str, bought_on: str | None) -> None:
        """A person's own words about an item, and when they bought it; nobody else sees them."""
        ...

    def remove_holdings(self, person: str, item: int) -> int:
        """Forget that an item is a person's; how many addresses were known."""
        ...


class Errands(Protocol):
    """Reads and writes of errands."""

    def add(self, errand: Errand) -> None:
        """Keep a new errand."""
        ...

    def get(self, id: str) -> Errand | None:
        """By id, whatever its state."""
        ...

    def settle(self, id: str, state: ErrandState, result: dict[str, Any] | None) -> bool:
        """Close an open errand with what came of it; False where it was closed already."""
        ...

    def hand_to(self, id: str, person: str) -> None:
        """Note whose errand it is, once that is known."""
        ...

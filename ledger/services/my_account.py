"""What a person's own account page shows and does."""

from __future__ import annotations

from dataclasses import dataclass

from ledger.domain.custody import ItemState
from ledger.domain.errors import Conflict, Invalid, Unknown
from ledger.domain.organisations import Organisation
from ledger.domain.people import Membership, Passkey, Person, Session
from ledger.domain.said import said
from ledger.services.errands import Visit
from ledger.services.ports import Ledger


@dataclass(frozen=True, slots=True)
class KeptPasskey:
    """A passkey, and how many items it holds: one that holds any cannot be removed."""

    passkey: Passkey
    holds: int


@dataclass(frozen=True, slots=True)
class Account:
    """Everything about somebody but their items."""

    person: Person
    passkeys: tuple[KeptPasskey, ...]
    sessions: tuple[Session, ...]
    here: bytes
    parts: tuple[tuple[Organisation, Membership], ...]


def account_of(ledger: Ledger, visit: Visit) -> Account:
    """The account of whoever is signed in."""
    person = visit.known
    with ledger.store.read() as tx:
        held = [one.passkey for one in tx.people.holdings(person.id) if _holds(tx.chain.state(one.item), one.address)]
        parts = [(tx.organisations.get(one.organisation), one) for one in tx.people.memberships(person.id)]
        return Account(
            person=person,
            passkeys=tuple(KeptPasskey(one, held.count(one.id)) for one in tx.people.passkeys(person.id)),
            sessions=tuple(tx.people.sessions(person.id, ledger.now())),
            here=visit.session.id,
            parts=tuple((organisation, one) for organisation, one in parts if organisation is not None),
        )


def forget_email(ledger: Ledger, visit: Visit) -> None:
    """Forget the person's address. Raises Conflict where it is their only way in."""
    person = visit.known
    with ledger.store.write() as tx:
        if not tx.people.passkeys(person.id):
            raise Conflict(said("You have no passkey, so your address is the only way in. Make a passkey first."))
        tx.people.set_email(person.id, None)


def rename_passkey(ledger: Ledger, visit: Visit, id: str, label: str) -> None:
    """Call a passkey something else. Raises Invalid, Unknown."""
    name = label.strip()
    if not 1 <= len(name) <= 80 or not name.isprintable():
        raise Invalid(said("Give the passkey a name of 1 to 80 characters."))
    with ledger.store.write() as tx:
        if not any(one.id == id for one in tx.people.passkeys(visit.known.id)):
            raise Unknown(said("There is no such passkey in your account."))
        tx.people.name_passkey(id, name)


def remove_passkey(ledger: Ledger, visit: Visit, id: str) -> None:
    """Forget a passkey that holds nothing and is not the only way in. Raises Conflict, Unknown."""
    found = [one for one in account_of(ledger, visit).passkeys if one.passkey.id == id]
    if not found:
        raise Unknown(said("There is no such passkey in your account."))
    if found[0].holds:
        raise Conflict(
            said("This passkey holds %(n)d of your items. Move them to another passkey first.", n=found[0].holds)
        )
    with ledger.store.write() as tx:
        oldest = tx.people.passkeys(visit.known.id)[:1]
        if tx.people.memberships(visit.known.id) and id in [one.id for one in oldest]:
            # The key that speaks for the organisation is made of it, and would stay behind in force.
            raise Conflict(said("With this passkey you sign for your organisation. Leave that first."))
        if len(tx.people.passkeys(visit.known.id)) == 1 and visit.known.email is None:
            raise Conflict(said("This is your only way in. Add another passkey or an e-mail address first."))
        tx.people.remove_passkey(id)


def _holds(state: ItemState | None, address: str) -> bool:
    return state is not None and state.holder == address

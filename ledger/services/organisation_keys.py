"""An organisation's signing keys: which speak for it, whose they are, added, ended, and reported stolen.

Every change is a statement, signed here with the kept key; an organisation that signs with a key of its own sends
the same statements itself.
"""

from __future__ import annotations

from dataclasses import dataclass

from ledger.domain.errors import Conflict, Unknown
from ledger.domain.organisations import Caller, Scope
from ledger.domain.outbox import Queued, State
from ledger.domain.people import Membership
from ledger.domain.said import said
from ledger.domain.statements import Kind
from ledger.services.kept_keys import sign_and_submit
from ledger.services.ports import Ledger, Tx
from ledger.services.progress_of import progress_of
from ledger.services.staff_keys import staff_key
from ledger.services.views_of_chain import block_time, directory

_LATELY = 100


@dataclass(frozen=True, slots=True)
class SigningKey:
    """One key as the ledger has it. `member` is who signs with it; `kept` the key that the operator keeps here."""

    address: str
    since: int
    ended_at: int | None
    stolen_since: int | None
    kept: bool
    member: Membership | None

    @property
    def in_force(self) -> bool:
        """Whether it speaks for the organisation."""
        return self.ended_at is None and self.stolen_since is None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A member who could sign: with their address, None while they have no passkey; `asked` while it is under way."""

    member: Membership
    address: str | None
    asked: bool


@dataclass(frozen=True, slots=True)
class Keys:
    """All keys, those in force first, and the members who have none."""

    keys: tuple[SigningKey, ...]
    candidates: tuple[Candidate, ...]


def signing_keys_of(ledger: Ledger, caller: Caller) -> Keys:
    """The caller's signing keys. Raises Forbidden for whoever does not manage the organisation."""
    caller.need(Scope.KEYS)
    own = caller.organisation
    with ledger.store.read() as tx:
        addresses = _addresses(ledger, tx, own.id)
        by_address = {address: part for part, address in addresses if address is not None}
        party = directory(tx).parties.get(own.party) if own.party is not None else None
        now = block_time(ledger, tx)
        found = [
            SigningKey(
                address,
                key.interval.start,
                None if key.interval.holds(now) else key.interval.end,
                key.compromised_since,
                own.keeps_key and address == own.address,
                by_address.get(address),
            )
            for address, key in (party.keys.items() if party else ())
        ]
        asked = _asked(ledger, tx, own.id)
    known = {one.address for one in found}
    candidates = [Candidate(part, one, one in asked) for part, one in addresses if one is None or one not in known]
    found.sort(key=lambda one: (not one.in_force, one.since))
    return Keys(tuple(found), tuple(candidates))


def add_member_key(ledger: Ledger, caller: Caller, person: str) -> Queued:
    """Let a member sign for the organisation with their passkey. Raises Unknown, Conflict without a passkey."""
    caller.need(Scope.KEYS)
    with ledger.store.read() as tx:
        part, known = tx.people.membership(person, caller.organisation.id), tx.people.get(person)
        if part is None or known is None:
            raise Unknown(said("There is no such member of your organisation."))
        address = staff_key(ledger, tx, caller.organisation.id, known).address
    return sign_and_submit(ledger, caller, Kind.ADD_KEY, {"key": address})


def retire_key(ledger: Ledger, caller: Caller, address: str) -> Queued:
    """End a key from now on; what it signed before stands. Raises Conflict for the key that is kept here."""
    caller.need(Scope.KEYS)
    if caller.organisation.keeps_key and address == caller.organisation.address:
        raise Conflict(said("This is the key that is kept here. Without it nothing could be signed for you here."))
    return sign_and_submit(ledger, caller, Kind.RETIRE_KEY, {"key": address})


def report_stolen(ledger: Ledger, caller: Caller, address: str, since: int) -> Queued:
    """Say that somebody else has had a key since a time (seconds since 1970): what it signed from then on falls."""
    caller.need(Scope.KEYS)
    given = {"party": caller.organisation.party, "key": address, "since": since}
    return sign_and_submit(ledger, caller, Kind.COMPROMISED, given)


def retire_of_member(ledger: Ledger, caller: Caller, person: str) -> Queued | None:
    """End the key of somebody who leaves, if it speaks and we keep the key that can say so."""
    own = caller.organisation
    if not own.keeps_key or own.party is None:
        return None
    with ledger.store.read() as tx:
        known = tx.people.get(person)
        if known is None or not tx.people.passkeys(person):
            return None
        address = staff_key(ledger, tx, own.id, known).address
        if not directory(tx).key_in_force(own.party, address, block_time(ledger, tx)):
            return None
    return sign_and_submit(ledger, Caller(own, frozenset(Scope)), Kind.RETIRE_KEY, {"key": address})


def _addresses(ledger: Ledger, tx: Tx, organisation: str) -> list[tuple[Membership, str | None]]:
    found: list[tuple[Membership, str | None]] = []
    for part in tx.people.members(organisation):
        known = tx.people.get(part.person)
        has = known is not None and tx.people.passkeys(part.person)
        found.append((part, staff_key(ledger, tx, organisation, known).address if known is not None and has else None))
    return found


def _asked(ledger: Ledger, tx: Tx, organisation: str) -> set[str]:
    """Addresses whose addition is signed and not refused."""
    queued = [one for one in tx.outbox.page(organisation, None, _LATELY) if one.statement.kind is Kind.ADD_KEY]
    states = progress_of(ledger, tx, queued)
    return {str(one.statement.values["key"]) for one in queued if states[one.id].state is not State.REFUSED}

"""The contract's rules for what parties say of themselves and of each other, as sentences."""

from __future__ import annotations

from ledger.domain.custody import NOBODY
from ledger.domain.errors import Conflict, Forbidden, Invalid, Unknown
from ledger.domain.parties import COUNCIL, Directory, Party
from ledger.domain.said import said
from ledger.domain.statements import Kind, Statement
from ledger.services.ports import Tx

MOST_KEYS = 16
"""Keys that a party may have in force at once."""


def check_party_rules(tx: Tx, statement: Statement, parties: Directory, now: int) -> None:
    """Raises Conflict, Forbidden, Invalid or Unknown where the contract would refuse the statement as things are."""
    match statement.kind:
        case Kind.REGISTER_BATCH:
            _check_registration(tx, statement, parties)
        case Kind.ACCREDIT | Kind.END_ACCREDITATION:
            _check_accreditation(statement, parties, now)
        case Kind.ADD_KEY:
            _check_new_key(statement, parties, now)
        case Kind.RETIRE_KEY:
            party, key = int(statement.values["party"]), str(statement.values["key"])
            if not parties.key_in_force(party, key, now):
                raise Unknown(said("The key %(key)s is not one of this party’s keys in force.", key=key))
        case Kind.COMPROMISED:
            _check_compromised(statement, parties, now)


def _check_registration(tx: Tx, statement: Statement, parties: Directory) -> None:
    values, number = statement.values, int(statement.values["batch"])
    brand = _party(parties, number >> 32)
    if not brand.brand:
        raise Forbidden(said("Only a brand registers items."))
    if values["root"] == bytes(32) or values["count"] == 0:
        raise Invalid(said("A batch without items cannot be registered."))
    if number <= tx.chain.highest_batch(brand.number):
        raise Conflict(said("Another batch has this number already. Draft the registration again."))


def _check_accreditation(statement: Statement, parties: Directory, now: int) -> None:
    by, party = int(statement.values["by"]), int(statement.values["party"])
    accredited = parties.accredited(by, party, now)
    if statement.kind is Kind.END_ACCREDITATION:
        if not accredited:
            raise Conflict(said("There is no accreditation in force that could be ended."))
        return
    if by != COUNCIL and not _party(parties, by).brand:
        raise Forbidden(said("Only a brand or the council accredits."))
    if party in (COUNCIL, by):
        raise Forbidden(said("Nobody accredits themselves, or the council."))
    if not _party(parties, party).interval.holds(now):
        raise Conflict(said("That organisation has been ended in the ledger."))
    if accredited:
        raise Conflict(said("That organisation is accredited already."))


def _check_new_key(statement: Statement, parties: Directory, now: int) -> None:
    party, key = _party(parties, int(statement.values["party"])), str(statement.values["key"])
    if key == NOBODY:
        raise Invalid(said("An address of nothing but zeros is nobody’s key."))
    if key in party.keys:
        raise Conflict(
            said("This key was one of the party’s before; a key that was ended never comes back. Make a new one.")
        )
    if sum(parties.key_in_force(party.number, known, now) for known in party.keys) >= MOST_KEYS:
        raise Conflict(said("A party has %(most_keys)s keys at most. End one first.", most_keys=MOST_KEYS))


def _check_compromised(statement: Statement, parties: Directory, now: int) -> None:
    values = statement.values
    by, party, since = int(values["by"]), int(values["party"]), int(values["since"])
    if by not in (party, COUNCIL):
        raise Forbidden(said("Only the key’s own organisation or the council can say that it was compromised."))
    key = parties.key(party, str(values["key"]))
    if key is None:
        raise Unknown(said("That key was never one of this party’s."))
    if not key.interval.start <= since <= now:
        raise Invalid(said("The time lies before the key’s first day or in the future."))
    if key.compromised_since is not None and (by != COUNCIL or since >= key.compromised_since):
        raise Conflict(
            said("This key is known as compromised already; only the council can move that time, and to earlier.")
        )


def _party(parties: Directory, number: int) -> Party:
    found = parties.parties.get(number)
    if found is None:
        raise Unknown(said("There is no party number %(number)s in the ledger.", number=number))
    return found

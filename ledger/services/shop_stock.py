"""What a shop does with single items: find one by what the till sees of it, and note what it has taken back.

A return is a handover like any other: the customer makes a link, and a member of staff accepts it with their passkey.
The item then stands under an address of theirs; the note here says that it is the shop's and not their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ledger.domain.codes import BareSerial, Exact, parse_code
from ledger.domain.errors import Conflict, Forbidden, Invalid, LedgerError, Unknown
from ledger.domain.organisations import Caller, Organisation, Role, Scope
from ledger.domain.said import said
from ledger.services.ports import Ledger, Tx
from ledger.services.views_of_chain import Listed, find_listed, listed

MOST: Final = 20
"""Items that a search shows."""
ENDING: Final = 4
"""Characters of a serial's end that are enough to look for."""


@dataclass(frozen=True, slots=True)
class Taken:
    """An item that a member holds for the shop."""

    subject: Listed
    person: str
    taken_at: int


def till_search(ledger: Ledger, caller: Caller, typed: str) -> list[Listed]:
    """The brand's own items that a code, a serial or the end of one means; at most 20, none where there is none.

    Raises Invalid for what is neither.
    """
    caller.need(Scope.ACTIVATE)
    caller.need_role(Role.BRAND)
    text = typed.strip()
    own = caller.organisation.id
    with ledger.store.read() as tx:
        found = _exact(tx, text)
        if not found and ENDING <= len(text) <= 20:
            found = [listed(tx, one) for one in tx.shop.items_ending(own, text, MOST)]
        mine = [one for one in found if one.batch.organisation == own]
    if not mine and len(text) < ENDING:
        raise Invalid(said("Type the code, the serial, or at least its last four characters."))
    return mine[:MOST]


def take_back(ledger: Ledger, caller: Caller, item: int) -> None:
    """Note that an item which this member holds is the shop's. Raises Forbidden where somebody else holds it."""
    caller.need(Scope.ACTIVATE)
    caller.need_role(Role.BRAND)
    if caller.person is None:
        raise Forbidden(said("Sign in as yourself, with your passkey: a return is signed by a person."))
    with ledger.store.write() as tx:
        subject = listed(tx, item)
        if subject.batch.organisation != caller.organisation.id:
            raise Unknown(said("You have no such item."))
        holding = tx.people.holding(item, subject.holder)
        if holding is None or holding.person != caller.person:
            raise Conflict(said("You do not hold this item. Have the customer hand it over to you first."))
        tx.shop.take(item, subject.holder, caller.organisation.id, caller.person, ledger.now())


def taken_back(ledger: Ledger, caller: Caller) -> list[Taken]:
    """What the shop holds now: an item that went on is no longer among it."""
    caller.need(Scope.ACTIVATE)
    return held_by(ledger, caller.organisation)


def held_by(ledger: Ledger, organisation: Organisation, person: str | None = None) -> list[Taken]:
    """The same for one member, or for all."""
    with ledger.store.read() as tx:
        found = [
            (listed(tx, item), address, who, at)
            for item, address, who, at in tx.shop.taken(organisation.id)
            if person in (None, who)
        ]
    return [Taken(subject, who, at) for subject, address, who, at in found if subject.holder == address]


def _exact(tx: Tx, text: str) -> list[Listed]:
    try:
        meant = parse_code(text)
        if isinstance(meant, Exact):
            return [find_listed(tx, meant.gtin, meant.serial)]
        if isinstance(meant, BareSerial):
            return [listed(tx, one.item) for form in meant.candidates for one in tx.batches.find_serial(form)]
    except LedgerError:
        # What is no whole code may still be the end of a serial.
        return []
    return []

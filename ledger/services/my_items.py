"""A person's own items: what is theirs, what is on its way to them, and what passed through their hands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from ledger.domain.asks import Ask, Entrustment, Escrow
from ledger.domain.errors import Conflict, Invalid, Unknown
from ledger.domain.organisations import Organisation
from ledger.domain.outbox import Progress, Queued, State
from ledger.domain.papers import StoredOffer
from ledger.domain.people import Holding
from ledger.domain.said import said
from ledger.domain.statements import Kind
from ledger.services.errands import Visit
from ledger.services.ports import Ledger, Tx
from ledger.services.progress_of import progress_of
from ledger.services.scan_item import scan_item, scan_many
from ledger.services.scanned import Scan
from ledger.services.views_of_chain import Listed, listed


class Part(StrEnum):
    """How an item stands to a person."""

    OWNER = "owner"
    COMING = "coming"
    WITH_PLATFORM = "with_platform"
    FORMER = "former"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class MyItem:
    """One item in somebody's list."""

    holding: Holding
    scan: Scan
    part: Part
    progress: Progress | None = None
    """Of the statement that makes it theirs, while it is on its way."""

    @property
    def subject(self) -> Listed:
        """The item itself."""
        assert self.scan.subject is not None
        return self.scan.subject


@dataclass(frozen=True, slots=True)
class KeptOffer:
    """An open offer, and the platform that holds it, if one does."""

    offer: StoredOffer
    escrow: Escrow | None
    platform: Organisation | None
    moves: bool = False
    """Whether it only moves the item to another passkey of its owner's."""


@dataclass(frozen=True, slots=True)
class Owned:
    """Everything the owner's page of one item shows."""

    mine: MyItem
    offers: tuple[KeptOffer, ...]
    asks: tuple[Ask, ...]
    entrusted: tuple[tuple[Entrustment, Organisation | None], ...]
    pending: tuple[tuple[Queued, Progress], ...]
    """The owner's own statements that are not final yet, newest first."""


def my_items(ledger: Ledger, visit: Visit) -> list[MyItem]:
    """A person's items: theirs first, then what is coming, then what they had; newest first within each."""
    person = visit.known
    with ledger.store.read() as tx:
        holdings = [_chosen(tx, person.id, item) for item in _items(tx.people.holdings(person.id))]
        subjects = [listed(tx, one.item) for one in holdings]
        states = [part_of(ledger, tx, one, subject) for one, subject in zip(holdings, subjects, strict=True)]
    scans = scan_many(ledger, [(one.item.gtin, one.item.serial) for one in subjects])
    found = [
        MyItem(holding, scan, part, at)
        for holding, scan, (part, at) in zip(holdings, scans, states, strict=True)
        if scan.subject is not None
    ]
    order = list(Part)
    return sorted(found, key=lambda one: order.index(one.part))


def my_item(ledger: Ledger, visit: Visit, item: int) -> Owned:
    """One item of a person's. Raises Unknown where it is not and never was theirs."""
    person, now = visit.known, ledger.now()
    with ledger.store.read() as tx:
        held = tx.people.holdings_of(person.id, item)
        if not held:
            raise Unknown(said("This item is not among yours. Sign in with the account that holds it."))
        subject = listed(tx, item)
        holding = _chosen(tx, person.id, item)
        part, at = part_of(ledger, tx, holding, subject)
        owner = part is Part.OWNER
        offers = [_kept(tx, one) for one in tx.papers.open_offers(item, now)] if owner else []
        offers = [one for one in offers if int(one.offer.values["sequence"]) == subject.sequence]
        entrusted = [
            (one, tx.organisations.get(one.organisation))
            for one in (tx.asks.entrustments(item) if owner else ())
            if one.holds(now, subject.holder)
        ]
        asks = tuple(tx.asks.asks_of(item)) if owner else ()
        pending = _pending(ledger, tx, item) if owner else ()
    scan = scan_item(ledger, subject.item.gtin, subject.item.serial)
    return Owned(MyItem(holding, scan, part, at), tuple(offers), asks, tuple(entrusted), pending)


def part_of(ledger: Ledger, tx: Tx, holding: Holding, subject: Listed) -> tuple[Part, Progress | None]:
    """How an item stands to whoever has this address for it."""
    if subject.claimed and subject.holder == holding.address:
        return Part.OWNER, None
    coming = _becoming(tx, holding)
    if coming is not None:
        at = progress_of(ledger, tx, [coming])[coming.id]
        if at.state is State.REFUSED:
            return Part.REFUSED, at
        if at.state in (State.QUEUED, State.SENT):
            return Part.COMING, at
    elif _waits_for_platform(tx, holding):
        return Part.WITH_PLATFORM, None
    return Part.FORMER, None


def note(ledger: Ledger, visit: Visit, item: int, text: str, bought_on: str | None) -> None:
    """A person's own words about an item of theirs. Raises Invalid for more than 2,000 characters."""
    if len(text) > 2_000:
        raise Invalid(said("Write at most 2,000 characters."))
    with ledger.store.write() as tx:
        tx.people.note_holding(visit.known.id, item, text.strip(), bought_on or None)


def _becoming(tx: Tx, holding: Holding) -> Queued | None:
    kinds = (Kind.CLAIM, Kind.ACCEPT, Kind.COMPLETE_RECOVERY)
    for queued in tx.outbox.of_item(holding.item):
        if queued.statement.kind in kinds and queued.statement.values["newOwner"] == holding.address:
            return queued
    return None


def _waits_for_platform(tx: Tx, holding: Holding) -> bool:
    # An offer that is over lets go of the acceptance too.
    for offer in tx.papers.open_offers(holding.item, 0):
        escrow = tx.asks.escrow(offer.id)
        if escrow is not None and escrow.accepted and escrow.accepted.get("new_owner") == holding.address:
            return escrow.released_at is None and escrow.refused_at is None
    return False


def _kept(tx: Tx, offer: StoredOffer) -> KeptOffer:
    escrow = tx.asks.escrow(offer.id)
    own = tx.people.holding(offer.item, str(offer.values["recipient"])) is not None
    return KeptOffer(offer, escrow, tx.organisations.get(escrow.organisation) if escrow else None, own)


def _pending(ledger: Ledger, tx: Tx, item: int) -> tuple[tuple[Queued, Progress], ...]:
    own = (Kind.OWNER_REPORT, Kind.CANCEL, Kind.ACCEPT)
    queued = [one for one in tx.outbox.of_item(item, 10) if one.statement.kind in own]
    at = progress_of(ledger, tx, queued)
    return tuple((one, at[one.id]) for one in queued if at[one.id].state is not State.FINAL)


def _items(holdings: Sequence[Holding]) -> list[int]:
    """The items of some addresses, each once, in order."""
    return list(dict.fromkeys(one.item for one in holdings))


def _chosen(tx: Tx, person: str, item: int) -> Holding:
    """Of a person's addresses for an item the one that holds it, else the newest."""
    held = tx.people.holdings_of(person, item)
    holder = listed(tx, item).holder
    return next((one for one in held if one.address == holder), held[0])


def data_of(ledger: Ledger, visit: Visit) -> dict[str, Any]:
    """Everything kept about a person, as they may have it (GDPR, Art. 15 and 20)."""
    person = visit.known
    with ledger.store.read() as tx:
        held = tx.people.holdings(person.id)
        return {
            "person": {
                "id": person.id,
                "email": person.email,
                "language": person.language,
                "created_at": person.created_at,
            },
            "passkeys": [
                {
                    "label": one.label,
                    "credential": one.credential.hex(),
                    "x": "0x" + one.x.hex(),
                    "y": "0x" + one.y.hex(),
                    "created_at": one.created_at,
                    "last_used_at": one.last_used_at,
                }
                for one in tx.people.passkeys(person.id)
            ],
            "items": [
                {
                    "item": f"{one.item:064x}",
                    "gtin": listed(tx, one.item).item.gtin,
                    "serial": listed(tx, one.item).item.serial,
                    "address": one.address,
                    "blind": "0x" + one.blind.hex() if one.blind else None,
                    "note": one.note,
                    "bought_on": one.bought_on,
                    "created_at": one.created_at,
                    "questions": [
                        {"asked_at": ask.created_at, "state": ask.state, "answered_at": ask.answered_at}
                        for ask in (tx.asks.asks_of(one.item) if listed(tx, one.item).holder == one.address else ())
                    ],
                }
                for one in held
            ],
            "organisations": [
                {
                    "organisation": one.organisation,
                    "roles": sorted(one.roles),
                    "name": one.name,
                    "shown_name": tx.sheets.shown_name(one.organisation, person.id),
                }
                for one in tx.people.memberships(person.id)
            ],
            "sessions": [
                {"created_at": one.created_at, "expires_at": one.expires_at}
                for one in tx.people.sessions(person.id, ledger.now())
            ],
        }


def leave(ledger: Ledger, visit: Visit) -> None:
    """Delete a person: what links them to their items goes, the items' records stay.

    What they signed keeps its effect; without their passkey or paper backup nobody can sign for the items again.
    Raises Conflict for a member of an organisation: leaving that ends the key which speaks for it.
    """
    with ledger.store.write() as tx:
        if tx.people.memberships(visit.known.id):
            raise Conflict(said("You work for an organisation here. Leave it in the console first."))
        for one in tx.people.holdings(visit.known.id):
            if listed(tx, one.item).holder == one.address:
                # Finders wrote, and left their address, to this owner alone.
                tx.asks.forget_messages(one.item)
        tx.people.remove(visit.known.id)

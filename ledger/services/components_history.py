"""Which parts were in an item in which time, read from the chain's copy and from what is kept of parts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ledger.domain.chain_view import ChainEvent
from ledger.domain.components_history import Described, Elsewhere, Fit, Serviced, current, history
from ledger.domain.custody import Flag
from ledger.domain.errors import Forbidden
from ledger.domain.inspections import part_of
from ledger.domain.news import flag_of_statement
from ledger.domain.organisations import Caller, Role, Scope
from ledger.domain.outbox import State
from ledger.domain.parties import Directory
from ledger.domain.said import said
from ledger.domain.statements import RecordKind
from ledger.services.open_item import registration_event
from ledger.services.ports import Ledger, Tx
from ledger.services.progress_of import progress_of
from ledger.services.views_of_chain import Listed, block_time, directory, find_listed, listed

_MOST_EVENTS = 2_000
_MOST_ITEMS = 50
"""Other items that are looked into for one part."""
_THEFT = Flag.STOLEN | Flag.BRAND_THEFT | Flag.COUNCIL_THEFT


@dataclass(frozen=True, slots=True)
class PartHistory:
    """The parts of an item: of each, what was in it in which time."""

    gtin: str
    serial: str
    fits: tuple[Fit, ...]


def part_history(ledger: Ledger, caller: Caller, gtin: str, serial: str) -> PartHistory:
    """Every part of an item, oldest first, without a serial. Raises Unknown, and Forbidden as `need_checker` does."""
    with ledger.store.read() as tx:
        subject = find_listed(tx, gtin, serial)
        need_checker(ledger, tx, caller, subject)
        found = fits_of(tx, subject, directory(tx))
        return PartHistory(
            subject.item.gtin, subject.item.serial, tuple(one for told in found.values() for one in told)
        )


def need_checker(ledger: Ledger, tx: Tx, caller: Caller, subject: Listed) -> None:
    """Raises Forbidden for all but the item's brand, and those who are accredited for it now."""
    caller.need(Scope.SIGN)
    caller.need_role(Role.AUTHENTICATOR, Role.REPAIRER, Role.BRAND)
    if subject.batch.organisation == caller.organisation.id:
        return
    party, parties, now = caller.organisation.party, directory(tx), block_time(ledger, tx)
    known = None if party is None else parties.parties.get(party)
    if caller.organisation.role is Role.BRAND or known is None or not known.interval.holds(now):
        raise Forbidden(said("Only the item’s brand, and those accredited for it, compare serials of its parts."))
    if parties.accreditor(subject.batch.brand, known.number, now) is None:
        raise Forbidden(
            said("You are not accredited for this brand’s items now. Ask the brand or the council for accreditation.")
        )
    if subject.batch.number is None or registration_event(tx, subject.batch.number) is None:
        raise Forbidden(said("This item is not registered yet, so its parts cannot be compared. Ask its brand."))


def fits_of(tx: Tx, subject: Listed, parties: Directory) -> dict[str, list[Fit]]:
    """The history of each part of an item, as far as blocks that we hold have it."""
    return history(_changes(tx, subject, parties))


def elsewhere(ledger: Ledger, tx: Tx, subject: Listed, part: str, mark: bytes, parties: Directory) -> Elsewhere:
    """The gravest that is known of the part in other items, those in which it is now."""
    found = [Elsewhere.UNKNOWN]
    for number in tx.components.items_with(mark, _MOST_ITEMS):
        item = None if number == subject.item.item else tx.batches.item(number)
        if item is None:
            continue
        other = listed(tx, number)
        now = current(fits_of(tx, other, parties).get(part, ()))
        if now is not None and now.mark == mark:
            found.append(_news(ledger, tx, other))
    return max(found)


def _news(ledger: Ledger, tx: Tx, other: Listed) -> Elsewhere:
    """What is reported of an item, with what is signed and only waits to be sent."""
    flags = Flag(0) if other.state is None else other.state.in_force(block_time(ledger, tx))
    waiting = [one for one in tx.outbox.of_item(other.item.item) if one.vouched]
    where = progress_of(ledger, tx, waiting) if waiting else {}
    for one in waiting:
        if where[one.id].state in (State.QUEUED, State.SENT):
            flags |= flag_of_statement(one.statement, claimed=other.claimed) or Flag(0)
    if flags & _THEFT:
        return Elsewhere.STOLEN
    if flags & Flag.LOST:
        return Elsewhere.LOST
    return Elsewhere.RETIRED if flags & Flag.RETIRED else Elsewhere.RECORDED


def _changes(tx: Tx, subject: Listed, parties: Directory) -> Iterator[Described | Serviced]:
    item = subject.item
    described: dict[bytes, dict[str, bytes]] = {}
    for one in tx.components.marks(item.item):
        described.setdefault(one.record, {})[one.part] = one.mark
    amended = {one.record_hash for one in tx.batches.amendments(item.item)}
    fitted = {one.report: one for one in tx.components.new_parts(item.item)}
    brand = _name(tx, subject.batch.brand)
    registered = registration_event(tx, subject.batch.number)
    yield Described(
        subject.batch.created_at if registered is None else registered.time,
        described.get(item.record_hash, {}),
        brand,
    )
    events = tx.chain.item_events_named(item.item, ("Recorded", "ItemAmended"), _MOST_EVENTS)
    for event in events:
        args = event.args
        if event.name == "ItemAmended":
            # What another program amended is not kept here; of its parts nothing is known.
            if args["recordHash"] in amended:
                yield Described(event.time, described.get(args["recordHash"], {}), brand)
        elif counts(event, events, parties):
            new = fitted.get(args["report"])
            organisation = tx.organisations.by_party(args["party"])
            ours = new is not None and organisation is not None and new.organisation == organisation.id
            part = part_of(args["facts"])
            mark = new.mark if new is not None and ours and new.part == part else None
            yield Serviced(event.time, args["date"], part, mark, _name(tx, args["party"]))


def counts(event: ChainEvent, events: Sequence[ChainEvent], parties: Directory) -> bool:
    """Whether a record is a service that replaced a part, was not taken back, and is by a key that counted then."""
    args = event.args
    if args["kind"] != RecordKind.SERVICE or not part_of(args["facts"]):
        return False
    taken_back = any(
        one.name == "Recorded"
        and one.args["kind"] in (RecordKind.WITHDRAWAL, RecordKind.CORRECTION)
        and (one.args["party"], one.args["about"]) == (args["party"], args["nonce"])
        for one in events
    )
    key = parties.key(args["party"], args.get("signer", ""))
    stolen = key is not None and key.compromised_since is not None and key.compromised_since <= event.time
    return not taken_back and not stolen


def _name(tx: Tx, party: int) -> str:
    found = tx.organisations.by_party(party)
    return found.name if found else f"party {party}"

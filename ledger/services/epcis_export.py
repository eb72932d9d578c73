"""What the chain tells, as EPCIS events: of an item, of a batch, of an organisation's period. Only what is final.

A block that may still be lost would take an event's id with it, so nothing is exported before it is final.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from ledger.domain.batches import Batch, Item
from ledger.domain.chain_view import ChainEvent
from ledger.domain.custody import ItemState
from ledger.domain.epcis import NEED_STATES, TOLD, Fact, epcis_events
from ledger.domain.epcis_told import Told
from ledger.domain.errors import Invalid, Unknown
from ledger.domain.gtins import check_gtin
from ledger.domain.organisations import Caller, Scope
from ledger.domain.said import said
from ledger.domain.statements import RecordKind
from ledger.services.epcis_port import Place
from ledger.services.gather_facts import public_fields
from ledger.services.open_item import registration_event
from ledger.services.ports import Ledger, Tx
from ledger.services.read_batch import own_batch
from ledger.services.views_of_chain import final_height, find_listed

EpcisEvent = dict[str, Any]
FOREVER: Final = (0, 1 << 62)
"""Every time there is, from and until, in seconds since 1970."""
_ITEMS: Final = 400
"""Items of a batch that are told in one snapshot."""
_START: Final[Place] = (-1, -1)
_CURSOR: Final = re.compile(r"([0-9]{1,18})-([0-9]{1,9})-([0-9]{1,9})")
_TOLD_CURSOR: Final = "told-"
_FIRST_TOLD: Final = ""
_UNDOING: Final = (RecordKind.CORRECTION, RecordKind.WITHDRAWAL)


@dataclass(frozen=True, slots=True)
class Page:
    """Some events, and where the next ones begin; None where these were the last.

    `origins` say of each event that came by capture who told it: eventID, name and domain.
    """

    events: Sequence[EpcisEvent]
    next: str | None = None
    origins: Sequence[Mapping[str, str]] = ()


@dataclass(frozen=True, slots=True)
class _About:
    item: Item
    batch: Batch
    event: ChainEvent


def item_page(
    ledger: Ledger, gtin: str, serial: str, after: Place | None, limit: int
) -> tuple[list[EpcisEvent], Place | None]:
    """An item's events and its batch's, oldest first, from beyond a place, and the place to go on from.

    Raises Unknown for an item that there is none of, or whose registration is not final.
    """
    with ledger.store.read() as tx:
        subject, last = find_listed(tx, gtin, serial), final_height(tx)
        registered = registration_event(tx, subject.batch.number)
        if registered is None or registered.block > last:
            raise Unknown(
                said(
                    "There is no item %(gtin)s with serial %(serial)s whose registration is final.",
                    gtin=subject.item.gtin,
                    serial=subject.item.serial,
                )
            )
        told = tx.chain.history(subject.item.item, subject.batch.number, after or _START, limit + 1)
        told = [event for event in told if event.block <= last]
        following = (told[limit - 1].block, told[limit - 1].log_index) if len(told) > limit else None
        about = [_About(subject.item, subject.batch, event) for event in told[:limit] if _ours(event, registered)]
        return [one for many in _tell(tx, about) for one in many], following


def batch_events(ledger: Ledger, caller: Caller, id: str) -> Iterator[EpcisEvent]:
    """The events of every item of one of the caller's batches, item by item, read page by page while it is used.

    Raises Unknown at once for somebody else's batch, or one whose registration is not final.
    """
    caller.need(Scope.READ)
    with ledger.store.read() as tx:
        batch = own_batch(tx, caller, id)
        if _registration(tx, batch) is None:
            raise Unknown(said("This batch has no registration that is final yet. Ask again once it is."))
    return _items_of(ledger, batch)


def period_page(ledger: Ledger, caller: Caller, times: tuple[int, int], cursor: str | None, limit: int) -> Page:
    """What happened to the caller's items, what the caller signed and what it told, oldest first.

    First what the chain tells, by block, each event of a batch once for each of its items; then what others told of
    the caller's items by capture, and what the caller told. `times` are from and until, in seconds since 1970, of the
    blocks and of the captures: EPCIS's record time. Raises Invalid for a cursor that was not given out.
    """
    caller.need(Scope.READ)
    with ledger.store.read() as tx:
        if cursor is not None and cursor.startswith(_TOLD_CURSOR):
            return _told_page(tx, caller, times, cursor.removeprefix(_TOLD_CURSOR), limit)
        about, following = _period(tx, caller, times, _place_of(cursor), limit)
        events = [one for many in _tell(tx, about) for one in many]
        if following is not None:
            return Page(events, following)
        left = limit - len(about)
        if left <= 0:
            return Page(events, _TOLD_CURSOR)
        more = _told_page(tx, caller, times, _FIRST_TOLD, left)
        return Page([*events, *more.events], more.next, more.origins)


def _place_of(cursor: str | None) -> tuple[int, int, int]:
    if cursor is None:
        return 0, 0, 0
    found = _CURSOR.fullmatch(cursor)
    if found is None:
        raise Invalid(said("That is not a cursor of ours. Take it from the answer before, as it is."))
    return int(found[1]), int(found[2]), int(found[3])


def _period(
    tx: Tx, caller: Caller, times: tuple[int, int], start: tuple[int, int, int], limit: int
) -> tuple[list[_About], str | None]:
    organisation, last = caller.organisation, final_height(tx)
    told = tx.epcis.period(organisation.id, organisation.party, TOLD, times, start[:2], last, limit + 1)
    about: list[_About] = []
    for event in told:
        first = start[2] if (event.block, event.log_index) == start[:2] else 0
        place = f"{event.block}-{event.log_index}"
        if len(about) >= limit:
            return about, f"{place}-{first}"
        if event.item is not None:
            about += _of_item(tx, event)
            continue
        batch = tx.batches.by_number(int(event.args["batch"]))
        registered = None if batch is None else _registration(tx, batch)
        if batch is None or registered is None or not _ours(event, registered):
            continue
        some = tx.batches.items_page(batch.id, first - 1, limit - len(about) + 1)
        fits = some[: limit - len(about)]
        about += [_About(item, batch, event) for item in fits]
        if len(some) > len(fits):
            return about, f"{place}-{some[len(fits)].position}"
    return about, None


def _told_page(tx: Tx, caller: Caller, times: tuple[int, int], after: str, limit: int) -> Page:
    found = tx.epcis.told_page(caller.organisation.id, times, after, limit + 1)
    following = _TOLD_CURSOR + found[limit - 1].id if len(found) > limit else None
    events = [dict(one.body["event"]) | _contexts(one.body["contexts"]) for one in found[:limit]]
    return Page(events, following, [_origin(tx, one) for one in found[:limit]])


def _origin(tx: Tx, one: Told) -> dict[str, str]:
    by = tx.organisations.get(one.organisation)
    assert by is not None  # a foreign key
    return {"eventID": one.event_id, "by": by.name, "domain": by.domain}


def _contexts(contexts: Sequence[Any]) -> dict[str, Any]:
    return {"@context": list(contexts)} if contexts else {}


def _items_of(ledger: Ledger, batch: Batch) -> Iterator[EpcisEvent]:
    after = -1
    while True:
        with ledger.store.read() as tx:
            items, registered, last = (
                tx.batches.items_page(batch.id, after, _ITEMS),
                _registration(tx, batch),
                final_height(tx),
            )
            if not items or registered is None or batch.number is None:
                return
            of_batch = [event for event in tx.chain.batch_events(batch.number) if event.block <= last]
            of_items = tx.epcis.told_of([one.item for one in items], last)
            about = [
                _About(item, batch, event)
                for item in items
                for event in sorted(
                    [*of_batch, *of_items.get(item.item, ())], key=lambda one: (one.block, one.log_index)
                )
                if _ours(event, registered)
            ]
            told = _tell(tx, about)
        for many in told:
            yield from many
        after = items[-1].position


def _registration(tx: Tx, batch: Batch) -> ChainEvent | None:
    """The batch's registration, once it is final."""
    found = registration_event(tx, batch.number)
    return found if found is not None and found.block <= final_height(tx) else None


def _ours(event: ChainEvent, registered: ChainEvent) -> bool:
    """Whether an event is told: not a registration of something else under our batch's number."""
    place = (event.block, event.log_index)
    return event.name in TOLD and (event.name != "BatchRegistered" or place == (registered.block, registered.log_index))


def _of_item(tx: Tx, event: ChainEvent) -> list[_About]:
    item = tx.batches.item(int(event.args["item"]))
    batch = None if item is None else tx.batches.get(item.batch_id)
    return [] if item is None or batch is None else [_About(item, batch, event)]


def _tell(tx: Tx, about: Sequence[_About]) -> list[list[EpcisEvent]]:
    """Each event in EPCIS's words; what that needs is read once for all of them."""
    deployed = tx.meta.get("deployment") or {}
    chain, contract = int(deployed.get("chain_id", 0)), str(deployed.get("contract", "")).lower()
    states = tx.epcis.versions_of(list({one.item.item for one in about if one.event.name in NEED_STATES}))
    undone = {one.item.item for one in about if _undoes(one.event)}
    records = {item: tx.chain.item_events_named(item, ("Recorded",)) for item in undone}
    told = []
    for one in about:
        before, after = _around(states.get(one.item.item, ()), one.event)
        fact = Fact(
            one.event,
            check_gtin(one.item.gtin),
            one.item.serial,
            chain,
            contract,
            fields=_fields(tx, one),
            before=before,
            after=after,
        )
        told.append(epcis_events(_with_record(fact, records.get(one.item.item, ()))))
    return told


def _undoes(event: ChainEvent) -> bool:
    return event.name == "Recorded" and event.args["kind"] in _UNDOING


def _with_record(fact: Fact, records: Sequence[ChainEvent]) -> Fact:
    """The fact with the record that it corrects or withdraws."""
    if not _undoes(fact.event):
        return fact
    args, place = fact.event.args, (fact.event.block, fact.event.log_index)
    for event in records:
        meant = (event.args["nonce"], event.args["party"]) == (args["about"], args["party"])
        if meant and (event.block, event.log_index) < place and event.args["kind"] != RecordKind.WITHDRAWAL:
            # Of the record that was wrong only its own event is told again, so one step back is enough.
            return replace(fact, about=replace(fact, event=event))
    return fact


def _fields(tx: Tx, one: _About) -> Mapping[str, Any] | None:
    if one.event.name == "BatchRegistered":
        return public_fields(one.item.fields, one.batch.private_fields)
    if one.event.name == "ItemAmended":
        for later in tx.batches.amendments(one.item.item):
            if later.record_hash == one.event.args["recordHash"]:
                return public_fields(later.fields, later.private_fields)
    return None


def _around(
    versions: Sequence[tuple[Place, ItemState]], event: ChainEvent
) -> tuple[ItemState | None, ItemState | None]:
    """The item's states before and after one of its events."""
    place = (event.block, event.log_index)
    before = next((state for at, state in reversed(versions) if at < place), None)
    return before, next((state for at, state in versions if at == place), None)

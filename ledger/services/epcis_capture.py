"""Take events that others tell of items (EPCIS 2.0, capture interface), with who told them.

An event is taken where it names at least one item of this ledger whose registration is on the record; the event is kept
whole, also where it names pallets, parcels or items elsewhere, and is tied to our items alone. An event that names
none of ours is refused by name: it would be kept for nobody. What an organisation may say of an item is decided here:
its brand and those accredited for it are shown to buyers, others' events are kept for them and for the brand.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from ledger.domain.epcis_hash import HASH_ID, STANDARD, event_hash, namespaces_of
from ledger.domain.epcis_links import item_of
from ledger.domain.epcis_told import (
    AHEAD,
    MOST_EVENTS,
    SHOWN,
    Behaviour,
    Capture,
    Sent,
    Shown,
    Standing,
    Told,
    items_named,
)
from ledger.domain.errors import Fault, Invalid, Unknown
from ledger.domain.organisations import Caller, Scope
from ledger.domain.parties import COUNCIL, Directory
from ledger.domain.said import said
from ledger.services.ports import Ledger, Tx
from ledger.services.views_of_chain import directory

_LONGEST_ID: Final = 300
_HASH: Final = slice(len("ni:///sha-256;"), len("ni:///sha-256;") + 64)


@dataclass(frozen=True, slots=True)
class _Read:
    """An event with what is worked out of it before anything is looked up."""

    sent: Sent
    id: str
    hash: bytes
    time: int
    pairs: Sequence[tuple[str, str]]

    @property
    def where(self) -> str:
        return self.sent.where

    @property
    def name(self) -> tuple[str, bool]:
        return self.id, "errorDeclaration" in self.sent.event


def capture(
    ledger: Ledger, caller: Caller, sent: Sequence[Sent], faults: Sequence[Fault] = (), *, proceed: bool = False
) -> Capture:
    """Keep events whose shapes are right; `faults` are what was wrong with the others, each at its place.

    All or nothing, unless `proceed`: then the good ones are kept and the capture says what was wrong with the rest.
    An event that the caller has told before is counted, not kept again. Raises Forbidden without the scope; Invalid
    with every fault, and for more than 1,000 events.
    """
    caller.need(Scope.CAPTURE)
    if len(sent) > MOST_EVENTS:
        raise Invalid(said("That is more than %(most)s events. Send them in several captures.", most=MOST_EVENTS))
    found = list(faults)
    read = [one for one in (_read(each, ledger.now(), found) for each in sent) if one is not None]
    id = ledger.new_id("cap")
    with ledger.store.read() as tx:
        items = tx.epcis.registered(list(dict.fromkeys(pair for one in read for pair in one.pairs)))
        parties = directory(tx)
    about = {one.where: _standings(ledger, caller, parties, one, items) for one in read}
    for one in read:
        if not about[one.where]:
            found.append(_names_nothing(one))
    read = [one for one in read if about[one.where]]
    with ledger.store.write() as tx:
        new, known = _new_ones(tx, caller, read, found)
        if found and not proceed:
            raise Invalid(said("Nothing was taken: %(fault)s", fault=found[0]), faults=found[:100])
        done = Capture(
            id=id,
            organisation=caller.organisation.id,
            created_at=ledger.now(),
            behaviour=Behaviour.PROCEED if proceed else Behaviour.ROLLBACK,
            sent=len(sent) + len({one.where for one in faults}),
            taken=len(new),
            known=known,
            faults=[{"where": one.where, "what": one.what, "mend": one.mend} for one in found[:100]],
        )
        tx.epcis.add_capture(done)
        for one in new:
            tx.epcis.add_told(_kept(ledger, caller, id, one), about[one.where])
    return done


def own_capture(ledger: Ledger, caller: Caller, id: str) -> Capture:
    """One of the caller's captures. Raises Unknown for none, and for somebody else's."""
    caller.need(Scope.CAPTURE)
    with ledger.store.read() as tx:
        found = tx.epcis.capture(caller.organisation.id, id)
    if found is None:
        raise Unknown(said("You have no capture of that name."))
    return found


def own_captures(ledger: Ledger, caller: Caller, before: str | None, limit: int) -> list[Capture]:
    """The caller's captures, newest first, older than the cursor."""
    caller.need(Scope.CAPTURE)
    with ledger.store.read() as tx:
        return tx.epcis.captures(caller.organisation.id, before, limit)


def told_about(ledger: Ledger, item: int) -> list[Shown]:
    """The newest events of others that a buyer may see of an item, oldest first. Facts they are not."""
    with ledger.store.read() as tx:
        return tx.epcis.shown(item, SHOWN)


def _read(sent: Sent, now: int, faults: list[Fault]) -> _Read | None:
    """The event with its time, its hash and the items it may name; None where one of these is wrong, with a fault."""
    event, before = sent.event, len(faults)
    time = int(datetime.fromisoformat(str(event["eventTime"])).timestamp())
    if time > now + AHEAD:
        faults.append(Fault(f"{sent.where}.eventTime", said("lies in the future."), said("Tell what has happened.")))
    hashed = event_hash(event, STANDARD | namespaces_of(list(sent.contexts)))
    name = str(event.get("eventID", hashed))
    if len(name) > _LONGEST_ID:
        faults.append(Fault(f"{sent.where}.eventID", said("is longer than 300 characters."), ""))
    if HASH_ID.fullmatch(name) and name != hashed:
        faults.append(
            Fault(
                f"{sent.where}.eventID",
                said("is not the hash of this event, which is %(right)s.", right=hashed),
                said("Leave it out, and we put the right one in; or send the event as it was when it was hashed."),
            )
        )
    if len(faults) > before:
        return None
    pairs = [pair for pair in map(item_of, items_named(event)) if pair is not None]
    return _Read(sent, name, bytes.fromhex(hashed[_HASH]), time, pairs)


def _standings(
    ledger: Ledger,
    caller: Caller,
    parties: Directory,
    one: _Read,
    items: Mapping[tuple[str, str], Sequence[tuple[int, int, str]]],
) -> dict[int, Standing]:
    """What the caller is to each of our items that the event names."""
    found = {}
    for pair in one.pairs:
        for item, brand, organisation in items.get(pair, ()):
            found[item] = _standing(ledger, caller, parties, brand, organisation)
    return found


def _standing(ledger: Ledger, caller: Caller, parties: Directory, brand: int, organisation: str) -> Standing:
    if organisation == caller.organisation.id:
        return Standing.BRAND
    party = caller.organisation.party
    if party is not None and (party == COUNCIL or parties.accreditor(brand, party, ledger.now()) is not None):
        return Standing.ACCREDITED
    return Standing.OTHER


def _names_nothing(one: _Read) -> Fault:
    named = items_named(one.sent.event)
    what = said("names no item of this ledger.")
    if named:
        what = said("names no item of this ledger, only %(epc)s.", epc=named[0][:120])
    return Fault(one.sent.where, what, said("Name each item as its GS1 Digital Link or as urn:epc:id:sgtin."))


def _new_ones(tx: Tx, caller: Caller, read: Sequence[_Read], faults: list[Fault]) -> tuple[list[_Read], int]:
    """Those that were not told before, and how many were."""
    kept = dict(tx.epcis.known(caller.organisation.id, [one.name for one in read]))
    new, known = [], 0
    for one in read:
        before = kept.get(one.name)
        if before is None:
            kept[one.name] = one.hash
            new.append(one)
        elif before == one.hash:
            known += 1
        else:
            faults.append(
                Fault(
                    f"{one.sent.where}.eventID",
                    said("is the id of another event that you told before."),
                    said("Give this event an id of its own, or declare the other one wrong."),
                )
            )
    return new, known


def _kept(ledger: Ledger, caller: Caller, capture: str, one: _Read) -> Told:
    event: dict[str, Any] = {name: value for name, value in one.sent.event.items() if name != "@context"}
    return Told(
        id=ledger.new_id("tev"),
        organisation=caller.organisation.id,
        capture=capture,
        event_id=one.id,
        declared=one.name[1],
        event_time=one.time,
        biz_step=str(event.get("bizStep", ""))[:300],
        hash=one.hash,
        body={"event": {"eventID": one.id} | event, "contexts": list(one.sent.contexts)},
        created_at=ledger.now(),
    )

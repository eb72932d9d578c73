"""Platforms keep watches on items that are listed with them: added many at once, prolonged, listed, ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ledger.domain.desk.watches import LONGEST, MOST, MOST_AT_ONCE, USUAL, Watch
from ledger.domain.errors import Conflict, Fault, Invalid, Unknown
from ledger.domain.organisations import Caller, Role, Scope
from ledger.domain.said import said
from ledger.services.check_items import Asked, check_items
from ledger.services.ports import Ledger
from ledger.services.scanned import Scan

WATCHERS = (Role.PLATFORM, Role.BRAND)
"""Who may watch."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One code to watch, and the watcher's own name for it."""

    asked: Asked
    ref: str


def add_watches(ledger: Ledger, caller: Caller, wanted: Sequence[Wanted], until: int | None = None) -> list[Watch]:
    """Watch items until a time (seconds since 1970, 90 days ahead at most; 30 without one), in the order asked.

    The same code under the same `ref` is one watch, which is prolonged. Raises Invalid naming every line whose code
    names no one item, Conflict beyond 100,000 watches, Forbidden for whoever may not watch; then nothing is kept.
    """
    _may(caller)
    if not 1 <= len(wanted) <= MOST_AT_ONCE:
        raise Invalid(said("Send between 1 and %(most)s items at a time.", most=MOST_AT_ONCE))
    now = ledger.now()
    end = _end(now, until)
    scans = check_items(ledger, [one.asked for one in wanted])
    names = _names(wanted, scans)
    own = caller.organisation.id
    with ledger.store.write() as tx:
        known = {(one.gtin, one.serial, one.ref): one for one in tx.watches.named(own, list(dict.fromkeys(names)))}
        fresh: dict[tuple[str, str, str], Watch] = {}
        for name, scan in zip(names, scans, strict=True):
            if name not in known and name not in fresh:
                fresh[name] = _new(ledger, own, name, scan, now, end)
        if tx.watches.count(own) + len(fresh) > MOST:
            raise Conflict(said("You have %(most)s watches at most. End some that are over first.", most=MOST))
        tx.watches.add(list(fresh.values()))
        tx.watches.prolong([one.id for one in known.values()], end)
    found = fresh | {name: replace(one, until=end) for name, one in known.items()}
    return [found[name] for name in names]


def own_watches(ledger: Ledger, caller: Caller, before: str | None, limit: int) -> list[Watch]:
    """The caller's watches, newest first. Raises Forbidden."""
    _may(caller)
    with ledger.store.read() as tx:
        return tx.watches.page(caller.organisation.id, before, limit)


def end_watch(ledger: Ledger, caller: Caller, id: str) -> None:
    """Watch no more. Raises Unknown for none, and for somebody else's; Forbidden."""
    _may(caller)
    with ledger.store.write() as tx:
        if not tx.watches.remove(caller.organisation.id, id):
            raise Unknown(said("You have no watch of that name. It may have ended by itself."))


def _may(caller: Caller) -> None:
    caller.need(Scope.CHECK)
    caller.need_role(*WATCHERS)


def _end(now: int, until: int | None) -> int:
    end = now + USUAL if until is None else until
    if not now < end <= now + LONGEST:
        raise Invalid(said("A watch ends within 90 days from now. Ask again before it does, and it goes on."))
    return end


def _names(wanted: Sequence[Wanted], scans: Sequence[Scan]) -> list[tuple[str, str, str]]:
    faults, names = [], []
    for place, (one, scan) in enumerate(zip(wanted, scans, strict=True)):
        if scan.gtin is None or scan.serial is None:
            mend = scan.facts.code_problem or said("Send the code of one item, or its GTIN and serial.")
            faults.append(Fault(f"items[{place}]", said("names no single item."), mend))
        else:
            names.append((scan.gtin, scan.serial, one.ref))
    if faults:
        raise Invalid(
            said("Nothing was watched, for some codes cannot be: %(fault)s", fault=faults[0]), faults=faults[:100]
        )
    return names


def _new(ledger: Ledger, organisation: str, name: tuple[str, str, str], scan: Scan, now: int, until: int) -> Watch:
    gtin, serial, ref = name
    subject = scan.subject
    return Watch(
        id=ledger.new_id("wat"),
        organisation=organisation,
        gtin=gtin,
        serial=serial,
        ref=ref,
        item=None if subject is None else subject.item.item,
        batch=None if subject is None else subject.batch.number,
        until=until,
        created_at=now,
        verdict=scan.standing.key.value,
        advice=scan.standing.advice.value,
        changes=0,
        # Looked at once more soon: something may have been written between the check and now.
        look_at=now,
        calls=0,
    )

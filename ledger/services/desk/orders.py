"""Orders of courts: entered by the operator or an authority, lifted early, and what they hold right now.

Entries in the desk's log: `order.entered` (kind, document, territories, times, how much it holds) and `order.lifted`.
That an order ended at its time needs no entry: it stands in the one that entered it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from ledger.domain.desk.orders import Order, OrderKind, check_order, holding
from ledger.domain.desk.rights_stating import territories_of
from ledger.domain.desk.territories import shared
from ledger.domain.errors import Conflict, Fault, Invalid, Unknown
from ledger.domain.gtins import check_gtin
from ledger.domain.organisations import Caller, Role, Scope
from ledger.domain.said import said
from ledger.domain.serials import check_serial
from ledger.domain.standing import standing
from ledger.domain.standing_facts import Hold
from ledger.services.ports import Ledger, Tx
from ledger.services.scanned import Scan
from ledger.services.views_of_chain import moment

_ANSWERS: Final = 50
"""Faults of items and sellers that are named at once."""


@dataclass(frozen=True, slots=True)
class Given:
    """An order as it was typed. `sellers` are (platform's short name, its ref of the seller)."""

    kind: OrderKind
    court: str
    number: str
    document: str
    territories: Sequence[str]
    until: int
    from_at: int | None = None
    items: Sequence[tuple[str, str]] = ()
    sellers: Sequence[tuple[str, str]] = ()
    renews: str | None = None


def enter_order(ledger: Ledger, caller: Caller, given: Given) -> Order:
    """Enter an order; it holds from its time on. Raises Invalid naming every fault, Unknown for what it renews."""
    _need(caller)
    items = _items(given.items)
    places = territories_of(given.territories)
    with ledger.store.write() as tx:
        now = ledger.now()
        renewed = None if given.renews is None else _visible(tx, caller, given.renews)
        new = Order(
            id=ledger.new_id("ord"),
            kind=given.kind,
            court=given.court.strip(),
            number=given.number.strip(),
            document=given.document,
            territories=places or (),
            from_at=now if given.from_at is None else given.from_at,
            until=given.until,
            entered_by=caller.organisation.id,
            created_at=now,
            items=items,
            sellers=_sellers(tx, given.sellers),
            renews=given.renews,
        )
        check_order(new, places, renewed)
        tx.orders.add(new)
        body = {
            "kind": new.kind.value,
            "document": new.document,
            "territories": list(new.territories),
            "from": new.from_at,
            "until": new.until,
            "items": len(new.items),
            "sellers": len(new.sellers),
            "renews": new.renews,
        }
        tx.desk_log.append("order.entered", caller.organisation.id, new.id, body, now)
        return new


def lift_order(ledger: Ledger, caller: Caller, id: str) -> Order:
    """End an order before its time; lifted twice is lifted once. Raises Unknown, Conflict where it is over."""
    _need(caller)
    with ledger.store.write() as tx:
        found, now = _visible(tx, caller, id), ledger.now()
        if found.lifted_at is None:
            if now >= found.until:
                raise Conflict(said("This order has ended by itself, so there is nothing to lift."))
            tx.orders.lift(id, now)
            tx.desk_log.append("order.lifted", caller.organisation.id, id, {"until": found.until}, now)
        return _visible(tx, caller, id)


def orders_for(ledger: Ledger, caller: Caller) -> list[Order]:
    """The newest orders, without what they hold: the council's all, an authority's its own (at most 200)."""
    _need(caller)
    with ledger.store.read() as tx:
        return tx.orders.newest(None if caller.organisation.role is Role.COUNCIL else caller.organisation.id)


def order_for(ledger: Ledger, caller: Caller, id: str) -> Order:
    """One order with all that it holds. Raises Unknown."""
    _need(caller)
    with ledger.store.read() as tx:
        return _visible(tx, caller, id)


def judged_in(scan: Scan, territory: str | None) -> Scan:
    """The same answer for one territory: orders that do not reach it hold nothing there. None is everywhere."""
    if territory is None:
        return scan
    kept = tuple(one for one in scan.facts.holds if shared(one.territories, (territory,)))
    return scan if len(kept) == len(scan.facts.holds) else _with(scan, kept, scan.standing.at)


def held_now(tx: Tx, asked: Sequence[tuple[Scan, str | None]], now: int) -> list[Scan]:
    """Answers, each for its territory, with the orders that hold their items at this very second.

    Asked within the transaction that rests on it: an order may have been entered or lifted since the answers were made.
    """
    held = tx.orders.of_items({(one.gtin, one.serial) for one, _ in asked if one.gtin and one.serial}, now)
    return [
        judged_in(_under(scan, held.get((scan.gtin or "", scan.serial or ""), ()), now), territory)
        for scan, territory in asked
    ]


def with_sellers_held(
    ledger: Ledger, platform: str, sellers: Sequence[str | None], scans: Sequence[Scan]
) -> list[Scan]:
    """The answers for these sellers of a platform: what a seller under an order offers is held, as an item would be.

    `sellers` has the platform's own name for the seller of each answer, None where it named none.
    """
    named = {one for one in sellers if one is not None}
    if not named:
        return list(scans)
    with ledger.store.read() as tx:
        now = ledger.now()
        held = tx.orders.of_sellers(platform, named, now)
    return [
        _held(scan, held[ref], now) if ref is not None and ref in held else scan
        for ref, scan in zip(sellers, scans, strict=True)
    ]


def sellers_held(ledger: Ledger, caller: Caller) -> list[tuple[str, Order]]:
    """The caller's sellers that an order holds now, by the platform's own names for them, each with its order."""
    caller.need(Scope.CHECK)
    caller.need_role(Role.PLATFORM)
    with ledger.store.read() as tx:
        return tx.orders.sellers_held(caller.organisation.id, ledger.now())


def hold_of(order: Order) -> Hold:
    """An order as the facts of an item name it."""
    return Hold(order.id, order.court, moment(order.from_at), moment(order.ends_at), order.territories)


def holds_on_sellers(
    tx: Tx, platform: str, refs: Collection[str], now: int, territory: str | None = None
) -> dict[str, list[Order]]:
    """Orders in force on a platform's sellers, by its own names for them; those without one are left out."""
    found = {ref: holding(orders, now, territory) for ref, orders in tx.orders.of_sellers(platform, refs, now).items()}
    return {ref: orders for ref, orders in found.items() if orders}


def _held(scan: Scan, orders: Sequence[Order], now: int) -> Scan:
    more = map(hold_of, orders)
    return _with(scan, tuple({one.order: one for one in (*scan.facts.holds, *more)}.values()), moment(now))


def _under(scan: Scan, orders: Sequence[Order], now: int) -> Scan:
    holds = tuple(map(hold_of, orders))
    return scan if holds == scan.facts.holds else _with(scan, holds, moment(now))


def _with(scan: Scan, holds: tuple[Hold, ...], at: datetime) -> Scan:
    # The answer may have been made before an order that it is put under now: at that moment it did not hold yet.
    facts = replace(scan.facts, holds=holds)
    return replace(scan, facts=facts, standing=standing(facts, max(scan.standing.at, at)))


def _need(caller: Caller) -> None:
    caller.need(Scope.DECIDE)
    caller.need_role(Role.COUNCIL, Role.AUTHORITY)


def _visible(tx: Tx, caller: Caller, id: str) -> Order:
    found = tx.orders.get(id)
    if found is None or (caller.organisation.role is not Role.COUNCIL and found.entered_by != caller.organisation.id):
        raise Unknown(said("There is no such order of yours."))
    return found


def _items(given: Sequence[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    found: dict[tuple[str, str], None] = {}
    faults = []
    for place, (gtin, serial) in enumerate(given):
        try:
            check_serial(serial)
            found[check_gtin(gtin), serial] = None
        except Invalid as wrong:
            faults.append(Fault(f"items[{place}]", wrong.detail))
    if faults:
        raise Invalid(said("The order cannot be entered: %(fault)s", fault=faults[0]), faults=faults[:_ANSWERS])
    return tuple(found)


def _sellers(tx: Tx, given: Sequence[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    platforms = {slug: tx.organisations.get(slug) for slug in {slug for slug, _ in given}}
    found: dict[tuple[str, str], None] = {}
    faults = []
    for place, (slug, ref) in enumerate(given):
        platform = platforms[slug]
        if platform is None or platform.role is not Role.PLATFORM:
            faults.append(Fault(f"sellers[{place}]", said("There is no platform of that short name here.")))
        else:
            found[platform.id, ref] = None
    if faults:
        raise Invalid(said("The order cannot be entered: %(fault)s", fault=faults[0]), faults=faults[:_ANSWERS])
    return tuple(found)

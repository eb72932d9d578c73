"""What a platform knows of its sellers: kept as facts about facts, with levels and what is due.

Identifiers (a phone number, a payment account) pass through once: what stays is an HMAC under a key of the vault, by
which two names of one seller are recognised on the same platform, and by nothing else.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from ledger.domain.desk.sellers import (
    DAY,
    LOOKED_BACK,
    Fact,
    Field,
    Inform,
    Known,
    Sales,
    Seller,
    SellerKind,
    inform,
    known,
)
from ledger.domain.desk.signals import same
from ledger.domain.errors import Conflict, Fault, Invalid, Unknown
from ledger.domain.organisations import Caller, Role, Scope
from ledger.domain.said import said
from ledger.services.desk.screen_facts import seller_name
from ledger.services.ports import Ledger, Tx

RECORDED: Final = "seller.recorded"
FORGOTTEN: Final = "seller.forgotten"
MOST: Final = 1_000_000
"""Sellers of one platform."""
MARKS: Final = frozenset({"payment_account", "phone", "email", "tax_number", "identity_document", "device"})
_LINKED: Final = 50
_SLACK: Final = 300
"""Seconds that a platform's clock may be ahead of ours."""


@dataclass(frozen=True, slots=True)
class SellerView:
    """A seller as its platform sees it: level, duties, thresholds, and names that share an identifier."""

    seller: Seller
    known: Known
    inform: Inform
    linked: Sequence[tuple[str, str]]


def record_seller(
    ledger: Ledger,
    caller: Caller,
    ref: str,
    *,
    kind: SellerKind,
    country: str,
    since: int,
    registered: bool,
    facts: Mapping[Field, Fact],
    marks: Iterable[tuple[str, str]] = (),
) -> SellerView:
    """Keep a seller as the platform knows it now, in place of what it said before.

    `facts` says since when a field is held and when it was verified (seconds), `marks` are (kind, identifier). Raises
    Invalid naming every fault, Forbidden for all but platforms, Conflict beyond a million sellers.
    """
    _may(caller, Scope.SCREEN)
    now, platform = ledger.now(), caller.organisation.id
    told = [(kind_, value.strip()) for kind_, value in marks]
    _check(ref, country, since, facts, told, now)
    seller = Seller(platform, ref, kind, country, since, registered, dict(facts))
    key = ledger.vault.derive("seller marks")
    with ledger.store.write() as tx:
        before = tx.sellers.get(platform, ref)
        if before is None and tx.sellers.count(platform) >= MOST:
            raise Conflict(said("A million sellers of yours are kept here, which is the most."))
        earlier = None if before is None else _view(ledger, tx, before)
        tx.sellers.put(seller, now)
        tx.sellers.set_marks(platform, ref, [(name, _mark(key, platform, name, value)) for name, value in told], now)
        view = _view(ledger, tx, seller)
        _log(ledger, tx, caller, view, earlier)
        return view


def forget_seller(ledger: Ledger, caller: Caller, ref: str) -> None:
    """Forget all that was told of a seller. Raises Unknown, Forbidden."""
    _may(caller, Scope.SCREEN)
    platform = caller.organisation.id
    with ledger.store.write() as tx:
        _seller(tx, platform, ref)
        tx.sellers.forget(platform, ref)
        tx.desk_log.append(FORGOTTEN, platform, f"seller:{seller_name(ledger, platform, ref)}", {}, ledger.now())


def record_sales(ledger: Ledger, caller: Caller, ref: str, sales: Sequence[Sales]) -> SellerView:
    """Keep what a seller sold on some days to buyers in the United States. Raises Invalid, Unknown, Forbidden."""
    _may(caller, Scope.SCREEN)
    now, platform = ledger.now(), caller.organisation.id
    today = now // DAY
    faults = [
        Fault(f"days[{place}]", said("is not a day of the last two years."), said("Leave it out; it counts no more."))
        for place, one in enumerate(sales)
        if not today - LOOKED_BACK < one.day <= today + 1
    ]
    if len({one.day for one in sales}) != len(sales):
        faults.append(Fault("days", said("names a day twice."), said("Add the day's sales up first.")))
    if faults:
        raise Invalid(said("Nothing was kept: %(fault)s", fault=faults[0]), faults=faults)
    with ledger.store.write() as tx:
        seller = _seller(tx, platform, ref)
        earlier = _view(ledger, tx, seller)
        tx.sellers.set_sales(platform, ref, sales, today - LOOKED_BACK)
        view = _view(ledger, tx, seller)
        _log(ledger, tx, caller, view, earlier)
        return view


def seller_view(ledger: Ledger, caller: Caller, ref: str) -> SellerView:
    """One seller of the caller's platform. Raises Unknown, Forbidden."""
    _may(caller, Scope.CHECK)
    with ledger.store.read() as tx:
        return _view(ledger, tx, _seller(tx, caller.organisation.id, ref))


def sellers_of(ledger: Ledger, caller: Caller, after: str, limit: int) -> list[SellerView]:
    """The caller's sellers by their names, beyond one. Raises Forbidden."""
    _may(caller, Scope.CHECK)
    with ledger.store.read() as tx:
        return _views(ledger, tx, tx.sellers.page(caller.organisation.id, after, limit))


def level_of(ledger: Ledger, tx: Tx, platform: str, ref: str) -> int | None:
    """The level of a seller, None of one that the platform has told nothing of."""
    seller = tx.sellers.get(platform, ref)
    return None if seller is None else _view(ledger, tx, seller).known.level


def _may(caller: Caller, scope: Scope) -> None:
    caller.need(scope)
    caller.need_role(Role.PLATFORM)


def _seller(tx: Tx, platform: str, ref: str) -> Seller:
    found = tx.sellers.get(platform, ref)
    if found is None:
        raise Unknown(said("You have told nothing of a seller of that name. Record the seller first."))
    return found


def _view(ledger: Ledger, tx: Tx, seller: Seller) -> SellerView:
    return _views(ledger, tx, [seller])[0]


def _views(ledger: Ledger, tx: Tx, sellers: Sequence[Seller]) -> list[SellerView]:
    """Sellers of one platform as it sees them."""
    if not sellers:
        return []
    now, platform, refs = ledger.now(), sellers[0].platform, [one.ref for one in sellers]
    today = now // DAY
    sold = tx.sellers.sales_of(platform, refs, today - LOOKED_BACK)
    linked = tx.sellers.linked_to(platform, refs, _LINKED)
    views = []
    for one in sellers:
        volume = inform(sold.get(one.ref, ()), today)
        views.append(SellerView(one, known(one, volume, now), volume, linked.get(one.ref, ())))
    return views


def _log(ledger: Ledger, tx: Tx, caller: Caller, view: SellerView, before: SellerView | None) -> None:
    """One entry for what changed: told again, the same seller leaves none."""
    now, name = ledger.now(), seller_name(ledger, view.seller.platform, view.seller.ref)
    body = _told(view)
    if before is not None and _told(before) == body:
        return
    tx.desk_log.append(RECORDED, caller.organisation.id, f"seller:{name}", body, now)


def _told(view: SellerView) -> dict[str, Any]:
    return {
        "kind": view.seller.kind.value,
        "level": view.known.level,
        "missing": [one.value for one in view.known.missing],
        "unverified": [one.value for one in view.known.unverified],
        "high_volume": view.inform.since is not None,
        "disclosed": view.inform.disclosed,
        "linked": len({ref for ref, _ in view.linked}),
    }


def _mark(key: bytes, platform: str, kind: str, value: str) -> bytes:
    """A name that nobody can turn back: of one platform only, so that no two can compare their lists."""
    told = "\0".join((platform, kind, same(kind, value)))
    return hmac.new(key, told.encode("utf-8", "replace"), hashlib.sha256).digest()


def _check(
    ref: str, country: str, since: int, facts: Mapping[Field, Fact], marks: Sequence[tuple[str, str]], now: int
) -> None:
    faults = []
    if not 1 <= len(ref) <= 120 or not ref.isprintable():
        faults.append(Fault("ref", said("must have 1 to 120 printable characters.")))
    if len(country) != 2 or not (country.isascii() and country.isupper()):
        faults.append(Fault("country", said("is not a country."), said("Write two capital letters, as in FR.")))
    if since > now + _SLACK:
        faults.append(Fault("since", said("is in the future.")))
    for field, one in facts.items():
        if one.stated_at > now + _SLACK or (one.verified_at or 0) > now + _SLACK:
            faults.append(Fault(f"facts.{field}", said("is in the future.")))
        elif one.verified_at is not None and one.verified_at < one.stated_at:
            faults.append(Fault(f"facts.{field}", said("was verified before it was given.")))
    for place, (kind, value) in enumerate(marks):
        if kind not in MARKS:
            faults.append(Fault(f"identifiers[{place}].kind", said("is none of the kinds that are known here.")))
        elif len(value) > 200 or len(same(kind, value)) < 4:
            faults.append(Fault(f"identifiers[{place}].value", said("must have 4 to 200 characters.")))
    if faults:
        raise Invalid(said("The seller was not kept: %(fault)s", fault=faults[0]), faults=faults)

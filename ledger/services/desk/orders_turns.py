"""When a court's order begins, is lifted or ends, the live listings that it concerns are decided anew, by the worker.

1. Every order has a *turn*: due when it begins (or was entered), then when it ends; lifting it makes it due at once.
   It is kept with the order, so whoever enters or lifts one cannot forget it.
2. A turn goes through the live listings that name an item of the order or are of one of its sellers, by their ids,
   some at a time. What the order changes are facts: the advice on a code, and whether the seller is held, each where
   the listing is offered. They are read anew as of now, so a turn that comes late is as good as one in time.
3. What changed is decided by the rule pack in force, kept, logged (`screen.changed`) and told by webhook
   (`listing.decision_changed`) in the transaction that moves the turn on. Cut short anywhere, it goes on from there;
   of two workers at once one moves it on.
4. While no node is heard from, nothing can be told of items: what was decided of them stays, and is asked again later.
5. A listing that is screened meanwhile reads the orders within its own transaction, so none falls between.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from ledger.domain.desk.listings import Kept, ListingStatus
from ledger.domain.desk.orders import Order, holding
from ledger.domain.standing_headlines import Key
from ledger.screening.decide import FINE
from ledger.services.desk.orders import judged_in
from ledger.services.desk.orders_port import Turn
from ledger.services.desk.screen_facts import code_name
from ledger.services.desk.screen_look import decide_anew
from ledger.services.ports import Ledger, Tx
from ledger.services.scan_item import scan_many
from ledger.services.scanned import Scan

_AT_ONCE: Final = 100
"""Listings in one piece of a turn, and in one transaction."""
_AWAY: Final = 60
"""Seconds after which items are asked about again that nothing could be told of."""
CAUSE: Final = "order"


def settle_orders(ledger: Ledger) -> bool:
    """Decide some listings anew that an order began or ceased to hold; False where no order has a turn."""
    with ledger.store.read() as tx:
        turn = tx.orders.next_turn(ledger.now())
        order = None if turn is None else tx.orders.get(turn.order)
        if turn is None or order is None:
            return False
        names = {code_name(ledger, gtin, serial): (gtin, serial) for gtin, serial in order.items}
        found = tx.listings.under(names, order.sellers, turn.after, _AT_ONCE)
        decided = tx.listings.decided([one.decision_id for one in found]).values()
    shown = {code["code"] for one in decided for code in json.loads(one.facts)["codes"]}
    # A code is named in a listing's facts by the beginning of its keyed hash.
    pairs = {name.hex()[:32]: pair for name, pair in names.items() if name.hex()[:32] in shown}
    scans = dict(zip(pairs, scan_many(ledger, list(pairs.values())), strict=True))
    with ledger.store.write() as tx:
        if tx.orders.next_turn(ledger.now()) == turn:
            _decide(ledger, tx, [one.id for one in found], scans)
            away = any(map(_cannot_tell, scans.values()))
            tx.orders.turned(turn, _later(ledger, turn, order) if away else _then(turn, order, found))
    return True


def _later(ledger: Ledger, turn: Turn, order: Order) -> Turn:
    due = ledger.now() + _AWAY
    # One put off past the order's end is the turn of its end: what was decided before the end is decided anew too.
    return Turn(order.id, due, "" if turn.due < order.ends_at <= due else turn.after)


def _then(turn: Turn, order: Order, found: Sequence[Kept]) -> Turn | None:
    if len(found) == _AT_ONCE:
        return Turn(order.id, turn.due, found[-1].id)
    return Turn(order.id, order.ends_at, "") if turn.due < order.ends_at else None


def _decide(ledger: Ledger, tx: Tx, ids: Collection[str], scans: Mapping[str, Scan]) -> None:
    now = ledger.now()
    live = [one for one in tx.listings.several(ids).values() if one.status == ListingStatus.LIVE]
    decided = tx.listings.decided([one.decision_id for one in live])
    sellers: dict[str, set[str]] = {}
    for one in live:
        sellers.setdefault(one.platform, set()).add(one.seller)
    held = {platform: tx.orders.of_sellers(platform, refs, now) for platform, refs in sellers.items()}
    for one in sorted(live, key=lambda each: each.id):
        facts = json.loads(decided[one.decision_id].facts)
        orders = holding(held[one.platform].get(one.seller, ()), now, one.territory)
        anew = _anew(facts, one.territory, scans, [order.id for order in orders])
        if anew != facts:
            decide_anew(ledger, tx, one, anew | {"at": now}, CAUSE)


def _anew(
    facts: Mapping[str, Any], territory: str | None, scans: Mapping[str, Scan], held: Sequence[str]
) -> dict[str, Any]:
    """A listing's facts with what these items show now, and with the orders that hold its seller."""
    told = {name: scan for name, scan in scans.items() if not _cannot_tell(scan)}
    codes = [
        one if one["code"] not in told else one | _shown(judged_in(told[one["code"]], territory))
        for one in facts["codes"]
    ]
    fine = {one["brand"] for one in codes if one["verdict"] in FINE}
    seller = facts["seller"] | {"held": list(held)}
    marks = [one | {"entitled": _entitled(one, fine, seller["authorised"])} for one in facts["marks"]]
    return dict(facts) | {"codes": codes, "seller": seller, "marks": marks}


def _cannot_tell(scan: Scan) -> bool:
    return scan.standing.key is Key.UNAVAILABLE


def _shown(scan: Scan) -> dict[str, Any]:
    return {
        "verdict": scan.standing.key.value,
        "advice": scan.standing.advice.value,
        "claimed": scan.subject is not None and scan.subject.claimed,
    }


def _entitled(mark: Mapping[str, Any], fine: Collection[str | None], authorised: Collection[str]) -> str:
    """As `screen_facts` says it; what an owner answered does not change with an order."""
    by = mark["owner"]
    if by is None or mark["entitled"] == "owner":
        return str(mark["entitled"])
    return "code" if by in fine else "authorised" if by in authorised else ""

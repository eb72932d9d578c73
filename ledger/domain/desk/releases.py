"""“Release the money?”: yes, or hold, with every reason and the end of each.

1. Every reason to hold that holds is found; none is left out for a graver one.
2. Each has an end: an order's own, else a time by which whoever asks has to look again. No hold is for ever.
3. Released is only what has no reason to hold at all, as of the last final block. “Cannot tell” holds.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from ledger.domain.said import Said, said
from ledger.domain.standing import Standing
from ledger.domain.standing_facts import Asked, Facts, Hold
from ledger.domain.standing_headlines import Key
from ledger.domain.standing_phrases import quoted

GOOD_FOR: Final = timedelta(minutes=10)
"""How long a release may be relied on."""
SOON: Final = timedelta(minutes=10)
"""When to look again at what the ledger itself is still working on."""
LATER: Final = timedelta(days=14)
"""When to look again at what people have to settle."""


class Decision(StrEnum):
    """What to do with the money."""

    RELEASE = "release"
    HOLD = "hold"


class Why(StrEnum):
    """Why to hold."""

    DISPUTED = "disputed"
    STOLEN = "stolen"
    LOST = "lost"
    COUNTERFEIT = "counterfeit"
    WITHDRAWN = "withdrawn"
    RECALLED = "recalled"
    COPIED = "copied"
    RETIRED = "retired"
    ORDER = "order"
    SELLER_ORDER = "seller_order"
    NO_RECORD = "no_record"
    NOT_ACCEPTED = "not_accepted"
    NOT_RELEASED = "not_released"
    NOT_FINAL = "not_final"
    REFUSED = "refused"
    OVER = "over"
    NOT_INSPECTED = "not_inspected"
    NOT_PASSED = "not_passed"
    CANNOT_TELL = "cannot_tell"


class Change(StrEnum):
    """How far the handover has come that the money is for."""

    NONE = "none"
    OFFERED = "offered"
    KEPT = "kept"
    """Accepted, and kept back until the platform releases the handover itself."""
    UNDER_WAY = "under_way"
    FINAL = "final"
    REFUSED = "refused"
    FAILED = "failed"
    """Released by the platform, and refused by the ledger for good."""
    OVER = "over"
    """The offer ran out before it was accepted."""


class Inspected(StrEnum):
    """What came of the inspection that the platform asks for."""

    NOT_ASKED = "not_asked"
    NONE = "none"
    PASSED = "passed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Held:
    """One reason to hold, in words, and until when: an end, or the time to ask again."""

    why: Why
    words: Said
    until: datetime


@dataclass(frozen=True, slots=True)
class Release:
    """The advice as of `at`: good until `valid_until`; a release has no holds, a hold at least one."""

    decision: Decision
    holds: tuple[Held, ...]
    at: datetime
    valid_until: datetime


@dataclass(frozen=True, slots=True)
class Money:
    """What the advice rests on beside the item's own standing.

    `sellers` are orders that hold the seller; `offer_ends` is when the offer runs out, if there is one.
    """

    change: Change
    inspected: Inspected = Inspected.NOT_ASKED
    sellers: tuple[Hold, ...] = ()
    offer_ends: datetime | None = None


_NEWS: Final = {
    Key.COUNTERFEIT_FOUND: (Why.COUNTERFEIT, said("A counterfeit was found carrying this code.")),
    Key.REVOKED: (Why.WITHDRAWN, said("The brand has withdrawn the item's passport.")),
    Key.REPORTED_STOLEN: (Why.STOLEN, said("The item is reported stolen.")),
    Key.DISPUTED: (Why.DISPUTED, said("Ownership of the item is in dispute.")),
    Key.REPORTED_LOST: (Why.LOST, said("The item is reported lost.")),
    Key.RECALLED: (Why.RECALLED, said("The brand has recalled the item.")),
    Key.CLONE_SUSPECTED: (Why.COPIED, said("The item's code may have been copied.")),
    Key.RETIRED: (Why.RETIRED, said("The item was taken out of circulation.")),
}
_CHANGES: Final = {
    Change.NONE: (Why.NOT_ACCEPTED, said("No handover to a new owner stands in the ledger yet.")),
    Change.OFFERED: (Why.NOT_ACCEPTED, said("The buyer has not accepted the item yet.")),
    Change.KEPT: (Why.NOT_RELEASED, said("The buyer has accepted; release the handover first, then the money.")),
    Change.UNDER_WAY: (Why.NOT_FINAL, said("The handover is not final yet.")),
    Change.REFUSED: (Why.REFUSED, said("You have refused this handover, so the owner stays owner.")),
    Change.FAILED: (Why.REFUSED, said("The ledger did not take this handover, so the owner stays owner.")),
    Change.OVER: (Why.OVER, said("The offer ran out before the buyer accepted it.")),
}
_OPEN: Final = frozenset({Key.UNAVAILABLE, Key.PENDING, Key.SLOW_DOWN, Key.NOT_ON_SALE_YET, Key.WRONG_ITEM})
"""Where nothing is confirmed."""


def advise(facts: Facts, standing: Standing, money: Money, now: datetime) -> Release:
    """The advice on money that is paid for an item. Pure and total; `standing` is that of the facts at `now`."""
    found = [*_news(standing, now), *_orders(facts, money, now), *_change(money, now), *_inspected(money, now)]
    shown = {standing.key, *(line.key for line in standing.lines)}
    if facts.asked is not Asked.ITEM or standing.key is Key.UNKNOWN:
        found.append(Held(Why.NO_RECORD, said("There is no record of this code to rely on."), now + LATER))
    elif shown & _OPEN or facts.as_of is None or not facts.as_of.final:
        found.append(Held(Why.CANNOT_TELL, said("This cannot be confirmed right now. Ask again shortly."), now + SOON))
    if not found:
        return Release(Decision.RELEASE, (), now, now + GOOD_FOR)
    return Release(Decision.HOLD, tuple(found), now, max(one.until for one in found))


def _news(standing: Standing, now: datetime) -> list[Held]:
    shown = {standing.key, *(line.key for line in standing.lines)}
    return [Held(why, words, now + LATER) for key, (why, words) in _NEWS.items() if key in shown]


def _orders(facts: Facts, money: Money, now: datetime) -> list[Held]:
    told = [
        *((Why.ORDER, one) for one in facts.holds if one.in_force(now)),
        *((Why.SELLER_ORDER, one) for one in money.sellers if one.in_force(now)),
    ]
    return [
        Held(
            why,
            said("An order of %(court)s holds the item.", court=quoted(one.court, 60))
            if why is Why.ORDER
            else said("An order of %(court)s holds the seller.", court=quoted(one.court, 60)),
            one.until,
        )
        for why, one in told
    ]


def _change(money: Money, now: datetime) -> list[Held]:
    if money.change is Change.FINAL:
        return []
    why, words = _CHANGES[money.change]
    until = now + (SOON if money.change in (Change.UNDER_WAY, Change.KEPT) else LATER)
    if money.change is Change.OFFERED and money.offer_ends is not None and money.offer_ends > now:
        until = money.offer_ends
    return [Held(why, words, until)]


def _inspected(money: Money, now: datetime) -> list[Held]:
    if money.inspected is Inspected.NONE:
        return [Held(Why.NOT_INSPECTED, said("The inspection that you ask for is not on the record yet."), now + LATER)]
    if money.inspected is Inspected.FAILED:
        return [Held(Why.NOT_PASSED, said("The newest inspection does not find the item genuine."), now + LATER)]
    return []

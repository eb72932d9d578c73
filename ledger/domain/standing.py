"""The verdict: what a buyer may conclude from the record, and what they may not.

1. Every state whose rule holds is found, in the order of `PRECEDENCE`; the first is the verdict, the others
   are lines under it. Nothing that was found is left out.
2. Some questions have no item behind them (`unknown`, `product_only`, `bad_code`, `slow_down`) and stand
   apart; bad news about them still shows.
3. Bad news counts from the queue on, and until its end is final. Good news counts once it is final.
4. Only `TICKS` may carry the tick, and only where the last final block supports it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ledger.domain.custody import Flag
from ledger.domain.inspections import Method
from ledger.domain.said import Said, said
from ledger.domain.standing_checks import Check, checks
from ledger.domain.standing_dates import day
from ledger.domain.standing_facts import Asked, AsOf, Facts, Inspection
from ledger.domain.standing_headlines import BAD_NEWS, LOOKS, PRECEDENCE, TICKS, Advice, Key, capital, headline
from ledger.domain.standing_orders import hold_lines
from ledger.domain.standing_phrases import brand_name, cannot_know, quoted
from ledger.domain.standing_reading import DISPUTE, THEFT, Reading
from ledger.domain.standing_tags import Line, tag_lines
from ledger.domain.standing_words import say


@dataclass(frozen=True, slots=True)
class Standing:
    """The answer to "what is this code?": a value with its reasons, as of a block.

    Its sentences are English and remember their patterns (`said`). `buttons` are keys, the foremost first;
    whoever shows them knows which have a way to go. `cannot_know` is empty where no item is spoken of.
    """

    key: Key
    icon: str
    shape: str
    colour: str
    tick: bool
    headline: str
    sentences: tuple[str, ...]
    next_step: str
    lines: tuple[Line, ...]
    buttons: tuple[str, ...]
    checked: tuple[Check, ...]
    cannot_know: tuple[str, ...]
    advice: Advice
    as_of: AsOf | None
    at: datetime


def standing(facts: Facts, now: datetime) -> Standing:
    """Judge the facts at `now` (timezone-aware). Pure and total: any facts have exactly one standing."""
    reading = Reading(facts, now)
    found = tuple(key for key in PRECEDENCE if _RULES[key](reading))
    apart = _apart(reading, found)
    key = apart or found[0]
    look, words = LOOKS[key], say(key, reading)
    item = facts.asked is Asked.ITEM and key is not Key.SLOW_DOWN
    return Standing(
        key=key,
        icon=look.icon,
        shape=look.shape,
        colour=look.colour,
        tick=key in TICKS and reading.supported,
        headline=headline(key, brand=brand_name(facts)),
        sentences=words.reasons,
        next_step=words.next_step,
        lines=_lines(reading, key, found),
        buttons=look.buttons,
        checked=checks(reading) if item else (),
        cannot_know=cannot_know(tapped=reading.tag_answered) if item and reading.recorded else (),
        advice=_advice(reading, key),
        as_of=facts.as_of,
        at=now,
    )


def _advice(reading: Reading, key: Key) -> Advice:
    """A court's order makes platforms hold what they would let through; it accuses nobody, and eases nothing."""
    advice = Advice.OK if key is Key.HELD and reading.tag_answered else LOOKS[key].advice
    held = reading.holds and key is not Key.SLOW_DOWN and advice is not Advice.BLOCK
    return Advice.HOLD if held else advice


_RULES: Final[dict[Key, Callable[[Reading], bool]]] = {
    Key.COUNTERFEIT_FOUND: lambda it: it.counterfeit_found,
    Key.REVOKED: lambda it: it.void,
    Key.REPORTED_STOLEN: lambda it: bool(it.raised(*THEFT)),
    Key.DISPUTED: lambda it: bool(it.raised(*DISPUTE, Flag.RECOVERY_OPEN)) or it.listed_twice,
    Key.REPORTED_LOST: lambda it: bool(it.raised(Flag.LOST)),
    Key.RECALLED: lambda it: it.recalled,
    Key.CLONE_SUSPECTED: lambda it: bool(it.suspicions) and not it.confirmed and not it.in_front,
    Key.RETIRED: lambda it: bool(it.raised(Flag.RETIRED)),
    Key.UNAVAILABLE: lambda it: not it.node_seen,
    Key.WRONG_ITEM: lambda it: it.facts.looks_different,
    Key.NOT_ON_SALE_YET: lambda it: not it.facts.on_sale,
    Key.IN_TRANSFER: lambda it: it.handover is not None,
    Key.PENDING: lambda it: not it.supported,
    Key.OWNER_CONFIRMED: lambda it: it.confirmed,
    Key.HELD: lambda it: it.supported and it.claimed,
    Key.UNCLAIMED: lambda it: it.supported and not it.claimed,
}


def _apart(reading: Reading, found: tuple[Key, ...]) -> Key | None:
    facts = reading.facts
    if facts.retry_after is not None and not any(key in BAD_NEWS for key in found):
        return Key.SLOW_DOWN
    if facts.asked is Asked.BAD_CODE:
        return Key.BAD_CODE
    if facts.asked is Asked.PRODUCT:
        return Key.PRODUCT_ONLY
    if reading.recorded:
        return None
    # With no node in sight we cannot tell that there is no record, so we do not say so.
    return Key.UNAVAILABLE if found and found[0] is Key.UNAVAILABLE else Key.UNKNOWN


def _lines(reading: Reading, key: Key, found: tuple[Key, ...]) -> tuple[Line, ...]:
    """The other states that were found, gravest first, and then what the record adds.

    A code without a record has nothing to be pending, on sale or handed over; where no item is spoken of,
    only bad news is left.
    """
    shown: set[Key] = {*BAD_NEWS}
    if key in PRECEDENCE and reading.recorded:
        shown |= set(PRECEDENCE) - TICKS
    elif key is Key.UNKNOWN:
        shown.add(Key.UNAVAILABLE)
    states = tuple(_line(reading, one) for one in found if one in shown and one is not key)
    lines = (*states, *_answered(reading), *tag_lines(reading), *_notes(reading))
    return lines if key in PRECEDENCE or key is Key.UNKNOWN else tuple(one for one in lines if one.grave)


def _line(reading: Reading, key: Key) -> Line:
    title = headline(key, brand=brand_name(reading.facts))
    return Line(key, title, say(key, reading).reasons[0], key in BAD_NEWS)


def _answered(reading: Reading) -> tuple[Line, ...]:
    """Bad news that an answer has turned from the verdict into a line."""
    lines = []
    if reading.counterfeits() and not reading.counterfeit_found:
        why = (
            said("The registered owner has just confirmed that they have the item.")
            if reading.confirmed
            else said("A later inspection in hand found the item consistent with genuine.")
        )
        lines.append(Line(Key.COUNTERFEIT_FOUND, headline(Key.COUNTERFEIT_FOUND), why, True))
    if reading.suspicions and (reading.confirmed or reading.in_front):
        why = (
            said("The registered owner has just answered you; others may still hold a copy.")
            if reading.confirmed
            else said("The item's tag has just answered you; others may still hold a copy.")
        )
        lines.append(Line(Key.CLONE_SUSPECTED, headline(Key.CLONE_SUSPECTED), why, True))
    return tuple(lines)


def _notes(reading: Reading) -> tuple[Line, ...]:
    """What is neither good nor bad enough to be a verdict, but is never hidden."""
    brand, lines = brand_name(reading.facts), []
    for one in reading.not_genuine():
        if one not in reading.counterfeits():
            title = said("One inspection says not genuine")
            lines.append(Line("inspected_not_genuine", title, _lesser(one), True))
    if reading.batch_void and not reading.void:
        words = said("It has an owner already, so its own record stands.")
        title = said("%(brand)s has withdrawn the rest of its batch", brand=brand)
        lines.append(Line("batch_withdrawn", capital(title), words, True))
    if reading.facts.held_for_sale_by is not None and reading.claimed:
        words = said("Its owner has entrusted them with the item and with answering for it.")
        title = said("Held for sale by %(name)s", name=quoted(reading.facts.held_for_sale_by, 60))
        lines.append(Line("held_for_sale", title, words, False))
    lines.extend(hold_lines(reading))
    if reading.raised(Flag.RECOVERED):
        words = said("The brand or the council gave it back after public notice.")
        lines.append(Line("recovered", said("Ownership was recovered once"), words, False))
    if reading.raised(Flag.OWNER_ENDED_RECOVERY):
        words = said("Its owner answered and ended the attempt.")
        lines.append(Line("recovery_ended", said("Someone once asked for it back"), words, False))
    if reading.amended:
        words = said("The earlier description stays on the record.")
        title = said("%(brand)s has changed the description", brand=brand)
        lines.append(Line("amended", capital(title), words, False))
    return tuple(lines)


def _lesser(one: Inspection) -> Said:
    """An inspection that says "not genuine" and was not made in hand by two."""
    by, on = quoted(one.by, 60), day(one.on)
    if one.method is Method.IN_HAND:
        return said("Seen in hand by %(by)s on %(day)s. Alone it decides nothing.", by=by, day=on)
    if one.method is Method.PHOTOS:
        return said("Seen from photos by %(by)s on %(day)s. Alone it decides nothing.", by=by, day=on)
    return said("Seen by video by %(by)s on %(day)s. Alone it decides nothing.", by=by, day=on)

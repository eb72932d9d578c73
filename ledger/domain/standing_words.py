"""What each verdict says in English: the reason first, then what to do next.

Each sentence has at most twenty words and none of the trade's words. A reason that a brand wrote is quoted
as it is, shortened on the first screen; the page shows it whole further down.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from ledger.domain.custody import Flag
from ledger.domain.standing_dates import ago, day, moment, month
from ledger.domain.standing_facts import Progress, Raised
from ledger.domain.standing_headlines import Key
from ledger.domain.standing_phrases import brand_name, capital, quoted
from ledger.domain.standing_reading import DISPUTE, THEFT, Reading

POLICE_REFERENCE_DUE: Final = timedelta(days=14)
"""After this the page says that a report of theft came without a police reference."""


@dataclass(frozen=True, slots=True)
class Said:
    """The words under a headline: one to three reasons, then the next step."""

    reasons: tuple[str, ...]
    next_step: str


def say(key: Key, reading: Reading) -> Said:
    """The words for a verdict; total over all keys."""
    return _SAY[key](reading)


def _since(found: tuple[Raised, ...], before: str, otherwise: str) -> str:
    starts = [one.since for one in found if one.since is not None]
    return f"{before} {day(min(starts))}" if starts else otherwise


def _counterfeit(reading: Reading) -> Said:
    standing = [one for one in reading.counterfeits() if reading.answer(one) is None]
    one = (standing or list(reading.counterfeits()))[0]
    return Said(
        (
            f"Inspected in hand by {quoted(one.by, 60)} on {day(one.on)}.",
            "Other items may carry the same code.",
        ),
        "Don't buy it. If you already paid, ask for your money back.",
    )


def _revoked(reading: Reading) -> Said:
    reason = reading.facts.void_reason
    said = f"Reason: {quoted(reason)}." if reason else "The brand gave no reason here."
    if not reading.raised(Flag.VOID):
        said = f"Reason: {quoted(reason)}." if reason else "It withdrew the whole batch this item was part of."
    return Said((said,), f"Don't buy it; ask {brand_name(reading.facts)} why.")


def _stolen(reading: Reading) -> Said:
    found = reading.raised(*THEFT)
    reported = _since(found, "Reported", "A report of theft stands")
    reasons = [f"{reported}."]
    references = [one.police_reference for one in found]
    if True in references:
        reasons = [f"{reported}, police reference on file."]
    elif False in references:
        starts = [one.since for one in found if one.since is not None]
        if starts and reading.now - min(starts) >= POLICE_REFERENCE_DUE:
            reasons.append("No police reference has been given since.")
    return Said(tuple(reasons), "Don't pay. If you already paid, read what to do below.")


def _disputed(reading: Reading) -> Said:
    brand = brand_name(reading.facts)
    reasons = []
    if found := reading.raised(*DISPUTE):
        reasons.append(_since(found, "Open since", "A dispute over it is open") + ".")
    if found := reading.raised(Flag.RECOVERY_OPEN):
        reasons.append(_since(found, "Someone has asked for it back, on", "Someone has asked for it back") + ".")
    if reading.listed_twice:
        reasons.append(f"{brand} has listed this item twice, and the two records disagree.")
    return Said(tuple(capital(one) for one in reasons), "Don't pay until it is settled.")


def _lost(reading: Reading) -> Said:
    return Said(
        (_since(reading.raised(Flag.LOST), "Reported", "The owner is still looking for it") + ".",),
        f"Don't pay. If you found it, tell {brand_name(reading.facts)} or the police.",
    )


def _recalled(reading: Reading) -> Said:
    facts = reading.facts
    reason = f"Reason: {quoted(facts.recall_reason)}." if facts.recall_reason else "The reason is not stated here."
    advice = (
        f"What to do: {quoted(facts.recall_advice)}."
        if facts.recall_advice
        else f"Before you use or buy it, ask {brand_name(facts)} what to do."
    )
    return Said((reason,), advice)


def _clone(reading: Reading) -> Said:
    signals = tuple(capital(one.words) for one in reading.suspicions[:1])
    return Said(
        (*signals, "One genuine item exists; the code alone cannot tell which one it is."),
        "Ask the seller to prove they have it.",
    )


def _retired(reading: Reading) -> Said:
    when = _since(reading.raised(Flag.RETIRED), "Destroyed or recycled on", "It was destroyed or recycled")
    return Said(
        (f"{when}.", "Nobody should be selling it."),
        f"If it was offered to you, tell {brand_name(reading.facts)}.",
    )


def _unavailable(reading: Reading) -> Said:
    facts = reading.facts
    if facts.as_of is None or not reading.record_final:
        last = "We have not been able to look this up yet."
    else:
        when = moment(facts.as_of.time, reading.now)
        last = f"Last confirmed {when}: matched {brand_name(facts)}'s records."
    return Said((last,), "Don't pay on the strength of this. Try again shortly.")


def _wrong_item(reading: Reading) -> Said:
    what = reading.facts.description
    issued = f"It was issued for: {quoted(what, 60)}." if what else "It was issued for another item."
    return Said(
        (issued, "If yours is different, someone may have moved or copied the label."),
        "Don't pay until you know which one it is.",
    )


def _not_on_sale(reading: Reading) -> Said:
    return Said(("Nobody should be selling it.",), f"Ask {brand_name(reading.facts)} before you pay.")


def _in_transfer(reading: Reading) -> Said:
    one = reading.handover
    started = f"Started {moment(one.since, reading.now)}." if one else "It has been started."
    return Said((started,), "If you are not that person, don't pay.")


def _pending(reading: Reading) -> Said:
    if reading.record_final:
        first = "A change of owner is signed, but not yet final in the ledger."
    else:
        first = f"Signed by {brand_name(reading.facts)}, not yet final in the ledger."
    return Said((first, "This usually takes under a minute."), "Wait a moment, then look again.")


def _confirmed(reading: Reading) -> Said:
    at = reading.facts.owner_confirmed_at
    when = ago(at, reading.now) if at else "just now"
    return Said(
        (f"Confirmed {when} by the registered owner, for you.",),
        "Pay only on a platform that protects you.",
    )


def _held(reading: Reading) -> Said:
    final = reading.facts.final
    owner = (
        f"Registered owner since {month(final.owner_since)}."
        if final and final.owner_since
        else "It has a registered owner."
    )
    return Said(
        (owner, "Not reported stolen or recalled."),
        "A code can be copied: make sure the seller really has this item.",
    )


def _unclaimed(reading: Reading) -> Said:  # noqa: ARG001 - one shape for all verdicts
    return Said(
        ("Normal for a new item.",),
        "If it is sold as second-hand, ask why nobody claimed it. A code can be copied.",
    )


def _unknown(reading: Reading) -> Said:
    facts, brand = reading.facts, brand_name(reading.facts)
    one = facts.registration
    if facts.known and not facts.gtin_in_prefixes:
        return Said(
            ("Whoever registered it does not hold this product number.",),
            "Be careful: do not rely on this code.",
        )
    if facts.known and reading.rogue_key:
        return Said(
            (f"It was registered with a key that {brand} no longer trusted.",),
            "Be careful: do not rely on this code.",
        )
    if facts.known and one is not None and one.progress is Progress.REFUSED:
        return Said((f"{brand} prepared a record, but it was refused.",), f"Ask {brand} before you pay.")
    since = facts.brand.registers_since if facts.brand else None
    if since is None:
        return Said(
            ("Its maker may not register items here, so this does not make it fake.",),
            "Check the last characters of the code, then ask the maker.",
        )
    return Said(
        (
            f"{brand} has registered items since {day(since)}.",
            "Older items are not here, and that does not make them fake.",
        ),
        "Check the last characters. If yours is newer, be careful.",
    )


def _product_only(reading: Reading) -> Said:
    what = reading.facts.description
    every = f"Every {quoted(what, 60)} carries it." if what else "Every item of this model carries it."
    return Said((every,), "Look for a second code or a serial on the item.")


def _bad_code(reading: Reading) -> Said:
    problem = reading.facts.code_problem
    first = f"{quoted(problem, 160)}." if problem else "A character is missing or misread."
    return Said((first, "Letters I, O, U and L are never used."), "Compare it with the label and type it again.")


def _slow_down(reading: Reading) -> Said:
    seconds = reading.facts.retry_after or 30
    return Said(
        ("We limit checks so that nobody can try out codes.",),
        f"Try again in {seconds} second{'' if seconds == 1 else 's'}.",
    )


_SAY: Final[dict[Key, Callable[[Reading], Said]]] = {
    Key.COUNTERFEIT_FOUND: _counterfeit,
    Key.REVOKED: _revoked,
    Key.REPORTED_STOLEN: _stolen,
    Key.DISPUTED: _disputed,
    Key.REPORTED_LOST: _lost,
    Key.RECALLED: _recalled,
    Key.CLONE_SUSPECTED: _clone,
    Key.RETIRED: _retired,
    Key.UNAVAILABLE: _unavailable,
    Key.WRONG_ITEM: _wrong_item,
    Key.NOT_ON_SALE_YET: _not_on_sale,
    Key.IN_TRANSFER: _in_transfer,
    Key.PENDING: _pending,
    Key.OWNER_CONFIRMED: _confirmed,
    Key.HELD: _held,
    Key.UNCLAIMED: _unclaimed,
    Key.UNKNOWN: _unknown,
    Key.PRODUCT_ONLY: _product_only,
    Key.BAD_CODE: _bad_code,
    Key.SLOW_DOWN: _slow_down,
}

"""What each verdict says: the reason first, then what to do next.

Each sentence has at most twenty words and none of the trade's words. A reason that a brand wrote is quoted
as it is, shortened on the first screen; the page shows it whole further down.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from ledger.domain.custody import Flag
from ledger.domain.said import said, said_many
from ledger.domain.standing_dates import ago, day, moment, month
from ledger.domain.standing_facts import Progress, Raised
from ledger.domain.standing_headlines import Key, capital
from ledger.domain.standing_phrases import brand_name, quoted
from ledger.domain.standing_reading import DISPUTE, THEFT, Reading

POLICE_REFERENCE_DUE: Final = timedelta(days=14)
"""After this the page says that a report of theft came without a police reference."""


@dataclass(frozen=True, slots=True)
class Words:
    """The words under a headline: one to three reasons, then the next step."""

    reasons: tuple[str, ...]
    next_step: str


def say(key: Key, reading: Reading) -> Words:
    """The words for a verdict; total over all keys."""
    return _SAY[key](reading)


def _start(found: tuple[Raised, ...]) -> datetime | None:
    return min((one.since for one in found if one.since is not None), default=None)


def _counterfeit(reading: Reading) -> Words:
    standing = [one for one in reading.counterfeits() if reading.answer(one) is None]
    one = (standing or list(reading.counterfeits()))[0]
    return Words(
        (
            said("Inspected in hand by %(by)s on %(day)s.", by=quoted(one.by, 60), day=day(one.on)),
            said("Other items may carry the same code."),
        ),
        said("Don't buy it. If you already paid, ask for your money back."),
    )


def _revoked(reading: Reading) -> Words:
    reason = reading.facts.void_reason
    if reason:
        why = said("Reason: %(reason)s.", reason=quoted(reason))
    elif reading.raised(Flag.VOID):
        why = said("The brand gave no reason here.")
    else:
        why = said("It withdrew the whole batch this item was part of.")
    return Words((why,), said("Don't buy it; ask %(brand)s why.", brand=brand_name(reading.facts)))


def _stolen(reading: Reading) -> Words:
    found = reading.raised(*THEFT)
    since = _start(found)
    references = [one.police_reference for one in found]
    reasons = [said("Reported %(day)s.", day=day(since)) if since else said("A report of theft stands.")]
    if True in references:
        reasons = [
            said("Reported %(day)s, police reference on file.", day=day(since))
            if since
            else said("A report of theft stands, police reference on file.")
        ]
    elif False in references and since and reading.now - since >= POLICE_REFERENCE_DUE:
        reasons.append(said("No police reference has been given since."))
    return Words(tuple(reasons), said("Don't pay. If you already paid, read what to do below."))


def _disputed(reading: Reading) -> Words:
    brand = brand_name(reading.facts)
    reasons: list[str] = []
    if found := reading.raised(*DISPUTE):
        since = _start(found)
        reasons.append(said("Open since %(day)s.", day=day(since)) if since else said("A dispute over it is open."))
    if found := reading.raised(Flag.RECOVERY_OPEN):
        since = _start(found)
        reasons.append(
            said("Someone has asked for it back, on %(day)s.", day=day(since))
            if since
            else said("Someone has asked for it back.")
        )
    if reading.listed_twice:
        twice = said("%(brand)s has listed this item twice, and the two records disagree.", brand=brand)
        reasons.append(capital(twice))
    return Words(tuple(reasons), said("Don't pay until it is settled."))


def _lost(reading: Reading) -> Words:
    since = _start(reading.raised(Flag.LOST))
    first = said("Reported %(day)s.", day=day(since)) if since else said("The owner is still looking for it.")
    next_step = said("Don't pay. If you found it, tell %(brand)s or the police.", brand=brand_name(reading.facts))
    return Words((first,), next_step)


def _recalled(reading: Reading) -> Words:
    facts = reading.facts
    reason = (
        said("Reason: %(reason)s.", reason=quoted(facts.recall_reason))
        if facts.recall_reason
        else said("The reason is not stated here.")
    )
    advice = (
        said("What to do: %(advice)s.", advice=quoted(facts.recall_advice))
        if facts.recall_advice
        else said("Before you use or buy it, ask %(brand)s what to do.", brand=brand_name(facts))
    )
    return Words((reason,), advice)


def _clone(reading: Reading) -> Words:
    signals = tuple(capital(one.words) for one in reading.suspicions[:1])
    return Words(
        (*signals, said("One genuine item exists; the code alone cannot tell which one it is.")),
        said("Ask the seller to prove they have it."),
    )


def _retired(reading: Reading) -> Words:
    since = _start(reading.raised(Flag.RETIRED))
    when = said("Destroyed or recycled on %(day)s.", day=day(since)) if since else said("It was destroyed or recycled.")
    return Words(
        (when, said("Nobody should be selling it.")),
        said("If it was offered to you, tell %(brand)s.", brand=brand_name(reading.facts)),
    )


def _unavailable(reading: Reading) -> Words:
    facts = reading.facts
    if facts.as_of is None or not reading.record_final:
        last = said("We have not been able to look this up yet.")
    else:
        when = moment(facts.as_of.time, reading.now)
        last = said("Last confirmed %(when)s: matched %(brand)s's records.", when=when, brand=brand_name(facts))
    return Words((last,), said("Don't pay on the strength of this. Try again shortly."))


def _wrong_item(reading: Reading) -> Words:
    what = reading.facts.description
    issued = (
        said("It was issued for: %(what)s.", what=quoted(what, 60)) if what else said("It was issued for another item.")
    )
    return Words(
        (issued, said("If yours is different, someone may have moved or copied the label.")),
        said("Don't pay until you know which one it is."),
    )


def _not_on_sale(reading: Reading) -> Words:
    return Words(
        (said("Nobody should be selling it."),),
        said("Ask %(brand)s before you pay.", brand=brand_name(reading.facts)),
    )


def _in_transfer(reading: Reading) -> Words:
    one = reading.handover
    started = said("Started %(when)s.", when=moment(one.since, reading.now)) if one else said("It has been started.")
    return Words((started,), said("If you are not that person, don't pay."))


def _pending(reading: Reading) -> Words:
    first = (
        said("A change of owner is signed, but not yet final in the ledger.")
        if reading.record_final
        else said("Signed by %(brand)s, not yet final in the ledger.", brand=brand_name(reading.facts))
    )
    return Words((first, said("This usually takes under a minute.")), said("Wait a moment, then look again."))


def _confirmed(reading: Reading) -> Words:
    at = reading.facts.owner_confirmed_at
    when = ago(at, reading.now) if at else said("just now")
    if reading.facts.confirmed_by is not None:
        name = quoted(reading.facts.confirmed_by, 60)
        return Words(
            (said("Confirmed %(when)s by %(name)s, who holds it for the registered owner.", when=when, name=name),),
            said("Pay only on a platform that protects you."),
        )
    return Words(
        (said("Confirmed %(when)s by the registered owner, for you.", when=when),),
        said("Pay only on a platform that protects you."),
    )


def _held(reading: Reading) -> Words:
    final = reading.facts.final
    owner = (
        said("Registered owner since %(month)s.", month=month(final.owner_since))
        if final and final.owner_since
        else said("It has a registered owner.")
    )
    return Words(
        (owner, said("Not reported stolen or recalled.")),
        said("Make sure that the seller is its owner. Pay only on a platform that protects you.")
        if reading.tag_answered
        else said("A code can be copied: make sure the seller really has this item."),
    )


def _unclaimed(reading: Reading) -> Words:
    return Words(
        (said("Normal for a new item."),),
        said("If it is sold as second-hand, ask why nobody claimed it.")
        if reading.tag_answered
        else said("If it is sold as second-hand, ask why nobody claimed it. A code can be copied."),
    )


def _unknown(reading: Reading) -> Words:
    facts, brand = reading.facts, brand_name(reading.facts)
    one = facts.registration
    careful = said("Be careful: do not rely on this code.")
    if facts.known and not facts.gtin_in_prefixes:
        return Words((said("Whoever registered it does not hold this product number."),), careful)
    if facts.known and reading.rogue_key:
        return Words((said("It was registered with a key that %(brand)s no longer trusted.", brand=brand),), careful)
    if facts.known and one is not None and one.progress is Progress.REFUSED:
        refused = capital(said("%(brand)s prepared a record, but it was refused.", brand=brand))
        return Words((refused,), said("Ask %(brand)s before you pay.", brand=brand))
    since = facts.brand.registers_since if facts.brand else None
    if since is None:
        return Words(
            (said("Its maker may not register items here, so this does not make it fake."),),
            said("Check the last characters of the code, then ask the maker."),
        )
    return Words(
        (
            said("%(brand)s has registered items since %(day)s.", brand=brand, day=day(since)),
            said("Older items are not here, and that does not make them fake."),
        ),
        said("Check the last characters. If yours is newer, be careful."),
    )


def _product_only(reading: Reading) -> Words:
    what = reading.facts.description
    every = (
        said("Every %(what)s carries it.", what=quoted(what, 60))
        if what
        else said("Every item of this model carries it.")
    )
    return Words((every,), said("Look for a second code or a serial on the item."))


def _bad_code(reading: Reading) -> Words:
    problem = reading.facts.code_problem
    first = (
        said("%(problem)s.", problem=quoted(problem, 160)) if problem else said("A character is missing or misread.")
    )
    return Words(
        (first, said("Letters I, O, U and L are never used.")), said("Compare it with the label and type it again.")
    )


def _slow_down(reading: Reading) -> Words:
    seconds = reading.facts.retry_after or 30
    return Words(
        (said("We limit checks so that nobody can try out codes."),),
        said_many("Try again in %(n)s second.", "Try again in %(n)s seconds.", seconds),
    )


_SAY: Final[dict[Key, Callable[[Reading], Words]]] = {
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

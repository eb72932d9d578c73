"""Who a seller is, as far as a platform knows: levels, what is missing, and by when the law wants it.

The ledger keeps which facts a platform holds and has verified, never the facts themselves. Fields are those of the
Digital Services Act, Art. 30(1); the American thresholds those of the INFORM Consumers Act (15 U.S.C. 45f).

The desk's log has: `seller.recorded` (kind of seller, level, missing fields, whether high-volume), one for each change,
and `seller.forgotten`; the seller is named there by a keyed hash.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

DAY: Final = 86_400
YEAR: Final = 365 * DAY

HIGH_VOLUME_SALES: Final = 200
"""Discrete sales of new or unused goods in twelve months (45f(f)(3))."""
HIGH_VOLUME_CENTS: Final = 5_000_00
"""Gross revenue of those sales, in cents of a US dollar; both have to be reached."""
DISCLOSED_CENTS: Final = 20_000_00
"""Annual gross revenue from which buyers are told who sells (45f(b)(1))."""
COLLECT_WITHIN: Final = 10 * DAY
"""From becoming a high-volume seller to having given the facts, and from there to their being verified (45f(a))."""
LOOKED_BACK: Final = 730
"""Days in which the twelve months are looked for: the previous 24 months."""
WINDOW: Final = 365
"""Days of a continuous twelve-month period."""


class SellerKind(StrEnum):
    """What a seller acts as. Only traders have the duties of Art. 30."""

    PRIVATE = "private"
    TRADER = "trader"


class Field(StrEnum):
    """What a platform may hold of a seller (DSA Art. 30(1), points a to e)."""

    NAME = "name"
    ADDRESS = "address"
    PHONE = "phone"
    EMAIL = "email"
    IDENTITY = "identity"
    """A copy of an identity document, or an electronic identification (eIDAS)."""
    PAYMENT = "payment"
    """The payment account."""
    REGISTER = "register"
    """The trade register and the number in it."""
    CERTIFICATION = "certification"
    """The seller's own word to offer only what complies with the law."""


CONTACT: Final = (Field.NAME, Field.ADDRESS, Field.PHONE, Field.EMAIL)


@dataclass(frozen=True, slots=True)
class Fact:
    """Since when a field is held, and when it was last verified (None: never)."""

    stated_at: int
    verified_at: int | None = None


@dataclass(frozen=True, slots=True)
class Seller:
    """A seller of a platform, by the platform's own pseudonym. `registered`: whether a public register has them."""

    platform: str
    ref: str
    kind: SellerKind
    country: str
    since: int
    registered: bool
    facts: Mapping[Field, Fact]


@dataclass(frozen=True, slots=True)
class Sales:
    """Sales of one day (days since 1970) to buyers in the United States."""

    day: int
    count: int
    cents: int


@dataclass(frozen=True, slots=True)
class Inform:
    """What the INFORM Act makes of a seller: since which day high-volume (None: not), and whether to be disclosed."""

    since: int | None
    disclosed: bool
    most_sales: int
    most_cents: int
    """Of the twelve months in which most was sold, so that a seller sees how far it is."""


@dataclass(frozen=True, slots=True)
class Duty:
    """Something that is missing, which law asks for it, and until when."""

    what: str
    fields: tuple[Field, ...]
    law: str
    until: int


@dataclass(frozen=True, slots=True)
class Known:
    """How well a seller is known: level 0 to 3, what the next level lacks, and what is due."""

    level: int
    missing: tuple[Field, ...]
    unverified: tuple[Field, ...]
    stale: tuple[Field, ...]
    """Verified, but longer than a year ago."""
    duties: tuple[Duty, ...]


def wanted(seller: Seller) -> tuple[Field, ...]:
    """The fields that this seller has to give."""
    if seller.kind is SellerKind.PRIVATE:
        return (*CONTACT, Field.IDENTITY, Field.PAYMENT)
    register = (Field.REGISTER,) if seller.registered else ()
    return (*CONTACT, Field.IDENTITY, Field.PAYMENT, *register, Field.CERTIFICATION)


def known(seller: Seller, inform: Inform, now: int) -> Known:
    """The seller's level as of now.

    0: not even how to reach them. 1: contact details are stated. 2: everything wanted is stated, identity and payment
    account are verified. 3: everything wanted is verified, and that within a year.
    """
    asked = wanted(seller)
    missing = tuple(one for one in asked if one not in seller.facts)
    unverified = tuple(one for one in asked if one in seller.facts and seller.facts[one].verified_at is None)
    stale = tuple(
        one
        for one in asked
        if one in seller.facts and (at := seller.facts[one].verified_at) is not None and now - at > YEAR
    )
    if any(one in missing for one in CONTACT):
        level = 0
    elif missing or any(one in unverified for one in (Field.IDENTITY, Field.PAYMENT)):
        level = 1
    elif unverified or stale:
        level = 2
    else:
        level = 3
    return Known(level, missing, unverified, stale, _duties(seller, inform, missing, unverified, stale))


def _duties(
    seller: Seller,
    inform: Inform,
    missing: tuple[Field, ...],
    unverified: tuple[Field, ...],
    stale: tuple[Field, ...],
) -> tuple[Duty, ...]:
    found = []
    if seller.kind is SellerKind.TRADER and missing:
        # A trader may offer nothing before the platform has all of it, so it is due from the first day.
        found.append(Duty("give", missing, "DSA Art. 30(1)", seller.since))
    if inform.since is not None:
        begun = inform.since * DAY
        if missing:
            found.append(Duty("give", missing, "15 U.S.C. 45f(a)(1)", begun + COLLECT_WITHIN))
        for field in unverified:
            until = max(begun, seller.facts[field].stated_at) + COLLECT_WITHIN
            found.append(Duty("verify", (field,), "15 U.S.C. 45f(a)(2)", until))
        for field in stale:
            verified = seller.facts[field].verified_at
            assert verified is not None
            found.append(Duty("confirm", (field,), "15 U.S.C. 45f(a)(1)(C)", verified + YEAR + COLLECT_WITHIN))
    return tuple(sorted(found, key=lambda one: (one.until, one.what, one.fields)))


def inform(sales: Sequence[Sales], today: int) -> Inform:
    """What a seller's sales of the previous 24 months make of them.

    High-volume: in some continuous twelve months at least 200 sales and at least 5,000 dollars, both. `since` is the
    first day on which such a period was complete in both. Disclosed: 20,000 dollars within the last twelve months.
    """
    seen = sorted((one for one in sales if today - LOOKED_BACK < one.day <= today), key=lambda one: one.day)
    since: int | None = None
    most_sales = most_cents = count = cents = first = 0
    for one in seen:
        count, cents = count + one.count, cents + one.cents
        while seen[first].day <= one.day - WINDOW:
            count, cents = count - seen[first].count, cents - seen[first].cents
            first += 1
        most_sales, most_cents = max(most_sales, count), max(most_cents, cents)
        if since is None and count >= HIGH_VOLUME_SALES and cents >= HIGH_VOLUME_CENTS:
            since = one.day
    lately = sum(one.cents for one in seen if one.day > today - WINDOW)
    return Inform(since, since is not None and lately >= DISCLOSED_CENTS, most_sales, most_cents)

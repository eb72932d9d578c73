"""Listings as platforms send them, checked; and what is decided of them.

A listing is named by its platform and the platform's own `ref`, a seller by the platform's own pseudonym: no name, no
e-mail. Money is in whole minor units with its ISO 4217 code; days are ISO 8601; times are seconds since 1970.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final

from ledger.domain.desk.territories import is_territory
from ledger.domain.errors import Invalid
from ledger.domain.said import said

MOST_LISTINGS: Final = 500
"""Of one request."""
MOST_CODES: Final = 10
MOST_PHOTOS: Final = 12
KEPT: Final = 90 * 86_400
"""Seconds after its end that a listing is kept; its decisions go with it, the desk's log stays."""
LANGUAGES: Final = ("en", "fr", "it", "zh-Hans")
"""In which a seller can be told; others are told in English."""


class ListingDecision(StrEnum):
    """What a platform should do, from the mildest to the gravest."""

    ALLOW = "allow"
    ASK_FOR_CODE = "ask_for_code"
    HOLD = "hold"
    BLOCK = "block"


class ListingStatus(StrEnum):
    """Whether anybody can buy it."""

    LIVE = "live"
    ENDED = "ended"


class Condition(StrEnum):
    """What is offered."""

    NEW = "new"
    USED = "used"


GRAVITY: Final = {decision: number for number, decision in enumerate(ListingDecision)}


@dataclass(frozen=True, slots=True)
class Price:
    """An amount in minor units, and its currency."""

    amount: int
    currency: str


@dataclass(frozen=True, slots=True)
class Seller:
    """Who sells, by the platform's own name for them; `since` is the day their shop opened, `proof` a live answer."""

    ref: str
    since: str | None = None
    proof: str | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """One listing, as it was sent. `photos` are SHA-256 of photos that were sent before."""

    ref: str
    url: str
    title: str
    text: str
    language: str
    territory: str | None
    price: Price | None
    seller: Seller
    codes: tuple[str, ...]
    photos: tuple[str, ...]
    condition: Condition
    status: ListingStatus

    def digest(self) -> str:
        """SHA-256 of everything in it."""
        price = None if self.price is None else [self.price.amount, self.price.currency]
        seller = [self.seller.ref, self.seller.since, self.seller.proof]
        told: list[Any] = [self.ref, self.url, self.title, self.text, self.language, self.territory, price, seller]
        told += [list(self.codes), list(self.photos), self.condition.value, self.status.value]
        return hashlib.sha256(canonical(told).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Kept:
    """A listing as it is kept: without its text, and with what was decided last."""

    id: str
    platform: str
    ref: str
    seller: str
    url: str
    title: str
    language: str
    territory: str | None
    condition: str
    status: str
    gtin: str | None
    amount: int | None
    currency: str | None
    seller_since: str | None
    created_at: int
    screened_at: int
    ended_at: int | None
    decision: str
    decision_id: str
    look_due: int | None = None
    """Since when its photos wait to be compared; None where they do not."""


@dataclass(frozen=True, slots=True)
class Decided:
    """One decision: `facts` is the text of all that it rests on, `pack` the version of the rules, `reasons` why."""

    id: str
    listing: str
    platform: str
    at: int
    cause: str
    decision: str
    pack: int
    facts: str
    reasons: str


@dataclass(frozen=True, slots=True)
class AuthorisedSeller:
    """A brand's word that a seller of a platform may use its marks, to the end of the day `until`."""

    id: str
    brand: str
    platform: str
    seller: str
    until: str
    created_at: int
    ended_at: int | None = None


def check_listing(listing: Listing, where: str) -> None:
    """Raises Invalid, with the listing's place, for a territory, a day, a currency or an address that is none."""
    if listing.territory is not None and not is_territory(listing.territory):
        raise Invalid(
            said(
                "%(where)s: “%(territory)s” is not a territory. Send a country's two letters, EU or WO.",
                where=where,
                territory=listing.territory,
            )
        )
    if listing.price is not None and not (listing.price.currency.isalpha() and listing.price.currency.isupper()):
        raise Invalid(said("%(where)s: the currency is three capital letters, such as EUR.", where=where))
    if listing.seller.since is not None and not is_day(listing.seller.since):
        raise Invalid(said("%(where)s: the seller's day is written as in 2026-01-31.", where=where))
    if not listing.url.startswith(("https://", "http://")):
        raise Invalid(said("%(where)s: the address of the listing begins with https://.", where=where))


def is_day(text: str) -> bool:
    """Whether a text is a day of the calendar, as in 2026-01-31."""
    try:
        return len(text) == 10 and date.fromisoformat(text).year >= 1800
    except ValueError:
        return False


def canonical(value: Mapping[str, Any] | list[Any]) -> str:
    """JSON with its keys in order and nothing between: the same value is the same text. Whole numbers only."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)

"""The verdicts, in the order in which they win, how each is marked, and its headline.

Only data. The order and the table are those of the product's promise to a buyer; colour never speaks
alone (WCAG 1.4.1): every verdict has an icon, a shape and words of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ledger.domain.said import Said, said, shaped


class Key(StrEnum):
    """The verdicts; those of `PRECEDENCE` compete, the last four stand apart."""

    COUNTERFEIT_FOUND = "counterfeit_found"
    REVOKED = "revoked"
    REPORTED_STOLEN = "reported_stolen"
    DISPUTED = "disputed"
    REPORTED_LOST = "reported_lost"
    RECALLED = "recalled"
    CLONE_SUSPECTED = "clone_suspected"
    RETIRED = "retired"
    UNAVAILABLE = "unavailable"
    WRONG_ITEM = "wrong_item"
    NOT_ON_SALE_YET = "not_on_sale_yet"
    IN_TRANSFER = "in_transfer"
    PENDING = "pending"
    OWNER_CONFIRMED = "owner_confirmed"
    HELD = "held"
    UNCLAIMED = "unclaimed"
    UNKNOWN = "unknown"
    PRODUCT_ONLY = "product_only"
    BAD_CODE = "bad_code"
    SLOW_DOWN = "slow_down"


PRECEDENCE: Final = tuple(Key)[:16]
"""First match wins."""

BAD_NEWS: Final = PRECEDENCE[:8]
"""Shown whatever else is the matter: an outage, a limit on requests, a doubt of the visitor."""

TICKS: Final = frozenset({Key.OWNER_CONFIRMED, Key.HELD, Key.UNCLAIMED})
"""The only verdicts that may carry the tick."""


class Advice(StrEnum):
    """What a platform should do with a listing of the item."""

    OK = "ok"
    ASK_FOR_PROOF = "ask_for_proof"
    HOLD = "hold"
    BLOCK = "block"
    NO_OPINION = "no_opinion"


@dataclass(frozen=True, slots=True)
class Look:
    """How a verdict is marked, what it advises a platform, and which buttons it offers, foremost first."""

    icon: str
    shape: str
    colour: str
    advice: Advice
    buttons: tuple[str, ...]


LOOKS: Final[dict[Key, Look]] = {
    Key.OWNER_CONFIRMED: Look("check", "circle", "green", Advice.OK, ("continue_transfer", "save_check", "details")),
    Key.HELD: Look("check", "circle", "green", Advice.ASK_FOR_PROOF, ("ask_seller", "save_check", "details")),
    Key.UNCLAIMED: Look(
        "check", "ring", "teal", Advice.ASK_FOR_PROOF, ("claim", "second_hand", "save_check", "details")
    ),
    Key.PENDING: Look("hourglass", "circle", "blue", Advice.HOLD, ("refresh", "details", "save_check")),
    Key.IN_TRANSFER: Look("arrows", "circle", "blue", Advice.HOLD, ("new_owner", "refresh", "details", "save_check")),
    Key.WRONG_ITEM: Look(
        "not_equal", "triangle", "amber", Advice.HOLD, ("ask_inspection", "report", "details", "save_check")
    ),
    Key.CLONE_SUSPECTED: Look(
        "copies", "triangle", "amber", Advice.ASK_FOR_PROOF, ("ask_seller", "why", "report", "save_check")
    ),
    Key.NOT_ON_SALE_YET: Look("dash", "square", "grey", Advice.HOLD, ("report", "type_again", "save_check")),
    Key.RECALLED: Look("exclamation", "triangle", "amber", Advice.HOLD, ("what_to_do", "contact", "save_check")),
    Key.REPORTED_LOST: Look(
        "question",
        "triangle",
        "amber",
        Advice.HOLD,
        ("found_it", "contest", "report", "details", "save_check"),
    ),
    Key.DISPUTED: Look("scales", "triangle", "amber", Advice.HOLD, ("details", "new_card", "notify", "save_check")),
    Key.REPORTED_STOLEN: Look(
        "cross",
        "octagon",
        "red",
        Advice.BLOCK,
        ("already_paid", "seen_it", "contest", "details", "save_check"),
    ),
    Key.REVOKED: Look("cross", "octagon", "red", Advice.BLOCK, ("contact", "already_paid", "save_check")),
    Key.COUNTERFEIT_FOUND: Look(
        "cross", "octagon", "red", Advice.BLOCK, ("see_inspection", "already_paid", "save_check")
    ),
    Key.RETIRED: Look("dash", "square", "grey", Advice.BLOCK, ("report", "details", "save_check")),
    Key.UNKNOWN: Look("question", "square", "grey", Advice.ASK_FOR_PROOF, ("type_again", "older", "report")),
    Key.PRODUCT_ONLY: Look("info", "square", "grey", Advice.NO_OPINION, ("type_serial",)),
    Key.BAD_CODE: Look("question", "square", "grey", Advice.NO_OPINION, ("type_again",)),
    Key.UNAVAILABLE: Look("cloud", "square", "grey", Advice.NO_OPINION, ("try_again", "details", "save_check")),
    Key.SLOW_DOWN: Look("clock", "circle", "grey", Advice.NO_OPINION, ()),
}

LANGUAGES: Final = ("en", "fr", "it", "zh-Hans")
"""What the pages speak (BCP 47)."""

HEADLINES: Final[dict[Key, Callable[[str], Said]]] = {
    Key.OWNER_CONFIRMED: lambda _: said("The owner has just confirmed they have it"),
    Key.HELD: lambda brand: said("Matches %(brand)s's records", brand=brand),
    Key.UNCLAIMED: lambda brand: said("Matches %(brand)s's records. No owner yet", brand=brand),
    Key.PENDING: lambda _: said("Recorded, waiting for confirmation"),
    Key.IN_TRANSFER: lambda _: said("Being handed over to a new owner"),
    Key.WRONG_ITEM: lambda _: said("This code belongs to something else"),
    Key.CLONE_SUSPECTED: lambda _: said("This code may have been copied"),
    Key.NOT_ON_SALE_YET: lambda brand: said("%(brand)s has not put this on sale yet", brand=brand),
    Key.RECALLED: lambda brand: said("Genuine record, but recalled by %(brand)s", brand=brand),
    Key.REPORTED_LOST: lambda _: said("Reported lost by its owner"),
    Key.DISPUTED: lambda _: said("Ownership is in dispute"),
    Key.REPORTED_STOLEN: lambda _: said("Reported stolen. Don't buy"),
    Key.REVOKED: lambda brand: said("%(brand)s has withdrawn this passport", brand=brand),
    Key.COUNTERFEIT_FOUND: lambda _: said("A counterfeit was found carrying this code"),
    Key.RETIRED: lambda _: said("No longer in circulation"),
    Key.UNKNOWN: lambda _: said("We have no record of this code"),
    Key.PRODUCT_ONLY: lambda _: said("This code names a model, not one item"),
    Key.BAD_CODE: lambda _: said("That code isn't complete"),
    Key.UNAVAILABLE: lambda _: said("We can't confirm this right now"),
    Key.SLOW_DOWN: lambda _: said("Too many checks from this connection"),
}

BRAND_UNKNOWN: Final = said("this brand")


def headline(key: Key, *, brand: str | None = None) -> str:
    """The verdict's headline."""
    return capital(HEADLINES[key](brand or BRAND_UNKNOWN))


def capital(text: str) -> str:
    """The text with a capital first letter, the rest untouched."""
    return shaped(text, lambda whole: whole[:1].upper() + whole[1:])

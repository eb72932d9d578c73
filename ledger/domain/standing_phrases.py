"""Pieces of the verdict's words: names, quotations, how an inspection was made, why it may not count."""

from __future__ import annotations

from typing import Final

from ledger.domain.inspections import Method
from ledger.domain.standing_dates import day
from ledger.domain.standing_facts import Facts, Inspection, Undone
from ledger.domain.standing_headlines import BRAND_UNKNOWN

CANNOT_KNOW: Final = (
    "Whether this code was moved here from another item.",
    "The item's condition.",
    "Whether the price is fair.",
)

_QUOTE: Final = 90
_LOOKED: Final = {Method.IN_HAND: "in hand", Method.PHOTOS: "from photos", Method.VIDEO: "by video"}


def brand_name(facts: Facts) -> str:
    """The brand as a sentence names it."""
    return facts.brand.name if facts.brand else BRAND_UNKNOWN[0]


def quoted(text: str, limit: int = _QUOTE) -> str:
    """Someone else's words without line breaks, cut at a word within `limit` characters."""
    flat = " ".join(text.split())
    if len(flat) <= limit:
        return flat.rstrip(".")
    return flat[:limit].rsplit(" ", 1)[0].rstrip(".,;: ") + " …"


def capital(text: str) -> str:
    """The text with a capital first letter, the rest untouched."""
    return text[:1].upper() + text[1:]


def looked(one: Inspection) -> str:
    """How an inspector saw the item: in hand, from photos, by video."""
    return _LOOKED[one.method]


def why_not_counted(one: Inspection) -> str | None:
    """Why the verdict leaves an inspection aside, or None where it counts."""
    if one.undone is Undone.FINAL:
        return "Withdrawn or corrected by the inspector; it stays on the record."
    if not one.accredited:
        return "The inspector was not accredited at that time."
    since = one.key_compromised_since
    if since is not None and one.recorded_at >= since:
        return f"Not counted: the inspector's key was reported stolen as of {day(since)}."
    return None

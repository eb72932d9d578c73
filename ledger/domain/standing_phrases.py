"""Pieces of the verdict's words: names, quotations, why an inspection may not count."""

from __future__ import annotations

from typing import Final

from ledger.domain.said import Said, said, shaped
from ledger.domain.standing_dates import day
from ledger.domain.standing_facts import Facts, Inspection, Undone
from ledger.domain.standing_headlines import BRAND_UNKNOWN

CANNOT_KNOW: Final = (
    said("Whether this code was moved here from another item."),
    said("The item's condition."),
    said("Whether the price is fair."),
)

_TAG_CANNOT_KNOW: Final = (
    said("Whether the tag was moved here from another item."),
    said("Whether the tag was read earlier, and its answer kept until now."),
)
_QUOTE: Final = 90


def cannot_know(*, tapped: bool) -> tuple[Said, ...]:
    """What no record can tell; after a tap it is no longer the code that may have been moved, but the tag."""
    return (*_TAG_CANNOT_KNOW, *CANNOT_KNOW[1:]) if tapped else CANNOT_KNOW


def brand_name(facts: Facts) -> str:
    """The brand as a sentence names it."""
    return facts.brand.name if facts.brand else BRAND_UNKNOWN


def quoted(text: str, limit: int = _QUOTE) -> str:
    """Words without line breaks and full stop, cut at a word within `limit` characters."""
    return shaped(text, lambda whole: _cut(whole, limit))


def _cut(text: str, limit: int) -> str:
    flat = " ".join(text.split())
    if len(flat) <= limit:
        return flat.rstrip(".。")
    # Chinese has no spaces to cut at.
    kept = flat[:limit].rsplit(" ", 1)[0] if " " in flat[limit // 2 : limit] else flat[:limit]
    return kept.rstrip(".,;:。，； ") + " …"


def why_not_counted(one: Inspection) -> Said | None:
    """Why the verdict leaves an inspection aside, or None where it counts."""
    if one.undone is Undone.FINAL:
        return said("Withdrawn or corrected by the inspector; it stays on the record.")
    if not one.accredited:
        return said("The inspector was not accredited at that time.")
    since = one.key_compromised_since
    if since is not None and one.recorded_at >= since:
        return said("Not counted: the inspector's key was reported stolen as of %(day)s.", day=day(since))
    return None

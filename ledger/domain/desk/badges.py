"""Badges: what the ledger says of an item, signed for one listing, for a day at most. Pure.

1. A badge names the item, the listing's address, the verdict and its block. It is a W3C Verifiable Credential, issued
   by the ledger, so anybody can check it without us: `did:web`, the signature, the dates, the status list.
2. Only a verdict that may carry the tick is put on one, and only while nothing asks platforms to hold the item (a
   court's order does); when the verdict, the advice or the owner changes it is revoked.
3. A copy of a badge on another listing is told by its own address for the listing.
"""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlsplit

from ledger.domain.credential_subjects import Thing, receipt_subject
from ledger.domain.credentials import DAY, Hold, fingerprint_of, instant
from ledger.domain.errors import Invalid
from ledger.domain.said import said
from ledger.domain.standing import Standing
from ledger.domain.standing_facts import Custody, Facts
from ledger.domain.standing_headlines import TICKS, Advice

LASTS: Final = DAY
RENEW: Final = DAY // 4
"""Seconds before its end from which a new one is issued."""
LOOKED_AT: Final = 600
"""Seconds after which a badge is held against the record though no block concerned it: copies show in scans."""
TYPES: Final = ("VerifiableCredential", "ListingBadgeCredential")
CONTEXT_PATH: Final = "/credentials/badge/v1"
NOTE: Final = "What the ledger said of the item when this was issued, for the listing that it names and for no other."
_LONGEST: Final = 2_000


def listing_address(text: str) -> str:
    """A listing's web address as it is put on a badge. Raises Invalid."""
    address = text.strip()
    try:
        parts = urlsplit(address)
        named = parts.scheme in ("https", "http") and bool(parts.hostname) and parts.username is None
        _ = parts.port
    except ValueError:
        named = False
    if not named or len(address) > _LONGEST or not address.isprintable() or " " in address:
        raise Invalid(said("Give the listing’s web address: https://, the site, and the page."))
    return address


def badge_name(organisation: str, listing: str) -> bytes:
    """Whose badge for which listing: 32 bytes, by which a badge that still holds is found again."""
    return fingerprint_of("badge", organisation, listing)


def badge_facts(thing: Thing, facts: Facts, standing: Standing) -> dict[str, Any]:
    """What ends a badge when it changes: the verdict, and who has the item."""
    since = (facts.final or Custody()).owner_since
    owner = instant(since) if since else None
    return thing.subject(verdict=standing.key.value, advice=standing.advice.value, ownerSince=owner)


def fit(standing: Standing) -> bool:
    """Whether a verdict may stand on a badge."""
    return standing.key in TICKS and standing.advice in (Advice.OK, Advice.ASK_FOR_PROOF)


def badge_hold(standing: Standing, now: int) -> Hold:
    """Whether a badge still counts; looked at again soon as long as it does."""
    return Hold(over=not fit(standing), look_again_at=now + LOOKED_AT)


def badge_subject(thing: Thing, standing: Standing, listing: str, asked_by: str) -> dict[str, Any]:
    """What a badge says."""
    return {**receipt_subject(thing, standing), "listing": listing, "askedBy": asked_by}


def context(public_url: str) -> dict[str, Any]:
    """The JSON-LD context of a badge's own words; all others are those of every credential here."""
    own = f"{public_url}{CONTEXT_PATH}#"
    return {
        "@context": {
            "@version": 1.1,
            "@protected": True,
            "ListingBadgeCredential": own + "ListingBadgeCredential",
            "listing": {"@id": own + "listing", "@type": "@id"},
            "askedBy": own + "askedBy",
        },
        "terms": {
            "ListingBadgeCredential": "What the ledger said of an item that is listed somewhere.",
            "askedBy": "The organisation that asked for it.",
            "listing": "The address of the one listing that it is for.",
        },
    }

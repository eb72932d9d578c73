"""The scan page's own words: buttons, results, marks. Only data."""

from __future__ import annotations

from typing import Final

from ledger.domain.inspections import Authenticity, Method
from ledger.domain.said import said
from ledger.domain.standing_checks import Found

LABELS: Final[dict[str, str]] = {
    "already_paid": said("I already paid"),
    "ask_inspection": said("Ask for an inspection"),
    "ask_seller": said("Ask the seller to prove they have it"),
    "claim": said("I just bought it new: claim it"),
    "contact": said("Whom to ask"),
    "contest": said("This is wrong"),
    "continue_transfer": said("Continue to transfer"),
    "details": said("What we checked"),
    "found_it": said("I found it"),
    "new_card": said("I have the new card"),
    "new_owner": said("I'm the new owner"),
    "notify": said("Tell me when it is settled"),
    "older": said("My item is older"),
    "refresh": said("Look again"),
    "report": said("Report a problem"),
    "save_check": said("Keep this answer (PDF)"),
    "second_hand": said("I'm buying it second-hand"),
    "see_inspection": said("See the inspection"),
    "seen_it": said("I've seen this item"),
    "try_again": said("Try again"),
    "type_again": said("Type it again"),
    "type_serial": said("Type the serial"),
    "what_to_do": said("What to do"),
    "why": said("Why we think so"),
}
"""Every button a verdict can ask for, in the buyer's words."""

RESULTS: Final = {
    Authenticity.CONSISTENT: said("Consistent with genuine"),
    Authenticity.NOT_GENUINE: said("Not genuine"),
    Authenticity.INCONCLUSIVE: said("Inconclusive"),
    Authenticity.NOT_SUPPORTED: said("Not judged by this inspector"),
}
METHODS: Final = {
    Method.IN_HAND: said("In hand"),
    Method.PHOTOS: said("From photos"),
    Method.VIDEO: said("By video"),
}
CHECK_WORDS: Final = {
    Found.OK: said("Fine"),
    Found.ATTENTION: said("Needs attention"),
    Found.CANNOT_TELL: said("Cannot tell"),
}
FIELDS_IN_WORDS: Final = {
    "model_ref": said("model"),
    "colour": said("colour"),
    "size": said("size"),
    "made_on": said("day of making"),
    "made_in": said("country of making"),
    "batch": said("maker's lot"),
    "materials": said("materials"),
    "weight_g": said("weight in grams"),
    "destination_market": said("destination market"),
    "warranty_months": said("months of warranty"),
    "nfc_uid": said("chip number"),
    "photo_url": said("photo"),
    "brand_serial": said("engraved serial"),
    "private_note": said("private note"),
}
"""The fields of an item's record (`ledger.domain.fields.FIELDS`), as a sentence names them."""

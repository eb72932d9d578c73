"""The JSON-LD context of our credentials: every word that they use beside those of the W3C, and what it means.

It never changes: a word more is a new version at a new address.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ledger.domain.credentials import CONTEXT_PATH

_SCHEMA: Final = "https://schema.org/"
_XSD: Final = "http://www.w3.org/2001/XMLSchema#"

_TYPES: Final[Mapping[str, str]] = {
    "ItemPassportCredential": "What a brand says of one item that it has registered.",
    "InspectionCredential": "What an inspector put on the record of one item.",
    "ReceiptCredential": "What the ledger answered at one moment.",
    "RegisteredItem": "One physical thing, known by its GTIN and serial.",
    "Inspection": "The opinion of an inspector about one item on one day.",
    "LedgerAnswer": "An answer of the ledger, as of a block.",
    "LedgerBlock": "The block whose state a sentence rests on.",
    "OnChainStatement": "A statement that its own party signed and the chain accepted; this credential repeats it.",
}

_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "gtin": (_SCHEMA + "gtin", "GTIN-14 (GS1 AI 01)."),
    "serialNumber": (_SCHEMA + "serialNumber", "Serial (GS1 AI 21)."),
    "brand": (_SCHEMA + "brand", "Whose item it is."),
    "url": ("@id " + _SCHEMA + "url", "The organisation's own site."),
    "record": ("@json", "The fields of the brand's record that it shows to everyone."),
    "amended": (_XSD + "boolean", "Whether the brand has changed the description since."),
    "registeredAt": (_XSD + "dateTime", "When the registration came into a block."),
    "hasOwner": (_XSD + "boolean", "Whether somebody has claimed the item; never who."),
    "ownerSince": (_XSD + "dateTime", "Since when the present owner has had it."),
    "itemId": ("", "The item's number on the chain."),
    "inspection": ("", "The inspection."),
    "authenticity": ("", "consistent, not_genuine, inconclusive or not_supported."),
    "condition": ("", "A (as new) to E (worn out)."),
    "method": ("", "in_hand, photos or video."),
    "persons": (_XSD + "integer", "How many people looked."),
    "points": (_XSD + "integer", "How many points were checked."),
    "remarks": ("@set", "altered, parts_replaced, code_moved."),
    "inspectedOn": (_XSD + "date", "The day of the inspection."),
    "inspectedBy": ("", "The organisation whose opinion it is."),
    "personSigned": (
        _XSD + "boolean",
        "Whether a person signed the statement with a passkey, as far as is known here.",
    ),
    "answer": ("", "What the ledger answered."),
    "verdict": ("", "The verdict's stable name."),
    "tick": (_XSD + "boolean", "Whether the last final block supports a tick."),
    "headline": ("", "The verdict in words."),
    "sentences": ("@list", "What a buyer may conclude, and why."),
    "nextStep": ("", "What to do next."),
    "advice": ("", "What a platform should do with a listing."),
    "alsoTrue": ("@list", "What else stands on the record."),
    "cannotKnow": ("@list", "What no record can show."),
    "asOf": ("", "The block that this rests on."),
    "block": (_XSD + "integer", "A block's number."),
    "time": (_XSD + "dateTime", "A block's time."),
    "final": (_XSD + "boolean", "Whether that block can no longer be lost."),
    "statement": ("", "The EIP-712 hash of the statement on the chain."),
    "signer": ("", "The address that signed the statement."),
    "recordedAt": (_XSD + "dateTime", "When the statement came into a block."),
    "chainId": (_XSD + "integer", "The chain (EIP-155)."),
    "contract": ("", "The contract's address."),
    "operatorSigned": (_XSD + "boolean", "Whether the operator of the ledger keeps the key that signed the statement."),
    "colour": (_SCHEMA + "color", "The item's colour, in the brand's word."),
    "size": (_SCHEMA + "size", "The item's size, in the brand's word."),
    "materials": ("@set", "What it is made of, in the brand's words."),
    "warrantyMonths": (_XSD + "integer", "Months of the brand's warranty."),
    "careInstructions": ("", "How to care for it."),
    "FacilityNotStated": ("@type", "The place of a factory that the brand does not state."),
}


def vocabulary(public_url: str) -> str:
    """Where our words are, with the `#` that goes before each."""
    return f"{public_url}{CONTEXT_PATH}#"


def context(public_url: str) -> dict[str, Any]:
    """The context (JSON-LD 1.1, 4.1) with a sentence on every word beside it."""
    own = vocabulary(public_url)
    terms: dict[str, Any] = {"@version": 1.1, "@protected": True, "id": "@id", "type": "@type"}
    terms |= {name: own + name for name in _TYPES}
    terms |= {name: _term(own + name, form) for name, (form, _) in _WORDS.items()}
    told = {**_TYPES, **{name: words for name, (_, words) in _WORDS.items()}}
    return {"@context": terms, "terms": dict(sorted(told.items()))}


def _term(own: str, form: str) -> Any:
    if form.startswith(_SCHEMA):
        return form
    if form.startswith("@id "):
        return {"@id": form[4:], "@type": "@id"}
    if form in ("@list", "@set"):
        return {"@id": own, "@container": form}
    if form == "@json" or form.startswith(_XSD):
        return {"@id": own, "@type": form}
    return own

"""Claims: a buyer becomes the owner with the code on the card, which never comes here."""

from __future__ import annotations

from flask import Response
from pydantic import Field

from ledger.services.claim_item import ClaimDraft, draft_claim, submit_claim
from ledger.services.replace_claim import draft_recovery
from web.api.operation import answer, blueprint, here, operation
from web.api.shapes import Address, DraftOut, Hex, In, ItemPath, Out, StatementOut, draft_out, taken

bp = blueprint("claims", "A buyer becomes the owner, with the code on the card, which never comes here.")


class NewOwner(In):
    """Who is to own the item."""

    new_owner: Address


class ClaimDraftOut(Out):
    """What a claimer needs beside the card's code.

    The card's code is 16 characters of Crockford's base 32, which are 10 bytes, and a check character. The claim key is
    HKDF-SHA256 of those bytes, with `activation_half` as salt and `touchmark/claim/1` and the item's 32 bytes as info:
    48 bytes, taken as one big-endian number, modulo n - 1, plus 1, where n is the order of secp256k1. It is made and
    used where the claimer is.
    """

    draft: DraftOut
    item: str = Field(description="The item's number, as decimal text.")
    activation_half: str = Field(description="16 bytes, hexadecimal; the other half of the claim key is on the card.")


class Claim(In):
    """A signed claim."""

    new_owner: Address
    signatures: list[Hex] = Field(
        min_length=2, max_length=2, description="The claim key's, then the new owner's, over the draft's message."
    )


@operation(
    bp,
    "POST",
    "/v1/items/<gtin>/<path:serial>/claims/draft",
    answers={200: ClaimDraftOut},
    anyone=True,
    refuses=(404, 409),
)
def draft_item_claim(path: ItemPath, body: NewOwner) -> Response:
    """Draft a claim"""
    return answer(_claim_draft_out(draft_claim(here(), path.gtin, path.serial, body.new_owner)))


@operation(
    bp,
    "POST",
    "/v1/items/<gtin>/<path:serial>/claims",
    answers={202: StatementOut},
    anyone=True,
    once=True,
    refuses=(404, 409),
)
def claim_item(path: ItemPath, body: Claim) -> Response:
    """Claim an item

    After five wrong codes for an item there is a pause of an hour (429).
    """
    by_claim_key, by_owner = (bytes.fromhex(one[2:]) for one in body.signatures)
    ledger = here()
    return taken(ledger, submit_claim(ledger, path.gtin, path.serial, body.new_owner, by_claim_key, by_owner))


@operation(
    bp,
    "POST",
    "/v1/items/<gtin>/<path:serial>/recovery/draft",
    answers={200: ClaimDraftOut},
    anyone=True,
    refuses=(404, 409),
)
def draft_item_recovery(path: ItemPath, body: NewOwner) -> Response:
    """Draft the completion of a recovery, once its notice has run out

    Signed like a claim, with the new card's code, and submitted as a statement to /v1/statements.
    """
    return answer(_claim_draft_out(draft_recovery(here(), path.gtin, path.serial, body.new_owner)))


def _claim_draft_out(made: ClaimDraft) -> ClaimDraftOut:
    half = "0x" + made.activation_half.hex()
    return ClaimDraftOut(draft=draft_out(made.draft), item=str(made.item), activation_half=half)

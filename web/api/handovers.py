"""Handovers: the owner's signed offer is kept, told to whoever knows its code, and goes out with the acceptance."""

from __future__ import annotations

from datetime import datetime

from flask import Response
from pydantic import Field

from ledger.domain.papers import StoredOffer
from ledger.domain.statements import Kind
from ledger.services.draft_statement import draft_statement
from ledger.services.hand_over import draft_acceptance, draft_offer, release_offer, submit_acceptance, submit_offer
from web.api.operation import answer, blueprint, here, operation
from web.api.shapes import (
    Address,
    Bytes32,
    DraftOut,
    Hex,
    IdPath,
    In,
    ItemPath,
    Out,
    StatementOut,
    Values,
    draft_out,
    maybe_moment,
    moment,
    taken,
)

bp = blueprint("handovers", "An item changes hands: the owner offers, the new owner accepts, both sign.")

_CODE = r"^[0-9]{6}$"


class OfferWanted(In):
    """To whom, and until when."""

    recipient: Address = Field(description="The new owner's address, or that of a key whose holder may accept.")
    expiry: int | None = Field(
        None, ge=0, le=2**40 - 1, description="Seconds since 1970, 90 days from now at the latest; a week, if left out."
    )


class SignedOffer(In):
    """An offer as the owner signed it."""

    values: Values
    signature: Hex
    code: str | None = Field(
        None, pattern=_CODE, description="Six digits that the recipient has to tell; five wrong tries end the offer."
    )


class OfferOut(Out):
    """A kept offer."""

    id: str
    hash: str
    values: dict[str, int | str]
    created_at: datetime
    expires_at: datetime
    released_at: datetime | None = Field(description="When somebody told its code first.")
    needs_code: bool


class SixDigits(In):
    """The six digits of the offer, where it has some."""

    code: str | None = Field(None, pattern=_CODE)


class AcceptanceWanted(SixDigits):
    """Who accepts."""

    new_owner: Address


class Acceptance(AcceptanceWanted):
    """A signed acceptance: of the item's record as it stood when it was drafted."""

    head: Bytes32
    signatures: list[Hex] = Field(
        min_length=1, max_length=2, description="The new owner's and, where the offer names another key, that key's."
    )


@operation(
    bp,
    "POST",
    "/v1/items/<gtin>/<path:serial>/offers/draft",
    answers={200: DraftOut},
    anyone=True,
    refuses=(404, 409),
)
def draft_item_offer(path: ItemPath, body: OfferWanted) -> Response:
    """Draft an offer for the owner to sign"""
    return answer(draft_out(draft_offer(here(), path.gtin, path.serial, body.recipient, body.expiry)))


@operation(bp, "POST", "/v1/offers", answers={201: OfferOut}, anyone=True, once=True, refuses=(404, 409))
def keep_offer(body: SignedOffer) -> Response:
    """Keep a signed offer until it is accepted or over

    Give its `id` to the recipient, and the six digits by another way.
    """
    kept = submit_offer(here(), body.values, bytes.fromhex(body.signature[2:]), body.code)
    return answer(_offer_out(kept), 201, location=f"/v1/offers/{kept.id}")


@operation(bp, "POST", "/v1/offers/<id>/release", answers={200: OfferOut}, anyone=True, once=True, refuses=(404,))
def release_kept_offer(path: IdPath, body: SixDigits) -> Response:
    """Look at an offer, with its six digits"""
    return answer(_offer_out(release_offer(here(), path.id, body.code)))


@operation(
    bp,
    "POST",
    "/v1/offers/<id>/acceptance/draft",
    answers={200: DraftOut},
    anyone=True,
    refuses=(404, 409),
)
def draft_offer_acceptance(path: IdPath, body: AcceptanceWanted) -> Response:
    """Draft the acceptance, for the item's record as it stands now

    The first signature of the draft, the owner's, is kept already; submit the others.
    """
    return answer(draft_out(draft_acceptance(here(), path.id, body.new_owner, body.code)))


@operation(
    bp,
    "POST",
    "/v1/offers/<id>/acceptance",
    answers={202: StatementOut},
    anyone=True,
    once=True,
    refuses=(404, 409),
)
def accept_offer(path: IdPath, body: Acceptance) -> Response:
    """Accept an offer: the item changes hands once the ledger has it"""
    signatures = [bytes.fromhex(one[2:]) for one in body.signatures]
    ledger = here()
    return taken(ledger, submit_acceptance(ledger, path.id, body.new_owner, body.head, signatures, body.code))


@operation(
    bp,
    "POST",
    "/v1/items/<gtin>/<path:serial>/cancellations/draft",
    answers={200: DraftOut},
    anyone=True,
    refuses=(404, 409),
)
def draft_cancellation(path: ItemPath) -> Response:
    """Draft the end of every open offer of an item, for its owner to sign

    It ends an open recovery too. Submit it to /v1/statements.
    """
    return answer(draft_out(draft_statement(here(), Kind.CANCEL, {"gtin": path.gtin, "serial": path.serial})))


def _offer_out(offer: StoredOffer) -> OfferOut:
    return OfferOut(
        id=offer.id,
        hash="0x" + offer.hash.hex(),
        values=offer.values,
        created_at=moment(offer.created_at),
        expires_at=moment(offer.expires_at),
        released_at=maybe_moment(offer.released_at),
        needs_code=offer.code_hash is not None,
    )

"""Claim cards of a batch: fetched by whoever prints them, confirmed, and then the codes are destroyed."""

from __future__ import annotations

import base64
from typing import Final, Literal

from flask import Response
from pydantic import Field

from ledger.domain.organisations import Scope
from ledger.services.hand_out_cards import confirm_cards, write_cards
from web.api.batches import BatchOut, batch_out
from web.api.files import made_file
from web.api.operation import answer, blueprint, caller, here, operation
from web.api.shapes import IdPath, In, Sha256

bp = blueprint("cards", "Claim cards: the secrets that come with the items, in a file of their own.")

_TYPES: Final = {"csv": "text/csv", "pdf": "application/pdf"}
_FILE: Final = {"schema": {"type": "string", "format": "binary"}}


class CardsQuery(In):
    """In which form."""

    format: Literal["csv", "pdf"] = Field("csv", description="CSV for a card printer, or PDF to print and cut.")


class CardsConfirmed(In):
    """The file that is in safe hands now."""

    sha256: Sha256


@operation(
    bp,
    "POST",
    "/v1/batches/<id>/cards",
    answers={200: {"description": "The cards", "content": dict.fromkeys(_TYPES.values(), _FILE)}},
    scope=Scope.CARDS,
    refuses=(404, 409),
)
def fetch_cards(path: IdPath, query: CardsQuery) -> Response:
    """Fetch the claim cards

    As often as you like until you confirm a download. The header `Content-Digest` has the SHA-256 of the file, in
    Base64 (RFC 9530); compute it from the file that you keep, and confirm that.
    """
    ledger, asking = here(), caller()
    response, sha256 = made_file(
        lambda target: write_cards(ledger, asking, path.id, query.format, target),
        _TYPES[query.format],
        f"claim-cards-{path.id}.{query.format}",
    )
    response.headers["Content-Digest"] = f"sha-256=:{base64.b64encode(bytes.fromhex(sha256)).decode()}:"
    return response


@operation(
    bp,
    "POST",
    "/v1/batches/<id>/cards/confirm",
    answers={200: BatchOut},
    scope=Scope.CARDS,
    once=True,
    refuses=(404, 409),
)
def confirm_cards_of_batch(path: IdPath, body: CardsConfirmed) -> Response:
    """Confirm the download: the codes are destroyed, and the batch is registered

    Where you sign with your own key, draft the registration next and submit it.
    """
    ledger = here()
    batch = confirm_cards(ledger, caller(), path.id, body.sha256)
    with ledger.store.read() as tx:
        return answer(batch_out(ledger, tx, batch))

"""What wallets show of a certificate: the JSON at the contract's `tokenURI`, and its picture."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from flask import Response, current_app

from ledger.domain.errors import Unknown
from ledger.services.credential_metadata import token_metadata, token_photo
from web.credentials import bp
from web.credentials.issuers import as_json, ledger_here
from web.scan.photos import forever

_NUMBER: Final = re.compile(r"[0-9]{1,78}")
_MARK: Final = "mark.svg"


@bp.get("/tokens/<number>")
def token(number: str) -> Response:
    """The metadata of a certificate, by its number on the chain (EIP-721)."""
    response = as_json(token_metadata(ledger_here(), _checked(number)), "application/json")
    response.headers["Cache-Control"] = "public, max-age=300"
    return response


@bp.get("/tokens/<number>/picture")
def token_picture(number: str) -> Response:
    """The picture of a certificate: the brand's photo of the model, else our mark."""
    photo = token_photo(ledger_here(), _checked(number))
    if photo is None:
        content, kind = Path(current_app.static_folder or "", _MARK).read_bytes(), "image/svg+xml"
    else:
        content, kind = photo, "image/webp"
    response = forever(content, kind)
    response.headers["Cache-Control"] = "public, max-age=86400"
    return response


def _checked(number: str) -> int:
    if not _NUMBER.fullmatch(number) or int(number) >= 2**256:
        raise Unknown("There is no certificate of that number here.")
    return int(number)

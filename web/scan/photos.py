"""Photos of the catalogue, from our own host: who looks at what is told to nobody else."""

from __future__ import annotations

import re

from flask import Response

from ledger.domain.errors import Unknown
from ledger.services.line_photos import read_photo
from web.scan import bp
from web.scan.evidence import forever
from web.scan.item import ledger_here

_SHA256 = re.compile(r"[0-9a-f]{64}")


@bp.get("/photos/<sha256>/<int:width>")
def photo(sha256: str, width: int) -> Response:
    """A photo in one of its widths, as WebP. Its name is its content's, so it never changes."""
    if not _SHA256.fullmatch(sha256):
        raise Unknown("There is no such photo.")
    return forever(read_photo(ledger_here(), sha256, width), "image/webp")

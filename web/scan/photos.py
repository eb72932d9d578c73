"""Photos of the catalogue, from our own host: who looks at what is told to nobody else."""

from __future__ import annotations

import re

from flask import Response, current_app, url_for

from ledger.domain.errors import Unknown
from ledger.domain.lines import WIDTHS, Photo
from ledger.services.line_photos import read_photo
from web.scan import bp

_SHA256 = re.compile(r"[0-9a-f]{64}")


@bp.get("/photos/<sha256>/<int:width>")
def photo(sha256: str, width: int) -> Response:
    """A photo in one of its widths, as WebP. Its name is its content's, so it never changes."""
    if not _SHA256.fullmatch(sha256):
        raise Unknown("There is no such photo.")
    return forever(read_photo(current_app.extensions["ledger"], sha256, width), "image/webp")


def forever(content: bytes, media_type: str) -> Response:
    """An answer that never changes, kept by whoever fetched it once."""
    response = Response(content, mimetype=media_type)
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    # Whatever a file claims to be inside, it runs nothing and loads nothing here.
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def photo_href(one: Photo, width: int) -> str:
    """The address of a photo on this host."""
    return url_for("scan.photo", sha256=one.sha256, width=width)


def photo_set(one: Photo) -> str:
    """Its widths for a browser to choose from (HTML, srcset); no file is wider than the photo itself."""
    return ", ".join(
        f"{photo_href(one, width)} {min(width, one.width)}w"
        for width, narrower in zip(WIDTHS, (0, *WIDTHS), strict=False)
        if narrower < one.width
    )

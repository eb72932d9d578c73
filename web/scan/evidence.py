"""The pictures and documents that reports cite, under the SHA-256 that the report names."""

from __future__ import annotations

import re

from flask import Response

from ledger.domain.errors import Unknown
from ledger.services.read_manifest import read_manifest
from ledger.services.store_evidence import read_evidence, small_picture
from web.scan import bp
from web.scan.item import ledger_here
from web.scan.photos import forever

_SHA256 = re.compile(r"[0-9a-f]{64}")


@bp.get("/evidence/<sha256>")
def evidence(sha256: str) -> Response:
    """The file as it is kept. Its name is its content's, so it never changes."""
    found, content = read_evidence(ledger_here(), _checked(sha256))
    response = forever(content, found.media_type)
    if not found.media_type.startswith("image/"):
        # A document is read in a program of its own: no browser shows one inside a sandbox.
        response.headers.set("Content-Disposition", "attachment", filename=f"evidence-{sha256[:8]}.pdf")
    return response


@bp.get("/evidence/<sha256>/small")
def thumbnail(sha256: str) -> Response:
    """A small picture of it."""
    return forever(small_picture(ledger_here(), _checked(sha256)), "image/png")


@bp.get("/manifests/<sha256>")
def manifest(sha256: str) -> Response:
    """A registered batch's public manifest: with it anyone rebuilds the tree and finds its root on the chain."""
    response = forever(read_manifest(ledger_here(), _checked(sha256)), "application/gzip")
    response.headers.set("Content-Disposition", "attachment", filename=f"manifest-{sha256[:8]}.ndjson.gz")
    return response


def _checked(sha256: str) -> str:
    if not _SHA256.fullmatch(sha256):
        raise Unknown("There is no such file.")
    return sha256

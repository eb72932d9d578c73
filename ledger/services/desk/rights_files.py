"""Certificates and other documents that show a right: kept by their SHA-256, only ever downloaded, never shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO, Final

from ledger.domain.errors import Invalid, TooLarge
from ledger.domain.said import said
from ledger.services.ports import Ledger

SHELF: Final = "marks"
_HEADS: Final = {b"%PDF-": "application/pdf", b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png"}


@dataclass(frozen=True, slots=True)
class Document:
    """A file on the shelf, and the media type that its first bytes say it is."""

    sha256: str
    media_type: str
    content: bytes

    def keep(self, ledger: Ledger) -> None:
        """Have it on the shelf still. Within the transaction that names it: what nothing named may be swept before."""
        if not ledger.files.has(SHELF, self.sha256):
            ledger.files.add(SHELF, self.content)


def kept_document(ledger: Ledger, file: BinaryIO) -> Document:
    """A file put on the shelf, to be named in a transaction that calls its `keep`.

    Raises TooLarge beyond the limit for evidence, Invalid for what is no PDF, JPEG or PNG.
    """
    limit = ledger.limits.evidence_bytes
    content = b""
    while len(content) <= limit and (piece := file.read(limit + 1 - len(content))):
        content += piece
    if len(content) > limit:
        raise TooLarge(said("The certificate may have %(limit)s MB at most.", limit=limit // (1024 * 1024)))
    media_type = next((kind for head, kind in _HEADS.items() if content.startswith(head)), None)
    if media_type is None:
        raise Invalid(
            said("The certificate is not a PDF, JPEG or PNG, whatever its name says. Save it as one of them.")
        )
    return Document(ledger.files.add(SHELF, content), media_type, content)

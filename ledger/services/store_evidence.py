"""Evidence: photos and documents, kept once by their SHA-256, as what their bytes say they are.

Images are decoded and written anew, without EXIF: the place where a photo was taken is nobody's business.
Nothing that a browser could run is taken.
"""

from __future__ import annotations

import hashlib
import io
import re
import zlib
from typing import BinaryIO

from PIL import Image

from ledger.domain.errors import Conflict, Invalid, TooLarge, Unknown
from ledger.domain.organisations import Caller, Scope
from ledger.domain.papers import Evidence
from ledger.domain.said import said
from ledger.files.bare_photos import check_bare
from ledger.files.images import clean, small_png
from ledger.services.ports import Ledger

EVIDENCE = "evidence"
SMALL = "evidence-small"
_SIDE = 192
_NO_PHOTO = (
    "This is not a JPEG, PNG or WebP photo, or a PDF, whatever its name says, or it is damaged. "
    "Save it in one of these forms and send it again."
)
_PDF = "application/pdf"
_ACTIVE = re.compile(
    rb"/(?:JavaScript|Launch|EmbeddedFiles?|OpenAction|RichMedia|SubmitForm|ImportData|Encrypt)(?![A-Za-z])"
)
"""Names in a PDF (ISO 32000-1, 7.6, 7.11, 12.6) of what runs by itself, carries another file, or hides all others.
None is so short that the bytes of a photo could spell it by chance."""
_STREAM = re.compile(rb"stream\r?\n")
_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
_DESCRIPTION = 4_000
"""Bytes before a stream in which its dictionary lies."""
_MOST_UNPACKED = 64 * 1024 * 1024


def store_evidence(ledger: Ledger, caller: Caller, stream: BinaryIO) -> Evidence:
    """Keep a JPEG, PNG, WebP or PDF; returns its name, which a report can cite.

    Raises TooLarge beyond the operator's limit or 60 megapixels, Invalid for anything that is not what it seems.
    """
    content = _bounded(ledger, caller, stream)
    media_type, clean = _clean(content)
    return _keep(ledger, caller, clean, media_type)


def store_as_sent(ledger: Ledger, caller: Caller, stream: BinaryIO, sha256: str | None) -> Evidence:
    """Keep a photo that the device has made bare and hashed, byte for byte; without a hash, as `store_evidence` does.

    Raises Conflict where what arrived is not what the device hashed, Invalid where it still tells a place.
    """
    if sha256 is None:
        return store_evidence(ledger, caller, stream)
    content = _bounded(ledger, caller, stream)
    if hashlib.sha256(content).hexdigest() != sha256:
        raise Conflict(said("What arrived is not what your device hashed, so it was not kept. Send it again."))
    return _keep(ledger, caller, content, check_bare(content))


def _bounded(ledger: Ledger, caller: Caller, stream: BinaryIO) -> bytes:
    caller.need(Scope.SIGN)
    limit = ledger.limits.evidence_bytes
    content = b""
    # One read may give less than there is; only the next tells whether that was the end, or the sender gone.
    while len(content) <= limit and (piece := stream.read(limit + 1 - len(content))):
        content += piece
    if len(content) > limit:
        raise TooLarge(
            said("A photo or document may have %(limit)s MB at most. Make it smaller.", limit=limit // (1024 * 1024))
        )
    return content


def _keep(ledger: Ledger, caller: Caller, content: bytes, media_type: str) -> Evidence:
    new = Evidence(
        sha256=ledger.files.add(EVIDENCE, content),
        media_type=media_type,
        size=len(content),
        organisation=caller.organisation.id,
        created_at=ledger.now(),
    )
    with ledger.store.write() as tx:
        tx.papers.add_evidence(new)
    return new


def read_evidence(ledger: Ledger, sha256: str) -> tuple[Evidence, bytes]:
    """A kept file. Raises Unknown where there is none."""
    with ledger.store.read() as tx:
        found = tx.papers.evidence(sha256)
    if found is None:
        raise Unknown(said("There is no such file."))
    return found, ledger.files.read(EVIDENCE, sha256)


def _clean(content: bytes) -> tuple[str, bytes]:
    if content.startswith(b"%PDF-"):
        _check_pdf(content)
        return _PDF, content
    return clean(content, _NO_PHOTO)


def _check_pdf(content: bytes) -> None:
    """Raises Invalid for a PDF with scripts or attachments, also where their names are spelt or packed to hide."""
    left = _MOST_UNPACKED
    parts = [content]
    for begin in _STREAM.finditer(content):
        described = _plain(content[max(0, begin.start() - _DESCRIPTION) : begin.start()])
        if b"/ObjStm" not in described:
            continue
        # Objects may be packed together (7.5.7); what is in them counts like what lies open.
        try:
            unpacked = zlib.decompressobj().decompress(content[begin.end() :], left)
        except zlib.error:
            unpacked = b""
        left -= len(unpacked)
        if not unpacked or left <= 0:
            raise Invalid(
                said("We cannot look through this PDF as it is packed. Print it to a plain PDF and send that.")
            )
        parts.append(unpacked)
    if any(_ACTIVE.search(_plain(part)) for part in parts):
        raise Invalid(said("This PDF holds scripts, attachments or a password. Print it to a plain PDF and send that."))


def _plain(part: bytes) -> bytes:
    """With names as they are meant: 7.3.5 lets any character of a name be written as # and two digits."""
    return _ESCAPED.sub(lambda found: bytes([int(found[1], 16)]), part)


def small_picture(ledger: Ledger, sha256: str) -> bytes:
    """A PNG of at most 192 pixels a side, made once; a document gets a drawn sheet. Raises Unknown."""
    with ledger.store.read() as tx:
        found = tx.papers.evidence(sha256)
    if found is None:
        raise Unknown(said("There is no such file."))
    if ledger.files.has(SMALL, sha256):
        return ledger.files.read(SMALL, sha256)
    if found.media_type == _PDF:
        sheet = Image.new("L", (_SIDE, _SIDE), 232)
        sheet.paste(255, (48, 28, 144, 164))
        for line in range(48, 146, 14):
            sheet.paste(168, (60, line, 132, line + 4))
        out = io.BytesIO()
        sheet.save(out, "PNG")
        small = out.getvalue()
    else:
        small = small_png(ledger.files.read(EVIDENCE, sha256), _SIDE)
    with ledger.files.writing(SMALL, sha256) as file:
        file.write(small)
    return small

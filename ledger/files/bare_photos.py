"""Photos that a device has made bare itself: kept byte for byte, so that its hash stays theirs.

A JPEG (ITU-T T.81, annex B) is a chain of segments. Those that draw the picture are taken; those that tell about it
(EXIF and XMP in APP1, IPTC in APP13, comments, anything of a maker's) are not, and nothing may follow its end.
"""

from __future__ import annotations

import io
import warnings
from typing import Final

from PIL import Image

from ledger.domain.errors import Invalid, TooLarge
from ledger.domain.said import said
from ledger.files.images import MOST_PIXELS

JPEG: Final = "image/jpeg"
_START, _END, _SCAN = 0xD8, 0xD9, 0xDA
_DRAWS: Final = frozenset({0xC0, 0xC1, 0xC2, 0xC4, 0xDB, 0xDD, _SCAN})
"""Frames (baseline, extended, progressive), Huffman and quantisation tables, restart interval, scan."""
_JFIF, _ICC, _ADOBE = 0xE0, 0xE2, 0xEE
_NAMED: Final = {_JFIF: b"JFIF\0", _ICC: b"ICC_PROFILE\0", _ADOBE: b"Adobe"}
"""How a decoder reads the colours; nothing about where or when."""


def check_bare(content: bytes) -> str:
    """The media type of a bare photo. Raises Invalid for one that tells more than its picture, TooLarge."""
    if not _is_bare(content):
        raise Invalid(said("This photo still tells where or when it was taken, or is no JPEG. Choose it again."))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=("JPEG",)) as image:
                if image.width * image.height > MOST_PIXELS:
                    raise TooLarge(said("This photo has more than 60 megapixels. Make it smaller."))
                # An eighth of its size shows as well whether it is whole, at a fraction of the work.
                image.draft("RGB", (image.width // 8 or 1, image.height // 8 or 1))
                image.load()
    except TooLarge:
        raise
    except Exception:  # noqa: BLE001 - whatever a decoder trips over, the file is damaged
        raise Invalid(said("This photo is damaged. Take it again.")) from None
    return JPEG


def _is_bare(content: bytes) -> bool:
    if content[:2] != bytes((0xFF, _START)):
        return False
    at = 2
    while at + 4 <= len(content) or content[at : at + 2] == bytes((0xFF, _END)):
        if content[at] != 0xFF:
            return False
        marker = content[at + 1]
        if marker == _END:
            return at + 2 == len(content)
        length = int.from_bytes(content[at + 2 : at + 4])
        if length < 2 or not _draws(marker, content[at + 4 : at + 2 + length]):
            return False
        at += 2 + length
        if marker == _SCAN:
            at = _after_scan(content, at)
    return False


def _draws(marker: int, body: bytes) -> bool:
    return marker in _DRAWS or (marker in _NAMED and body.startswith(_NAMED[marker]))


def _after_scan(content: bytes, at: int) -> int:
    """Where the next marker stands: in a scan FF is followed by 00, or by a restart, which belong to it."""
    while True:
        at = content.find(b"\xff", at)
        if at < 0 or at + 1 >= len(content):
            return len(content)
        following = content[at + 1]
        if following != 0 and not 0xD0 <= following <= 0xD7:
            return at
        at += 2

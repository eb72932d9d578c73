"""Photos of listings: taken one by one, bounded before a dot is unpacked, kept without what they tell of places."""

from __future__ import annotations

import hashlib
import io
from typing import BinaryIO, Final

import zxingcpp
from PIL import Image

from ledger.domain.errors import TooLarge
from ledger.domain.organisations import Caller, Role, Scope
from ledger.domain.said import said
from ledger.files.images import clean
from ledger.services.desk.listings_port import Photo
from ledger.services.ports import Ledger

SHELF: Final = "listing-photos"
_MOST_CODES: Final = 5
_LONGEST_CODE: Final = 2_000
_SIDE: Final = 2_048
"""Dots of the longer side in which codes are looked for."""


def send_photo(ledger: Ledger, caller: Caller, stream: BinaryIO) -> Photo:
    """Keep a photo for listings to name, and read the codes in it.

    Raises TooLarge beyond the operator's limit or 60 megapixels, Invalid for what is no photo, Forbidden.
    """
    photo, bare = _taken(ledger, caller, stream)
    ledger.files.add(SHELF, bare)
    with ledger.store.write() as tx:
        tx.listings.add_photo(photo)
        return tx.listings.photos({photo.sha256})[photo.sha256]


def look_at_photo(ledger: Ledger, caller: Caller, stream: BinaryIO) -> Photo:
    """Read a photo as `send_photo` does, and keep nothing of it: for trials. Raises the same."""
    return _taken(ledger, caller, stream)[0]


def _taken(ledger: Ledger, caller: Caller, stream: BinaryIO) -> tuple[Photo, bytes]:
    """What is known of a photo, and its bytes without what they tell of places."""
    caller.need(Scope.SCREEN)
    caller.need_role(Role.PLATFORM)
    limit, content = ledger.limits.evidence_bytes, b""
    while len(content) <= limit and (piece := stream.read(limit + 1 - len(content))):
        content += piece
    if len(content) > limit:
        raise TooLarge(said("A photo may have %(limit)s MB at most. Make it smaller.", limit=limit // (1024 * 1024)))
    _, bare = clean(content)
    width, height, codes = _looked(bare)
    name = hashlib.sha256(bare).hexdigest()
    return Photo(name, caller.organisation.id, width, height, codes, "waiting", ledger.now()), bare


def _looked(content: bytes) -> tuple[int, int, tuple[str, ...]]:
    """The size of a cleaned photo, and what the codes in it say."""
    with Image.open(io.BytesIO(content)) as image:
        size = image.size
        image.draft("L", (_SIDE, _SIDE))
        grey = image.convert("L")
    grey.thumbnail((_SIDE, _SIDE))
    view = memoryview(grey.tobytes()).cast("B", shape=[grey.height, grey.width])
    found = zxingcpp.read_barcodes(view, text_mode=zxingcpp.TextMode.Plain)
    codes = [one.text for one in found if one.text and len(one.text) <= _LONGEST_CODE]
    return *size, tuple(dict.fromkeys(codes))[:_MOST_CODES]

"""Photos of a line: taken, put in order, described, removed; a removed one can be taken back for a day.

The files are written before the database names them and destroyed after it has forgotten them: cut short, a file
may be left that nobody names, never a name without its file.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import BinaryIO

from ledger.domain.errors import Conflict, Invalid, TooLarge, Unknown
from ledger.domain.gtins import check_gtin
from ledger.domain.lines import MOST_PHOTOS, WIDTHS, Line, Photo, checked_photo_words
from ledger.domain.organisations import Caller
from ledger.domain.said import said
from ledger.files.images import renditions
from ledger.services.keep_line import PHOTOS, forget_files, need_gtin, own_line
from ledger.services.ports import Ledger, Tx

KEPT_SECONDS = 24 * 3600
"""How long a removed photo can be taken back."""


def add_photo(
    ledger: Ledger,
    caller: Caller,
    gtin: str,
    stream: BinaryIO,
    *,
    captions: Mapping[str, str] | None = None,
    colourway: str = "",
) -> Photo:
    """Keep a photo, last in order; the same photo again is not kept twice, and comes back where it was removed.

    Raises TooLarge beyond the operator's limit or 60 megapixels, Invalid for what is no photo to compare with,
    Conflict beyond 12 photos.
    """
    told, named = checked_photo_words(captions or {}, colourway)
    with ledger.store.read() as tx:  # Before any work is done for somebody who may not.
        _need_room(_own(tx, caller, gtin))
    made = renditions(_content(ledger, stream), WIDTHS)
    sha256 = hashlib.sha256(made.files[WIDTHS[-1]]).hexdigest()
    for width, content in made.files.items():
        if not ledger.files.has(PHOTOS, f"{sha256}.{width}"):
            with ledger.files.writing(PHOTOS, f"{sha256}.{width}") as file:
                file.write(content)
    with ledger.store.write() as tx:
        line = _own(tx, caller, gtin)
        known = tx.lines.photo(line.gtin, sha256)
        if known is not None and known.removed_at is None:
            return known
        _need_room(line)
        new = Photo(
            sha256, made.width, made.height, told, named, 1 + max((one.position for one in line.photos), default=0)
        )
        if known is not None:
            new = replace(new, captions=told or known.captions, colourway=named or known.colourway)
        tx.lines.keep_photo(line.gtin, new)
        unused = _changed(ledger, tx, line)
    forget_files(ledger, unused)
    return new


def remove_photo(ledger: Ledger, caller: Caller, gtin: str, sha256: str) -> Photo:
    """Show a photo no more; for a day `restore_photo` brings it back. Raises Unknown."""
    with ledger.store.write() as tx:
        line = _own(tx, caller, gtin)
        found = _shown(line, sha256)
        gone = replace(found, removed_at=ledger.now())
        tx.lines.keep_photo(line.gtin, gone)
        unused = _changed(ledger, tx, line)
    forget_files(ledger, unused)
    return gone


def restore_photo(ledger: Ledger, caller: Caller, gtin: str, sha256: str) -> Photo:
    """Show a removed photo again, where it was. Raises Unknown once it is forgotten, Conflict beyond 12 photos."""
    with ledger.store.write() as tx:
        line = _own(tx, caller, gtin)
        found = tx.lines.photo(line.gtin, sha256)
        if found is None:
            raise Unknown(said("This photo is forgotten; send it again."))
        if found.removed_at is not None:
            _need_room(line)
            found = replace(found, removed_at=None)
            tx.lines.keep_photo(line.gtin, found)
            _changed(ledger, tx, line, sweep=False)
        return found


def order_photos(ledger: Ledger, caller: Caller, gtin: str, order: Sequence[str]) -> Line:
    """Put the photos in this order; the first stands on every page. Raises Invalid unless it names each once."""
    with ledger.store.write() as tx:
        line = _own(tx, caller, gtin)
        if sorted(order) != sorted(one.sha256 for one in line.photos):
            raise Invalid(said("The order has to name each photo of the line once. Load the line again and compare."))
        tx.lines.arrange(line.gtin, order)
        _changed(ledger, tx, line, sweep=False)
        return own_line(tx, caller, gtin)


def describe_photo(
    ledger: Ledger, caller: Caller, gtin: str, sha256: str, captions: Mapping[str, str], colourway: str
) -> Photo:
    """Say what a photo shows, by language, and of which colourway. Raises Unknown, Invalid."""
    told, named = checked_photo_words(captions, colourway)
    with ledger.store.write() as tx:
        line = _own(tx, caller, gtin)
        found = _shown(line, sha256)
        new = replace(found, captions=told, colourway=named)
        tx.lines.keep_photo(line.gtin, new)
        _changed(ledger, tx, line, sweep=False)
        return new


def read_photo(ledger: Ledger, sha256: str, width: int) -> bytes:
    """The WebP of a photo that some line shows. Raises Unknown."""
    if width in WIDTHS:
        with ledger.store.read() as tx:
            if tx.lines.shown(sha256):
                return ledger.files.read(PHOTOS, f"{sha256}.{width}")
    raise Unknown(said("There is no such photo."))


def _own(tx: Tx, caller: Caller, gtin: str) -> Line:
    need_gtin(tx, caller, check_gtin(gtin))
    return own_line(tx, caller, gtin)


def _need_room(line: Line) -> None:
    if len(line.photos) >= MOST_PHOTOS:
        raise Conflict(
            said("This line has %(most_photos)s photos, which is the most. Remove one first.", most_photos=MOST_PHOTOS)
        )


def _shown(line: Line, sha256: str) -> Photo:
    found = next((one for one in line.photos if one.sha256 == sha256), None)
    if found is None:
        raise Unknown(said("This line shows no such photo."))
    return found


def _changed(ledger: Ledger, tx: Tx, line: Line, *, sweep: bool = True) -> list[str]:
    """Note the change, and forget what was removed longer ago than it may be taken back."""
    tx.lines.keep(replace(line, updated_at=ledger.now()))
    return tx.lines.drop_removed(line.gtin, ledger.now() - KEPT_SECONDS) if sweep else []


def _content(ledger: Ledger, stream: BinaryIO) -> bytes:
    limit = ledger.limits.evidence_bytes
    content = b""
    # One read may give less than there is; only the next tells whether that was the end, or the sender gone.
    while len(content) <= limit and (piece := stream.read(limit + 1 - len(content))):
        content += piece
    if len(content) > limit:
        raise TooLarge(said("A photo may have %(limit)s MB at most. Make it smaller.", limit=limit // (1024 * 1024)))
    return content

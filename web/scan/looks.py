"""What the catalogue shows of a scanned model: the photo beside the verdict, and the page that asks to compare."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ledger.domain.errors import Unavailable
from ledger.domain.lines import Line, Photo
from ledger.domain.standing_headlines import Key
from ledger.services.keep_line import is_public, line_of
from ledger.services.ports import Ledger
from ledger.services.scanned import Scan
from web.scan.photos import photo_href, photo_set
from web.scan_view import Shown


@dataclass(frozen=True, slots=True)
class Picture:
    """A photo with its widths for the browser to choose from; `caption` is the brand's."""

    src: str
    srcset: str
    width: int
    height: int
    caption: str


@dataclass(frozen=True, slots=True)
class Looks:
    """What the page shows to compare. `language` is that of the brand's words."""

    pictures: tuple[Picture, ...]
    points: tuple[str, ...]
    description: str
    materials: str
    retired: bool
    language: str


def line_shown(ledger: Ledger, scan: Scan) -> Line | None:
    """The line that this scan's page may show; None where there is none, or where it cannot be read right now."""
    if scan.gtin is None or (scan.subject is None and scan.standing.key is not Key.PRODUCT_ONLY):
        return None
    try:
        found = line_of(ledger, scan.gtin) if scan.beside is None else scan.beside.line
    except Unavailable:
        return None
    if found is None or (scan.subject is None and not is_public(ledger, found)):
        return None
    # Photos of the item's own colour come first.
    colour = str((scan.public_fields or {}).get("colour") or "").casefold()
    photos = sorted(found.photos, key=lambda one: not colour or one.colourway.casefold() != colour)
    return replace(found, photos=tuple(photos))


def with_photo(shown: Shown | None, line: Line, language: str) -> Shown:
    """The item's card with the line's first photo; a model without an item has its name from the line."""
    shown = shown or Shown(line.name)
    if not line.photos:
        return shown
    first = line.photos[0]
    return replace(shown, photo=photo_href(first, 320), photo_set=photo_set(first), photo_alt=first.caption(language))


def can_compare(line: Line) -> bool:
    """Whether there is anything to compare with."""
    return bool(line.photos) or any(said.looks for said in line.words.values())


def looks_of(line: Line, language: str) -> Looks:
    """What the page that compares shows, in the reader's language or in one that there is."""
    said, spoken = line.said(language)
    pictures = tuple(_picture(one, language) for one in line.photos)
    return Looks(pictures, said.looks, said.description, said.materials, line.retired, spoken)


def _picture(one: Photo, language: str) -> Picture:
    return Picture(photo_href(one, 960), photo_set(one), one.width, one.height, one.caption(language))

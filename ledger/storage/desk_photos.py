"""Photos of listings, and the points by which they are found again."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, Row, delete, func, insert, or_, select, update

from ledger.services.desk.listings_port import Photo
from ledger.storage.tables_lines import line_photos
from ledger.storage.tables_listings import listing_challenges, listing_photos, photo_points, photos

BANDS: Final = 4
_CHUNK: Final = 400
_FEWEST_SHARED: Final = 2
_T = TypeVar("_T")


class ListingPhotos:
    """Reads and writes of photos."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def photos_of(self, listings: Collection[str]) -> dict[str, dict[str, int]]:
        """The photos of listings, by listing, each with when it came into the listing."""
        found: dict[str, dict[str, int]] = {}
        for some in chunks(listings):
            query = select(listing_photos).where(listing_photos.c.listing.in_(some))
            for row in self._db.execute(query.order_by(listing_photos.c.sha256)):
                found.setdefault(row.listing, {})[row.sha256] = row.since
        return found

    def add_photo(self, photo: Photo) -> None:
        """Keep what is known of a photo; again changes nothing."""
        if self._db.execute(select(photos.c.sha256).where(photos.c.sha256 == photo.sha256)).first() is None:
            values = {name: getattr(photo, name) for name in ("sha256", "platform", "width", "height", "state")}
            self._db.execute(
                insert(photos).values(**values, created_at=photo.created_at, codes=json.dumps(list(photo.codes)))
            )

    def photos(self, names: Collection[str]) -> dict[str, Photo]:
        """Those of these photos that are known."""
        rows = (
            row for some in chunks(names) for row in self._db.execute(select(photos).where(photos.c.sha256.in_(some)))
        )
        return {row.sha256: _photo(row) for row in rows}

    def catalogue_to_look_at(self, limit: int) -> list[str]:
        """Photos that brands show in their catalogues and that were not looked at yet."""
        query = (
            select(line_photos.c.sha256)
            .outerjoin(photos, photos.c.sha256 == line_photos.c.sha256)
            .where(photos.c.sha256.is_(None), line_photos.c.removed_at.is_(None))
            .distinct()
            .limit(limit)
        )
        return list(self._db.scalars(query))

    def looked_at(self, sha256: str, state: str, points: Sequence[int]) -> None:
        """Keep what a look at a photo found: its telling points, 64 bits each."""
        self._db.execute(update(photos).where(photos.c.sha256 == sha256).values(state=state))
        self._db.execute(delete(photo_points).where(photo_points.c.sha256 == sha256))
        rows = [
            {"sha256": sha256, "place": place, "bits": bits.to_bytes(8, "big")}
            | {f"band{band}": value for band, value in enumerate(_bands(bits))}
            for place, bits in enumerate(points)
        ]
        if rows:
            self._db.execute(insert(photo_points), rows)

    def candidates(self, points: Sequence[int], but: str, limit: int) -> list[str]:
        """Photos that share bands with these points, those that share most first."""
        if not points:
            return []
        bands = list(zip(*map(_bands, points), strict=True))
        shares = or_(*(photo_points.c[f"band{band}"].in_(set(values)) for band, values in enumerate(bands)))
        query = (
            select(photo_points.c.sha256, func.count().label("shared"))
            .where(shares, photo_points.c.sha256 != but)
            .group_by(photo_points.c.sha256)
            .having(func.count() >= _FEWEST_SHARED)
            .order_by(func.count().desc(), photo_points.c.sha256)
            .limit(limit)
        )
        return [row.sha256 for row in self._db.execute(query)]

    def used(self, photo: str) -> bool:
        """Whether a photo stands in a listing, live or ended, or answered a challenge."""
        shown = select(listing_photos.c.sha256).where(listing_photos.c.sha256 == photo)
        answered = select(listing_challenges.c.photo).where(listing_challenges.c.photo == photo)
        return self._db.execute(shown.union_all(answered).limit(1)).first() is not None

    def in_catalogue(self, photos: Collection[str]) -> set[str]:
        """Those that a brand shows in its catalogue."""
        shown = line_photos.c.removed_at.is_(None)
        found: set[str] = set()
        for some in chunks(photos):
            found |= set(self._db.scalars(select(line_photos.c.sha256).where(line_photos.c.sha256.in_(some), shown)))
        return found

    def _forget_photos(self, names: Collection[str]) -> list[str]:
        """Forget those that no listing, challenge or catalogue shows; returns them."""
        gone: list[str] = []
        for some in chunks(names):
            used = set(self._db.scalars(select(listing_photos.c.sha256).where(listing_photos.c.sha256.in_(some))))
            used |= set(
                self._db.scalars(select(listing_challenges.c.photo).where(listing_challenges.c.photo.in_(some)))
            )
            free = [name for name in some if name not in used]
            gone += free
            self._db.execute(delete(photos).where(photos.c.sha256.in_(free), photos.c.platform != ""))
        return gone


def _bands(bits: int) -> tuple[int, ...]:
    return tuple(bits >> 16 * band & 0xFFFF for band in range(BANDS))


def _photo(row: Row[Any]) -> Photo:
    return Photo(**{**row._mapping, "codes": tuple(json.loads(row.codes))})


def chunks(values: Collection[_T]) -> Iterator[list[_T]]:
    """The values, each once, in packets that one question takes."""
    known = list(dict.fromkeys(values))
    for start in range(0, len(known), _CHUNK):
        yield known[start : start + _CHUNK]

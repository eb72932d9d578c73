"""Photos of listings, and the points by which they are found again."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from typing import Any, Final, TypeVar

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    Subquery,
    Tuple,
    and_,
    delete,
    false,
    func,
    insert,
    literal,
    or_,
    select,
    tuple_,
    update,
)

from ledger.services.desk.listings_port import Beside, Photo
from ledger.storage.tables_lines import line_photos
from ledger.storage.tables_listings import listing_challenges, listing_photos, listings, photo_points, photos

BANDS: Final = 4
_CHUNK: Final = 400
_FEWEST_SHARED: Final = 2
_LIVE: Final = "live"
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
        waits = and_(photos.c.platform == "", photos.c.state == "waiting")
        query = (
            select(line_photos.c.sha256)
            .outerjoin(photos, photos.c.sha256 == line_photos.c.sha256)
            .where(or_(photos.c.sha256.is_(None), waits), line_photos.c.removed_at.is_(None))
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

    def earlier(self, points: Sequence[int], mine: Beside | None, but: str, limit: int) -> list[str]:
        """Photos that share bands with these points, those that share most first, of what tells something of a listing:
        what live listings of others, or all, showed earlier than mine, and what catalogues show."""
        near = _sharing(points, but)
        shown = _shown(mine).where(listing_photos.c.sha256 == near.c.sha256)
        if mine is not None:
            shown = shown.where(_place() < _place_of(mine))
        catalogue = select(line_photos.c.sha256).where(
            line_photos.c.sha256 == near.c.sha256, line_photos.c.removed_at.is_(None)
        )
        return self._most_like(near, or_(shown.exists(), catalogue.exists()), limit) if points else []

    def later(self, points: Sequence[int], mine: Beside | None, but: str, limit: int) -> list[str]:
        """Likewise what live listings of others, or all, showed later than mine, where it was compared already."""
        near = _sharing(points, but)
        shown = _compared(mine).where(listing_photos.c.sha256 == near.c.sha256)
        return self._most_like(near, shown.exists(), limit) if points else []

    def _most_like(self, near: Subquery, counts: ColumnElement[bool], limit: int) -> list[str]:
        query = select(near.c.sha256).where(counts).order_by(near.c.shared.desc(), near.c.sha256).limit(limit)
        return list(self._db.scalars(query))

    def call_looks(self, photos: Collection[str], mine: Beside | None, now: int) -> None:
        """Have live listings of others, or all, compared again that showed one of these photos later than mine."""
        for some in chunks(photos):
            meant = _compared(mine).where(listing_photos.c.sha256.in_(some))
            ids = meant.with_only_columns(listings.c.id).scalar_subquery()
            self._db.execute(update(listings).where(listings.c.id.in_(ids)).values(look_due=now))

    def uncalled(self, listing: str) -> list[str]:
        """Photos of a listing for which nobody was called yet who showed a like one later."""
        waits = listing_photos.c.listing == listing, listing_photos.c.called_at.is_(None)
        return list(self._db.scalars(select(listing_photos.c.sha256).where(*waits)))

    def called(self, listing: str, now: int) -> None:
        """Note that they were called."""
        waits = listing_photos.c.listing == listing, listing_photos.c.called_at.is_(None)
        self._db.execute(update(listing_photos).where(*waits).values(called_at=now))

    def _calls(self, ids: Collection[str]) -> dict[tuple[str, str], int]:
        """By listing and photo when they were called, of listings that are live."""
        found: dict[tuple[str, str], int] = {}
        for some in chunks(ids):
            query = (
                select(listing_photos.c.listing, listing_photos.c.sha256, listing_photos.c.called_at)
                .join(listings, listings.c.id == listing_photos.c.listing)
                .where(listing_photos.c.listing.in_(some), listings.c.status == _LIVE)
            )
            found |= {(row[0], row[1]): row[2] for row in self._db.execute(query)}
        return found

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


def _sharing(points: Sequence[int], but: str) -> Subquery:
    """Photos that share bands with points, and how many; the same band in one place is met by chance."""
    bands = list(zip(*map(_bands, points), strict=True))
    shares = or_(false(), *(photo_points.c[f"band{band}"].in_(set(values)) for band, values in enumerate(bands)))
    grouped = select(photo_points.c.sha256, func.count().label("shared")).where(shares, photo_points.c.sha256 != but)
    return grouped.group_by(photo_points.c.sha256).having(func.count() >= _FEWEST_SHARED).subquery()


def _shown(mine: Beside | None) -> Select[Any]:
    """What live listings show, of others than mine."""
    query = select(listing_photos.c.sha256).join(listings, listings.c.id == listing_photos.c.listing)
    query = query.where(listings.c.status == _LIVE)
    if mine is None:
        return query
    return query.where(or_(listings.c.platform != mine.platform, listings.c.seller != mine.seller))


def _compared(mine: Beside | None) -> Select[Any]:
    """What they showed later, where their photos wait for nothing."""
    query = _shown(mine).where(listings.c.look_due.is_(None))
    return query if mine is None else query.where(_place() > _place_of(mine))


def _place() -> Tuple:
    """The order in which listings came to show a photo."""
    return tuple_(listing_photos.c.since, listing_photos.c.listing)


def _place_of(mine: Beside) -> Tuple:
    return tuple_(literal(mine.since), literal(mine.id))


def _bands(bits: int) -> tuple[int, ...]:
    return tuple(bits >> 16 * band & 0xFFFF for band in range(BANDS))


def _photo(row: Row[Any]) -> Photo:
    return Photo(**{**row._mapping, "codes": tuple(json.loads(row.codes))})


def chunks(values: Collection[_T]) -> Iterator[list[_T]]:
    """The values, each once, in packets that one question takes."""
    known = list(dict.fromkeys(values))
    for start in range(0, len(known), _CHUNK):
        yield known[start : start + _CHUNK]

"""The catalogue: lines and their photos."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection, Row, delete, func, insert, or_, select, update

from ledger.domain.gtins import Gtin
from ledger.domain.lines import Line, Photo, Words
from ledger.storage.tables import batches, items
from ledger.storage.tables_lines import line_photos, lines

_CHUNK: Final = 400


class Lines:
    """Reads and writes of lines and their photos."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def get(self, gtin: str) -> Line | None:
        """A line with the photos that are shown, in their order."""
        row = self._db.execute(select(lines).where(lines.c.gtin == gtin)).first()
        return None if row is None else self._with_photos([row])[0]

    def several(self, gtins: Collection[str]) -> dict[str, Line]:
        """Lines by GTIN, likewise; without those that are none."""
        wanted, found = sorted(set(gtins)), dict[str, Line]()
        for start in range(0, len(wanted), _CHUNK):
            rows = self._db.execute(select(lines).where(lines.c.gtin.in_(wanted[start : start + _CHUNK]))).all()
            found |= {one.gtin: one for one in self._with_photos(rows)}
        return found

    def photo(self, gtin: str, sha256: str) -> Photo | None:
        """A photo of a line, a removed one too."""
        row = self._db.execute(
            select(line_photos).where(line_photos.c.gtin == gtin, line_photos.c.sha256 == sha256)
        ).first()
        return None if row is None else _photo_of(row)

    def keep(self, line: Line) -> None:
        """Keep a new line, or what is said of a known one. Photos stay as they are."""
        words = {
            language: {
                "description": said.description,
                "materials": said.materials,
                "care": said.care,
                "looks": list(said.looks),
            }
            for language, said in line.words.items()
        }
        kept = ("organisation", "name", "programme_start", "retired", "note", "version", "updated_at")
        values: dict[str, Any] = {name: getattr(line, name) for name in kept} | {"words": words}
        if not self._db.execute(update(lines).where(lines.c.gtin == line.gtin).values(**values)).rowcount:
            self._db.execute(insert(lines).values(gtin=line.gtin, **values))

    def drop(self, gtin: str) -> list[str]:
        """Forget a line and its photos; returns the photos that no line shows any more."""
        mine = list(self._db.scalars(select(line_photos.c.sha256).where(line_photos.c.gtin == gtin)))
        self._db.execute(delete(lines).where(lines.c.gtin == gtin))
        return self._unused(mine)

    def keep_photo(self, gtin: str, photo: Photo) -> None:
        """Keep a new photo, or what is said of a known one."""
        values: dict[str, Any] = {
            name: getattr(photo, name) for name in ("width", "height", "colourway", "position", "removed_at")
        } | {"captions": dict(photo.captions)}
        mine = (line_photos.c.gtin == gtin, line_photos.c.sha256 == photo.sha256)
        if not self._db.execute(update(line_photos).where(*mine).values(**values)).rowcount:
            self._db.execute(insert(line_photos).values(gtin=gtin, sha256=photo.sha256, **values))

    def arrange(self, gtin: str, order: Sequence[str]) -> None:
        """Put photos in this order."""
        for position, sha256 in enumerate(order):
            self._db.execute(
                update(line_photos)
                .where(line_photos.c.gtin == gtin, line_photos.c.sha256 == sha256)
                .values(position=position)
            )

    def shown(self, sha256: str) -> bool:
        """Whether any line shows this photo."""
        query = select(line_photos.c.gtin).where(line_photos.c.sha256 == sha256, line_photos.c.removed_at.is_(None))
        return self._db.execute(query.limit(1)).first() is not None

    def drop_removed(self, gtin: str, before: int) -> list[str]:
        """Forget photos that were removed before then; returns those that no line has any more."""
        gone = (line_photos.c.gtin == gtin, line_photos.c.removed_at < before)
        mine = list(self._db.scalars(select(line_photos.c.sha256).where(*gone)))
        self._db.execute(delete(line_photos).where(*gone))
        return self._unused(mine)

    def page(self, organisation: str, find: str, sort: str, start: int, limit: int) -> list[Line]:
        """An organisation's lines whose name or GTIN holds `find`, by name, gtin or newest change."""
        order = {"gtin": lines.c.gtin, "changed": lines.c.updated_at.desc()}.get(sort, func.lower(lines.c.name))
        query = select(lines).where(lines.c.organisation == organisation)
        if find:
            query = query.where(
                or_(
                    func.lower(lines.c.name).contains(find.lower(), autoescape=True),
                    lines.c.gtin.contains(find, autoescape=True),
                )
            )
        return self._with_photos(self._db.execute(query.order_by(order, lines.c.gtin).offset(start).limit(limit)).all())

    def count(self, organisation: str) -> int:
        """How many lines an organisation has."""
        query = select(func.count()).where(lines.c.organisation == organisation)
        return self._db.scalar(query) or 0

    def without(self, organisation: str, prefixes: Sequence[str], limit: int) -> list[tuple[str, str]]:
        """GTINs within the prefixes that the organisation has items of and no line, with a model's name.

        Jumps through the index from one GTIN to the next, at most 1,000 of them, instead of reading every item.
        """
        found: list[tuple[str, str]] = []
        left = 1_000
        for low in sorted(digit + prefix for prefix in prefixes for digit in "0123456789"):
            last, high = low, low + ":"  # the character after 9
            while left > 0 and len(found) < limit:
                left -= 1
                row = self._db.execute(
                    select(items.c.gtin, items.c.fields)
                    .join(batches, batches.c.id == items.c.batch_id)
                    .where(items.c.gtin > last, items.c.gtin < high, batches.c.organisation == organisation)
                    .order_by(items.c.gtin)
                    .limit(1)
                ).first()
                if row is None:
                    break
                last = row.gtin
                if self._db.execute(select(lines.c.gtin).where(lines.c.gtin == last)).first() is None:
                    found.append((last, str(row.fields.get("model_ref") or "")))
        return found

    def _with_photos(self, rows: Sequence[Row[Any]]) -> list[Line]:
        query = (
            select(line_photos)
            .where(line_photos.c.gtin.in_([row.gtin for row in rows]), line_photos.c.removed_at.is_(None))
            .order_by(line_photos.c.position, line_photos.c.sha256)
        )
        photos: dict[str, list[Photo]] = {}
        for row in self._db.execute(query):
            photos.setdefault(row.gtin, []).append(_photo_of(row))
        return [_line_of(row._mapping, tuple(photos.get(row.gtin, ()))) for row in rows]

    def _unused(self, names: Sequence[str]) -> list[str]:
        used = set(self._db.scalars(select(line_photos.c.sha256).where(line_photos.c.sha256.in_(names))))
        return [name for name in names if name not in used]


def _line_of(row: Mapping[Any, Any], photos: tuple[Photo, ...]) -> Line:
    values = dict(row)
    said = {language: Words(**(one | {"looks": tuple(one["looks"])})) for language, one in values.pop("words").items()}
    return Line(**values | {"gtin": Gtin(values["gtin"])}, words=said, photos=photos)


def _photo_of(row: Row[Any]) -> Photo:
    return Photo(row.sha256, row.width, row.height, row.captions, row.colourway, row.position, row.removed_at)

"""Checklists: what an inspector looks at, by kind of thing; data, so that a house can write its own.

The standard lists lie beside this file as JSON, in four languages. An organisation's own list has the same form:

    {"id": "bag", "version": 1, "name": {"en": "Bag"},
     "points": [{"id": "stitching", "words": {"en": "Stitching"}}],
     "photos": [{"id": "front", "words": {"en": "Front"}, "outline": "bag"}]}

A sheet keeps a copy of the list that it was filled in with, so that a later version changes nothing said before.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib import resources
from typing import Any, Final

from ledger.domain.errors import Fault, Invalid
from ledger.domain.said import said

LANGUAGES: Final = ("en", "fr", "it", "zh-Hans")
STANDARD: Final = ("bag", "watch", "sneaker", "garment", "jewellery")
OUTLINES: Final = ("bag", "watch", "shoe", "cloth", "ring", "close")
"""Shapes that a photo is framed by."""
MOST_POINTS: Final = 80
MOST_SHOTS: Final = 16
_ID: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")
_LONGEST: Final = 200


@dataclass(frozen=True, slots=True)
class Point:
    """One thing to look at. `words` by language; English is always there."""

    id: str
    words: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Shot:
    """One photo that belongs to a complete inspection, and the shape to frame it by."""

    id: str
    words: Mapping[str, str]
    outline: str = "close"


@dataclass(frozen=True, slots=True)
class Checklist:
    """One list in one version. `owner` is an organisation's id, None for the standard ones."""

    id: str
    version: int
    name: Mapping[str, str]
    points: tuple[Point, ...]
    shots: tuple[Shot, ...]
    owner: str | None = None

    def point(self, id: str) -> Point | None:
        """A point by its id."""
        return next((one for one in self.points if one.id == id), None)

    def as_json(self) -> dict[str, Any]:
        """The list in the form that `read_checklist` takes."""
        return {
            "id": self.id,
            "version": self.version,
            "name": dict(self.name),
            "points": [asdict(one) for one in self.points],
            "photos": [asdict(one) for one in self.shots],
        }


def in_language(words: Mapping[str, str], language: str) -> str:
    """The words in a language; English stands in where one is missing."""
    return words.get(language) or words["en"]


@functools.cache
def standard() -> tuple[Checklist, ...]:
    """The lists that come with the program."""
    folder = resources.files(__package__).joinpath("checklists")
    return tuple(
        read_checklist(json.loads(folder.joinpath(f"{name}.json").read_text(encoding="utf-8"))) for name in STANDARD
    )


def read_checklist(given: Any, owner: str | None = None) -> Checklist:
    """A list from its JSON form. Raises Invalid that names every fault and how to mend it."""
    if not isinstance(given, Mapping):
        raise Invalid(said("A checklist is a JSON object with id, name, points and photos."))
    faults: list[Fault] = []
    points = [Point(*one) for one, _ in _entries(given, "points", MOST_POINTS, faults)]
    shots = [Shot(*one, outline) for one, outline in _entries(given, "photos", MOST_SHOTS, faults)]
    name = _words(given.get("name"), "name", faults)
    id, version = given.get("id"), given.get("version", 1)
    if not isinstance(id, str) or not _ID.fullmatch(id):
        faults.append(Fault("id", said("must be small letters, digits and _, at most 40, beginning with a letter.")))
    if not isinstance(version, int) or isinstance(version, bool) or not 1 <= version < 1 << 31:
        faults.append(Fault("version", said("must be a whole number from 1.")))
    if not points and not faults:
        faults.append(Fault("points", said("is empty: a checklist has at least one point.")))
    if faults:
        raise Invalid(said("This checklist cannot be used as it is: %(fault)s", fault=faults[0]), faults=faults)
    return Checklist(str(id), int(version), name, tuple(points), tuple(shots), owner)


def _entries(
    given: Mapping[str, Any], where: str, most: int, faults: list[Fault]
) -> list[tuple[tuple[str, Mapping[str, str]], str]]:
    found = given.get(where, [])
    if not isinstance(found, Sequence) or isinstance(found, str) or len(found) > most:
        faults.append(Fault(where, said("must be a list of at most %(most)s.", most=most)))
        return []
    made: list[tuple[tuple[str, Mapping[str, str]], str]] = []
    known: set[str] = set()
    for place, one in enumerate(found):
        at = f"{where}[{place}]"
        id = one.get("id") if isinstance(one, Mapping) else None
        if not isinstance(id, str) or not _ID.fullmatch(id) or id in known:
            faults.append(Fault(at, said("needs an id of its own: small letters, digits and _.")))
            continue
        known.add(id)
        outline = one.get("outline", "close")
        if outline not in OUTLINES:
            faults.append(Fault(at, said("has an outline that is none of: %(known)s.", known=", ".join(OUTLINES))))
            continue
        made.append(((id, _words(one.get("words"), at, faults)), outline))
    return made


def _words(given: Any, where: str, faults: list[Fault]) -> Mapping[str, str]:
    if not isinstance(given, Mapping) or not given.get("en"):
        faults.append(Fault(where, said("needs words in English under “en”; other languages may follow.")))
        return {"en": ""}
    kept = {}
    for language, text in given.items():
        tidy = text.strip() if isinstance(text, str) else ""
        if language not in LANGUAGES or not 1 <= len(tidy) <= _LONGEST or not tidy.isprintable():
            faults.append(
                Fault(
                    where,
                    said(
                        "has words that cannot be used: 1 to %(most)s characters, in %(languages)s.",
                        most=_LONGEST,
                        languages=", ".join(LANGUAGES),
                    ),
                )
            )
            continue
        kept[language] = tidy
    return kept or {"en": ""}

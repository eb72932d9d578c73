"""Lines of the catalogue: what a brand says and shows of a model, for whoever has a piece of it before them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from ledger.domain.errors import Fault, Invalid
from ledger.domain.gtins import Gtin
from ledger.domain.standing_headlines import LANGUAGES

MOST_PHOTOS: Final = 12
MOST_LOOKS: Final = 12
WIDTHS: Final = (96, 320, 960)
"""Dots: a list, a phone's card, a page that compares."""
_NAME, _SHORT, _LONG = 120, 200, 2_000
# What cannot be seen, or turns the direction of writing so that a text looks like another one.
_UNSEEN: Final = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Words:
    """What is said of a line in one language; `looks` are the points that tell it from others."""

    description: str = ""
    materials: str = ""
    care: str = ""
    looks: tuple[str, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether nothing is said."""
        return not (self.description or self.materials or self.care or self.looks)


@dataclass(frozen=True, slots=True)
class Photo:
    """One photo of a line, named by the SHA-256 of its widest form; `width` and `height` are that form's dots."""

    sha256: str
    width: int
    height: int
    captions: Mapping[str, str] = field(default_factory=dict)
    colourway: str = ""
    position: int = 0
    removed_at: int | None = None
    """Seconds since 1970; for a day it can be taken back."""

    def caption(self, language: str) -> str:
        """What the photo shows, in this language or in one that there is."""
        return self.captions.get(language) or self.captions.get("en") or next(iter(self.captions.values()), "")


@dataclass(frozen=True, slots=True)
class Line:
    """What a brand shows of a model. `note` is the brand's own and is shown to nobody else."""

    gtin: Gtin
    organisation: str
    name: str
    words: Mapping[str, Words] = field(default_factory=dict)
    programme_start: str | None = None
    """The first day of which items of this line are registered (ISO 8601)."""
    retired: bool = False
    """Whether it is made no more."""
    note: str = ""
    version: int = 1
    """Counts the changes of its words, so that nobody overwrites what they have not seen."""
    updated_at: int = 0
    photos: tuple[Photo, ...] = ()

    def said(self, language: str) -> tuple[Words, str]:
        """What is said of it, and in which language: the reader's, else English, else the first there is."""
        for one in (language, "en", *self.words):
            if one in self.words:
                return self.words[one], one
        return Words(), "en"

    def public_on(self, today: date) -> bool:
        """Whether a code that names only the model may show it: not before its programme begins."""
        return self.programme_start is None or date.fromisoformat(self.programme_start) <= today


@dataclass(frozen=True, slots=True)
class LineText:
    """What is sent to describe a line, before it is checked."""

    name: str
    words: Mapping[str, Words] = field(default_factory=dict)
    programme_start: str | None = None
    retired: bool = False
    note: str = ""


def checked_line(text: LineText) -> LineText:
    """The same, trimmed. Raises Invalid with every fault: lengths, unseen characters, languages, the date."""
    faults: list[Fault] = []
    words = {}
    for language, said in text.words.items():
        if language not in LANGUAGES:
            faults.append(Fault("words", f"“{language[:12]}” is not a language of these pages.", _LANGUAGES))
            continue
        where = f"words.{language}"
        looks = [_one(faults, f"{where}.looks", point, _SHORT) for point in said.looks]
        kept = Words(
            _many(faults, f"{where}.description", said.description, _LONG),
            _one(faults, f"{where}.materials", said.materials, _SHORT),
            _many(faults, f"{where}.care", said.care, _LONG),
            tuple(point for point in looks if point),
        )
        if len(kept.looks) > MOST_LOOKS:
            faults.append(Fault(f"{where}.looks", f"has more than {MOST_LOOKS} points.", "Keep the telling ones."))
        if not kept.empty:
            words[language] = kept
    name = _one(faults, "name", text.name, _NAME)
    if not name and not any(one.where == "name" for one in faults):
        faults.append(Fault("name", "is empty.", "Give the model the name that is on its label."))
    start = (text.programme_start or "").strip() or None
    if start is not None and not _is_day(start):
        faults.append(Fault("programme_start", "is not a date.", "Write it as 2026-01-31."))
    note = _many(faults, "note", text.note, _LONG)
    if faults:
        raise Invalid(f"The line cannot be kept: {faults[0]}", faults=faults)
    return LineText(name, words, start, text.retired, note)


def checked_photo_words(captions: Mapping[str, str], colourway: str) -> tuple[dict[str, str], str]:
    """Captions by language and the name of a colourway, trimmed, empty ones left out. Raises Invalid."""
    faults: list[Fault] = []
    kept = {}
    for language, caption in captions.items():
        if language not in LANGUAGES:
            faults.append(Fault("captions", f"“{language[:12]}” is not a language of these pages.", _LANGUAGES))
        elif said := _one(faults, f"captions.{language}", caption, _SHORT):
            kept[language] = said
    named = _one(faults, "colourway", colourway, _NAME)
    if faults:
        raise Invalid(f"The photo cannot be described so: {faults[0]}", faults=faults)
    return kept, named


_LANGUAGES: Final = f"They are {', '.join(LANGUAGES)}."


def _one(faults: list[Fault], where: str, text: str, longest: int) -> str:
    return _many(faults, where, " ".join(text.split("\n")), longest)


def _many(faults: list[Fault], where: str, text: str, longest: int) -> str:
    kept = text.replace("\r\n", "\n").strip()
    if len(kept) > longest:
        faults.append(Fault(where, f"has {len(kept):,} characters.", f"It may have {longest:,}."))
    elif found := _UNSEEN.search(kept):
        faults.append(
            Fault(where, f"holds a character that cannot be seen (U+{ord(found[0]):04X}).", "Type the text again.")
        )
    return kept


def _is_day(text: str) -> bool:
    try:
        return len(text) == 10 and date.fromisoformat(text).year >= 1800
    except ValueError:
        return False

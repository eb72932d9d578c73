"""Letters of printed receipts: which font has each, and how a text is broken into lines.

Latin letters come from the embedded font. Chinese ones (and what else GBK has: Greek, Cyrillic, kana) come from
Adobe's standard song face, which every PDF reader has or replaces (ISO 32000-1, 9.7.5.2): a whole Chinese font would
be ten times as large as all the rest. A letter that neither has is printed as a box, and the file says which letter
is meant, so that a search, a copy and a screen reader find the text as it is.
"""

from __future__ import annotations

import functools
import unicodedata
from dataclasses import dataclass
from typing import Final

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont

SONG: Final = "STSong-Light"
BOX: Final = "□"
_JOINS: Final = frozenset("\u200d\ufe0e\ufe0f")
_NEVER_FIRST: Final = frozenset("，。、；：？！）】》”’·%,.;:?!)")
"""Marks that begin no line (GB/T 15834, 5.1)."""
_LONGEST: Final = 4_000


@dataclass(frozen=True, slots=True)
class Run:
    """Letters of one font. `meant` is what boxes stand for, else empty."""

    font: str
    text: str
    meant: str = ""

    def width(self, size: float) -> float:
        """In points."""
        return float(pdfmetrics.stringWidth(self.text, self.font, size))


def tidied(text: str) -> str:
    """A text in one line: bounded, with nothing in it that turns, hides or moves what stands beside it."""
    cut = text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
    kept = (" " if one.isspace() else one for one in cut if one.isspace() or one in _JOINS or one.isprintable())
    return " ".join("".join(kept).split())


def runs(text: str, latin: str) -> list[Run]:
    """A tidied text as runs; `latin` is the name of the embedded font."""
    song, known = _song(), pdfmetrics.getFont(latin).face.charWidths
    found: list[Run] = []
    for letter in text:
        font, drawn, meant = latin, letter, ""
        if ord(letter) not in known:
            font, drawn, meant = (song, letter, "") if _sung(letter) else (song, _box(letter), letter)
        last = found[-1] if found else None
        if last is not None and last.font == font and bool(last.meant) == bool(meant):
            found[-1] = Run(font, last.text + drawn, last.meant + meant)
        else:
            found.append(Run(font, drawn, meant))
    return found


def lines(text: str, latin: str, size: float, width: float) -> list[str]:
    """A text broken into lines of at most `width` points: at spaces, between Chinese letters, else anywhere."""
    found: list[str] = []
    line = ""
    for word in _words(tidied(text)):
        if _fits(line + word.rstrip(), latin, size, width):
            line += word
            continue
        if line:
            found.append(line.rstrip())
        line = word.lstrip()
        while not _fits(line.rstrip(), latin, size, width):
            count = max(1, next((n for n in range(len(line), 0, -1) if _fits(line[:n], latin, size, width)), 1))
            found.append(line[:count])
            line = line[count:]
    return [*found, line.rstrip()] if line.strip() else found


def _words(text: str) -> list[str]:
    """The pieces between which a line may end, each with the space behind it."""
    found: list[str] = []
    for letter in text:
        last = found[-1] if found else ""
        alone = _wide(letter) or (last and _wide(last[-1]))
        if not last or last.endswith(" ") or (alone and letter != " " and letter not in _NEVER_FIRST):
            found.append(letter)
        else:
            found[-1] += letter
    return found


def _fits(text: str, latin: str, size: float, width: float) -> bool:
    # Nothing is narrower than a tenth of its size: a long text need not be measured to be too long.
    return len(text) * size / 10 <= width and sum(one.width(size) for one in runs(text, latin)) <= width


def _wide(letter: str) -> bool:
    return unicodedata.east_asian_width(letter) in "WF"


def _box(letter: str) -> str:
    """A box for a letter; nothing for what only changes the letter before it."""
    return "" if letter in _JOINS or unicodedata.combining(letter) else BOX


@functools.lru_cache(maxsize=4096)
def _sung(letter: str) -> bool:
    try:
        return len(letter.encode("gbk")) == 2
    except UnicodeEncodeError:
        return False


@functools.cache
def _song() -> str:
    pdfmetrics.registerFont(UnicodeCIDFont(SONG))
    return SONG

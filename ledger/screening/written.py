"""How a mark that reads as it should is written: as it is, or disguised, and how."""

from __future__ import annotations

import functools
import re
from enum import StrEnum
from typing import Final

from ledger.screening.text import SIGNS, plain, squashed, unseen
from ledger.screening.typing_errors import COMMON

SHORTEST_SPLIT: Final = 4
_MOST_PARTS: Final = 4
_LONG: Final = 7


class How(StrEnum):
    """How a mark is written."""

    EXACT = "exact"
    """As it is; case, accents, width and spaces aside."""
    UNSEEN = "unseen"
    """With characters in it that nobody sees."""
    LOOK_ALIKE = "look_alike"
    """With letters of other alphabets, or neighbours, that look the same."""
    DIGITS = "digits"
    """With digits or signs for letters."""
    SPREAD = "spread"
    """With spaces or dots between its letters."""
    INSIDE = "inside"
    """Inside a longer word."""
    SOUND = "sound"
    """By its sound: pinyin, or other Han characters of the same sound."""
    TYPING = "typing"
    """With a letter wrong, missing, doubled or out of turn."""


DISGUISED: Final = frozenset({How.UNSEEN, How.LOOK_ALIKE, How.DIGITS, How.SPREAD})
"""Nobody writes so by chance."""


@functools.lru_cache(maxsize=20_000)
def how_written(name: str, written: str) -> How:
    """How a mark that reads as it should is written."""
    if plain(written) == plain(name):
        return How.UNSEEN if unseen(written) else How.EXACT
    if unseen(written):
        return How.UNSEEN
    bare, wanted = _letters(written), _letters(name)
    if bare == wanted:
        # The same letters: only what stands between them differs.
        parts, own = _parts(written), _parts(name)
        return How.EXACT if len(parts) <= 1 or parts == own else How.SPREAD
    if len(bare) == len(wanted) and any(
        one != other and not one.isalpha() for one, other in zip(bare, wanted, strict=True)
    ):
        return How.DIGITS
    return How.LOOK_ALIKE


def _letters(text: str) -> str:
    return "".join(one for one in plain(text) if one.isalnum() or one in SIGNS)


def _parts(text: str) -> list[str]:
    return [one for one in _APART.split(plain(text)) if one]


def spread(written: str, letters: int) -> bool:
    """Whether somebody has spread a mark on purpose, and did not only write words that follow each other.

    With signs between the letters ("ro.lex"), or with every second part a single letter ("n i ke"), it is on purpose;
    of two parts with a space between ("ro lex"), or some more where the mark is long, where they are no common words.
    """
    parts = _parts(written)
    strange = sum(squashed(part) not in COMMON for part in parts)
    if letters < SHORTEST_SPLIT or not strange:
        return False
    few = 2 * sum(len(one) == 1 for one in parts) >= len(parts)
    if _SIGNED.search(written.strip()):
        return few or letters > SHORTEST_SPLIT
    if few or (len(parts) == 2 and letters > SHORTEST_SPLIT and squashed(parts[0]) not in COMMON):
        return True
    return letters >= _LONG and len(parts) <= _MOST_PARTS and 2 * strange >= len(parts)


_APART: Final = re.compile(r"[\W_]+")
_SIGNED: Final = re.compile(r"[^\w\s]|_")

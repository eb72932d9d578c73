"""How a mark that reads as it should is written: as it is, or disguised, and how."""

from __future__ import annotations

import functools
import re
import unicodedata
from enum import StrEnum
from typing import Final

from ledger.screening.text import SIGNS, plain, seen, squashed
from ledger.screening.typing_errors import COMMON, common

SHORTEST_SPLIT: Final = 4
_MOST_PARTS: Final = 4
_LONG: Final = 7
_LONG_WORD: Final = 6


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
    REPEATED = "repeated"
    """With letters written several times."""
    INSIDE = "inside"
    """Inside a longer word."""
    SOUND = "sound"
    """By its sound: pinyin, or other Han characters of the same sound."""
    TYPING = "typing"
    """With a letter wrong, missing, doubled or out of turn."""
    WORD = "word"
    """As it is; but it is an ordinary word too, and nothing shows that the mark is meant."""


DISGUISED: Final = frozenset({How.UNSEEN, How.LOOK_ALIKE, How.DIGITS, How.SPREAD, How.REPEATED})
"""Nobody writes so by chance."""


@functools.lru_cache(maxsize=20_000)
def how_written(name: str, written: str) -> How:
    """How a mark that reads as it should is written."""
    shown = seen(written)
    # What nobody sees counts between letters: at an end it comes with copied texts, and says how Hebrew is laid out.
    hidden = shown not in written
    if plain(shown) == plain(seen(name)):
        return How.UNSEEN if hidden else How.EXACT
    if hidden:
        return How.UNSEEN
    written = shown
    bare, wanted = _letters(written), _letters(name)
    if bare != wanted and _parts(written)[::-1] == _parts(name):
        return How.EXACT
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
    if few or (
        len(parts) == 2
        and letters > SHORTEST_SPLIT
        and (squashed(parts[0]) not in COMMON or (letters >= _LONG_WORD and min(map(len, parts)) > 1))
    ):
        return True
    return letters >= _LONG and len(parts) <= _MOST_PARTS and 2 * strange >= len(parts)


def by_chance(how: How, name: str, written: str, around: str) -> How | None:
    """What a mark's way of being written comes to where it may be an honest word that only reads alike.

    `around` is the rest of the text. None where it is such a word; How.TYPING where it is one letter off.

    1. Digits alone are a number.
    2. A common word is that word, and not a disguise of another.
    3. A small i and a small l look different; a capital I and a small l, or a small l among capitals, the same.
    4. A short word of one script, among others of the same script, is a word of that language.
    5. Kana of the other kind are the same sound.
    """
    shown = seen(written)
    if how is How.DIGITS:
        return how if any(one.isalpha() for one in shown) else None
    if how is not How.LOOK_ALIKE:
        return how
    bare = plain(shown)
    if common(bare):
        return None
    script = script_of(shown)
    if script == "KANA" and script_of(name) == "KANA":
        return How.SOUND if len(bare) >= SHORTEST_SPLIT else None
    if script and script != script_of(name) and len(bare) < _LONG_WORD and _shares(script, around):
        return None
    if script == "LATIN":
        return _stroke(shown, name)
    return how


def _stroke(written: str, name: str) -> How | None:
    """Look-alike as long as no small l stands for a small i, or the other way round."""
    letters, wanted = [one for one in written if one.isalnum()], [one for one in plain(name) if one.isalnum()]
    if len(letters) != len(wanted):
        return How.LOOK_ALIKE
    for place, (one, other) in enumerate(zip(letters, wanted, strict=True)):
        if {one.lower(), other} != {"i", "l"}:
            continue
        beside = letters[max(0, place - 1) : place] + letters[place + 1 : place + 2]
        loud = any(each.isupper() for each in beside)
        # A capital I reads as an l among small letters, a small l as an I among capitals.
        if not (loud if one == "l" else one == "I" and not all(each.isupper() for each in letters)):
            return How.TYPING if len(letters) > SHORTEST_SPLIT else None
    return How.LOOK_ALIKE


def script_of(text: str) -> str:
    """The one script of a text's letters (“LATIN”, “CYRILLIC”, “KANA”); "" where there are several or none."""
    scripts = {_script(one) for one in text if one.isalpha()}
    return scripts.pop() if len(scripts) == 1 else ""


def _shares(script: str, around: str) -> bool:
    return sum(one.isalpha() and _script(one) == script for one in around) >= _A_WORD


@functools.lru_cache(maxsize=20_000)
def _script(letter: str) -> str:
    first = unicodedata.name(letter, "").partition(" ")[0]
    return "KANA" if first in ("HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA") else first


_A_WORD: Final = 3
_APART: Final = re.compile(r"[\W_]+")
_SIGNED: Final = re.compile(r"[^\w\s]|_")

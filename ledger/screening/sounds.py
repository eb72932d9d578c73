"""How Han characters sound: the other way in which a mark is written where it may not be (`pypinyin`).

The sound takes Simplified and Traditional characters together, and other characters that are read the same.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from typing import Final, Literal, overload

_HAN: Final = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+")
_LONGEST: Final = 64
"""Characters of a run whose sound is asked for at once."""


@overload
def han_runs(text: str) -> list[str]: ...
@overload
def han_runs(text: str, *, places: Literal[True]) -> Iterator[tuple[int, str]]: ...
def han_runs(text: str, *, places: bool = False) -> list[str] | Iterator[tuple[int, str]]:
    """The Han characters of a text that stand together; with `places`, each with where it begins."""
    if not places:
        return _HAN.findall(text)
    return ((one.start(), one[0]) for one in _HAN.finditer(text))


def sound(run: str) -> str:
    """The sound of Han characters, syllable by syllable with its tone: `'nai4'ke4'`."""
    said = [syllable for start in range(0, len(run), _LONGEST) for syllable in _said(run[start : start + _LONGEST])]
    return "'" + "".join(f"{syllable}'" for syllable in said)


def syllables(said: str) -> Iterator[int]:
    """Where in a `sound` a syllable ends or begins."""
    return (place for place, one in enumerate(said) if one == "'")


def sound_of_name(name: str) -> str:
    """A name with its Han characters in Latin letters; "" for one without."""
    runs = han_runs(name)
    if not runs:
        return ""
    from pypinyin import lazy_pinyin

    return " ".join("".join(lazy_pinyin(run)) for run in runs)


@functools.lru_cache(maxsize=20_000)
def _said(run: str) -> tuple[str, ...]:
    # Fifty megabytes of readings: only for whoever meets a Han character.
    from pypinyin import Style, lazy_pinyin

    said = lazy_pinyin(run, style=Style.TONE3, neutral_tone_with_five=True)
    # A character that has no reading keeps its place, so that places stay true.
    return tuple(said) if len(said) == len(run) else tuple(run)

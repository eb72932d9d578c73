"""Where in a text letters stand that read as a mark: in one word, or written together with goods."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ledger.screening.ordinary import GLUED
from ledger.screening.text import Read, plain, unseen
from ledger.screening.typing_errors import reads_common


def one_word(place: Read, first: int, last: int) -> bool:
    """Whether no word begins within these letters."""
    return not any(at in place.starts for at in range(first + 1, last))


def beside_mark(letters: str) -> bool:
    """Whether these letters, as they read, may be goods or a number that are written together with a mark."""
    return letters in GLUED or not letters.strip(_DIGITS)


def with_goods(place: Read, first: int, last: int) -> bool:
    """Whether only goods, numbers or words that begin with a capital are written together with these letters."""
    text, around = place.text, _word_around(place, first, last)
    if around is None:
        return False
    starts, ends = around
    (whole_start, whole_end), (start, end) = place.span(starts, ends), place.span(first, last)
    before, after = text[whole_start:start], text[end:whole_end]
    own = text[start].isupper() and (not before or before[-1].islower() or before[-1].isdigit())
    apart = own and (not after or (after[0].isupper() and text[end - 1].islower()))
    return (not before or before.isdigit() or place.squashed[starts:first] in GLUED or (own and apart)) and (
        not after or after.isdigit() or place.squashed[last:ends] in GLUED or apart
    )


def in_common(place: Read, first: int, last: int) -> bool:
    """Whether the word around these letters is a common one, that only happens to have them in it."""
    around = _word_around(place, first, last)
    return around is not None and reads_common(place.squashed[slice(*around)])


def _word_around(place: Read, first: int, last: int) -> tuple[int, int] | None:
    """From which letter to before which the word around these letters goes; None where it is no word of any length."""
    start = next((at for at in range(first, max(-1, first - _LONGEST), -1) if at in place.starts), None)
    end = next((at for at in range(last, last + _LONGEST) if at in place.ends), None)
    return None if start is None or end is None else (start, end)


def plain_places(text: str) -> tuple[str, Sequence[int]]:
    """The text without case and accents, and where each of its characters stood."""
    if text.isascii():
        return text.lower().translate(_SPACES), range(len(text))
    letters: list[str] = []
    places: list[int] = []
    for place, one in enumerate(text):
        for part in "" if unseen(one) else plain(one) or " ":
            letters.append(part)
            places.append(place)
    return "".join(letters), places


_SPACES: Final = {code: " " for code in range(128) if chr(code).isspace()}
_LONGEST: Final = 40
"""Letters before and after a mark in one word."""
_DIGITS: Final = "olzeasgtb"
"""Digits, as they read."""

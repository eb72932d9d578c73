"""Texts whose signs stand for other signs: escapes of HTML, links and programs, letters that are drawn, letters turned.

What a reader gets to see is looked at in their place: `&#82;olex` and `%52olex` are “Rolex”, so is `\\u0052olex`, so
are the letters of flags 🇷🇴🇱🇪🇽, and `xeloR` after the sign that turns the direction of writing (U+202E).
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

_TURN, _BACK = "\u202e", "\u202c"
_FLAGS: Final = "\U0001f1e6-\U0001f1ff"
_ESCAPED: Final = re.compile(
    "&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z]{2,8});|(?:%[0-9a-fA-F]{2})+|"
    rf"\\u\{{?[0-9a-fA-F]{{4}}\}}?|\\x[0-9a-fA-F]{{2}}|[{_FLAGS}](?:[\s\u200b-\u200d\u2060]{{0,2}}[{_FLAGS}]){{3,}}"
)
_MAY: Final = re.compile(rf"[&%|\\{_TURN}{_FLAGS}]|\(\)|\[\]")
_DRAWINGS: Final = {
    r"|\/|": "m", "/\\/\\": "m", r"\/\/": "w", r"|\|": "n", "|_|": "u", "|-|": "h", "|<": "k", "|)": "d",
    r"\/": "v", "/\\": "a", "()": "o", "[]": "o",
}  # fmt: skip
_DRAWN: Final = re.compile("|".join(re.escape(one) for one in sorted(_DRAWINGS, key=len, reverse=True)))


@dataclass(frozen=True, slots=True)
class Shown:
    """What is seen of a text: each character with where in the text it comes from, and which of them are `odd`:
    turned, or signs that only look like a letter."""

    text: str
    spans: tuple[tuple[int, int], ...]
    odd: frozenset[int]

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Where in the text itself the characters from `first` to before `last` stand."""
        spans = self.spans[first:last]
        return min(start for start, _ in spans), max(end for _, end in spans)

    def hidden(self, first: int, last: int) -> bool:
        """Whether any of these is odd."""
        return not self.odd.isdisjoint(range(first, last))


def ways_to_see(text: str) -> Iterator[Shown]:
    """The other ways in which a text is seen; none for nearly every text."""
    if _MAY.search(text) is None:
        return
    drawn = ((one.start(), one.end(), _DRAWINGS[one[0]], True) for one in _DRAWN.finditer(text))
    for seen in (_unescaped(text), _read_as(text, drawn)):
        if seen.text != text:
            yield seen


def _unescaped(text: str) -> Shown:
    def parts() -> Iterator[tuple[int, int, str, bool]]:
        for one in _ESCAPED.finditer(text):
            said = one[0]
            if said[0] == "&":
                yield one.start(), one.end(), html.unescape(said), False
            elif said[0] == "%":
                whole = unquote(said, errors="replace")
                yield one.start(), one.end(), said if "\ufffd" in whole else whole, False
            elif said[0] == "\\":
                yield one.start(), one.end(), chr(int(said.strip("\\ux{}"), 16)), False
            else:
                for place, flag in enumerate(said, one.start()):
                    if not flag.isspace():
                        yield place, place + 1, chr(ord(flag) - 0x1F1E6 + 65) if ord(flag) > 0x1F000 else "", True

    seen = _read_as(text, parts())
    return _turned(seen) if _TURN in seen.text else seen


def _read_as(text: str, parts: Iterator[tuple[int, int, str, bool]]) -> Shown:
    letters: list[str] = []
    spans: list[tuple[int, int]] = []
    odd: set[int] = set()
    at = 0

    def as_it_is(end: int) -> None:
        letters.extend(text[at:end])
        spans.extend((place, place + 1) for place in range(at, end))

    for start, end, said, drawn in parts:
        as_it_is(start)
        if drawn:
            odd.update(range(len(letters), len(letters) + len(said)))
        letters.extend(said)
        # A whole that stands for several signs has one place for all of them.
        spans.extend([(start, end)] * len(said))
        at = end
    as_it_is(len(text))
    return Shown("".join(letters), tuple(spans), frozenset(odd))


def _turned(seen: Shown) -> Shown:
    order: list[int] = []
    odd: set[int] = set(seen.odd)
    at = 0
    while at < len(seen.text):
        if seen.text[at] != _TURN:
            order.append(at)
            at += 1
            continue
        ends = [place for sign in (_BACK, "\n") if (place := seen.text.find(sign, at)) >= 0]
        end = min(ends, default=len(seen.text))
        order += range(end - 1, at, -1)
        odd.update(range(at + 1, end))
        at = end
    return Shown(
        "".join(seen.text[one] for one in order),
        tuple(seen.spans[one] for one in order),
        frozenset(place for place, one in enumerate(order) if one in odd),
    )

"""What a text reads as once its disguise is taken off, and where in the text that stands.

The order counts: NFKC and casefold *first*, for TR39 takes a capital I for a small l; then what
cannot be seen and what only decorates goes; then the skeleton of UTS #39 (look-alike letters, by `disarm`); then
digits and signs that stand for letters; then everything between letters. Marks and texts go the same way, so what is
equal for the eye is equal here. A small i, a small l, a one and a bar are one stroke.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from typing import Final, NamedTuple

from disarm import normalize_confusables

_LEET: Final = {
    "丨": "l", "∣": "l", "│": "l", "｜": "l",
    "i": "l", "0": "o", "1": "l", "2": "z", "3": "e", "4": "a", "5": "s", "6": "g", "7": "t", "8": "b",
    "9": "g", "|": "l", "!": "l", "@": "a", "$": "s", "€": "e", "¢": "c",
}  # fmt: skip
SIGNS: Final = "@!|$€¢丨∣│｜"
"""Signs that stand for a letter in one text and for themselves in another: both readings are looked at."""
_PAIRS: Final = (("rn", "m"), ("vv", "w"))
"""Neighbours that read as one letter (as of UTS #39, which has them the other way round)."""
_UNSEEN: Final = re.compile("[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
                            "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\U000e0000-\U000e0fff]")  # fmt: skip
_REGISTERED: Final = "®©™℠"
"""Signs that say something of the word before, and are no letters of it."""
_ONE_LETTER: Final = str.maketrans("یىکہةۃ", "ييكههه", "ـ")
"""Letters that are written in one way in Arabic and in another in Persian or Urdu, or mixed up by everybody; and the
stroke that only draws words out."""
_KANA: Final = {code: code + 0x60 for code in range(0x3041, 0x3097)}
"""Hiragana as the katakana of the same sound."""
_WITHOUT_SPACES: Final = (
    (0x0E00, 0x0EFF), (0x1000, 0x11FF), (0x1780, 0x17FF), (0x2E80, 0x9FFF), (0xA960, 0xA97F), (0xAC00, 0xD7FF),
    (0xF900, 0xFAFF), (0x20000, 0x3FFFF),
)  # fmt: skip


class Read(NamedTuple):
    """A text as it reads: `squashed` is its letters alone, `places` where in the text each of them stands.

    `starts` and `ends` are the places in `squashed` at which a word begins, or has just ended.
    """

    text: str
    squashed: str
    places: tuple[int, ...]
    starts: frozenset[int]
    ends: frozenset[int]

    def squashed_words(self) -> set[str]:
        """The words, as they read."""
        edges = sorted(self.starts)
        return {self.squashed[first:last] for first, last in itertools.pairwise([*edges, len(self.squashed)])}

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Where in the text the letters from `first` to before `last` stand: its beginning and its end."""
        end = self.places[last - 1] + 1
        # What cannot be seen after a letter belongs to it.
        while end < len(self.text) and _WORDS[ord(self.text[end])] == "":
            end += 1
        return self.places[first], end


def unpaired(text: str) -> str:
    """As `squashed`, with neighbours that read as one letter left as two: as they are where words part them."""
    return text.translate(_LETTERS).replace(" ", "")


def folded(text: str, *, signs: bool = True) -> str:
    """The letters that a text reads as, with spaces between words. `signs` takes @ and $ for letters."""
    low = text.translate(_LETTERS if signs else _WORDS)
    for pair, single in _PAIRS:
        low = low.replace(pair, single)
    return low


def squashed(text: str, *, signs: bool = True) -> str:
    """The same without anything between the letters."""
    return folded(text, signs=signs).replace(" ", "")


def read(text: str, *, signs: bool = True, low: str | None = None) -> Read:
    """The letters with their places, in the same reading as `squashed`; slower, for texts that hold something.

    `low` is what `folded` made of the text, where that is known already.
    """
    table = _LETTERS if signs else _WORDS
    if text.isascii():
        low = folded(text, signs=signs) if low is None else low
        if len(low) == len(text):
            return _read_ascii(text, low)
    letters: list[str] = []
    places: list[int] = []
    starts: set[int] = set()
    ends: set[int] = set()
    parted = True
    for place, one in enumerate(text):
        for letter in table[ord(one)]:
            if letter == " ":
                if not parted:
                    ends.add(len(letters))
                    parted = True
            elif parted:
                starts.add(len(letters))
                parted = False
                letters.append(letter)
                places.append(place)
            elif letter in _SECOND and (single := _NEIGHBOURS.get((letters[-1], letter))):
                letters[-1] = single
            else:
                letters.append(letter)
                places.append(place)
    ends.add(len(letters))
    return Read(text, "".join(letters), tuple(places), frozenset(starts), frozenset(ends))


def _read_ascii(text: str, low: str) -> Read:
    """The same where each character reads as one: ASCII without neighbours that read as one letter."""
    words = low.split()
    edges = list(itertools.accumulate(map(len, words)))
    places = tuple(itertools.compress(range(len(low)), map(" ".__ne__, low)))
    return Read(text, "".join(words), places, frozenset([0, *edges[:-1]] if edges else ()), frozenset(edges or (0,)))


def plain(text: str) -> str:
    """Case, accents, width and repeated spaces put aside, and nothing else: what is not yet a disguise."""
    if text.isascii():
        return " ".join(text.lower().split())
    bare = _undecorated(unicodedata.normalize("NFKC", text).casefold())
    return " ".join(bare.replace("’", "'").split())


def seen(text: str) -> str:
    """The text without what nobody sees in it."""
    return _UNSEEN.sub("", text)


def unspaced(letters: str) -> bool:
    """Whether this is of a script that puts no spaces between words: Han, kana, Hangul, Thai and their like."""
    return any(low <= ord(one) <= high for one in letters for low, high in _WITHOUT_SPACES)


def unseen(text: str) -> bool:
    """Whether the text holds characters that nobody sees."""
    return _UNSEEN.search(text) is not None


class _Table(dict[int, str]):
    """For `str.translate`: what each character reads as, worked out when it is first met."""

    def __init__(self, *, signs: bool) -> None:
        super().__init__()
        self._signs = signs

    def __missing__(self, code: int) -> str:
        found = _letter(chr(code), signs=self._signs)
        if len(self) < _MOST_KNOWN:
            self[code] = found
        return found


def _letter(one: str, *, signs: bool) -> str:
    """What one character reads as: letters, a space where it parts words, "" where it cannot be seen."""
    if _UNSEEN.match(one):
        return ""
    if one in _REGISTERED:
        return " "
    if one in SIGNS:
        return _LEET[one] if signs else " "
    whole = unicodedata.normalize("NFKC", one)
    alike = normalize_confusables(whole)
    if one.isascii() or not (alike.isascii() and alike.isalpha()):
        # Folded first; but a capital Ν of Greek looks like an N and its small ν like a v, so its own look goes before.
        alike = normalize_confusables(_undecorated(whole.casefold()))
    alike = _undecorated(alike.casefold()).translate(_KANA)
    letters = "".join(_sign(part, signs=signs) for part in alike)
    # A script without spaces between words has none at its edges either: “女包Gucci” names Gucci as a word.
    return f" {letters} " if letters.strip() and unspaced(letters) else letters


def _undecorated(text: str) -> str:
    """Without accents and vowel signs that are set above, below or around letters."""
    if text.isascii():
        return text
    bare = "".join(one for one in unicodedata.normalize("NFKD", text) if not _decorates(one))
    return bare.translate(_ONE_LETTER)


def _decorates(one: str) -> bool:
    return unicodedata.combining(one) > 0 or unicodedata.category(one) == "Me"


def _sign(one: str, *, signs: bool) -> str:
    if one in SIGNS and not signs:
        return " "
    return _LEET.get(one) or (one if one.isalnum() else " ")


_NEIGHBOURS: Final = {(pair[0], pair[1]): single for pair, single in _PAIRS}
_SECOND: Final = frozenset(pair[1] for pair, _ in _PAIRS)
_MOST_KNOWN: Final = 50_000
_LETTERS: Final = _Table(signs=True)
_WORDS: Final = _Table(signs=False)

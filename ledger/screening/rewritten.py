"""Marks that are written with letters repeated, masked or drawn from two, which costs more to look for.

1. Repeated: “rooolex”, “gguucccii”: a word with a letter three times or two letters twice, run for run the mark.
2. Masked: “g*cci”, “L**is V*tton”: what is to be seen agrees, and is more than half of it.
3. Two letters for one: “clior” for “dior”: c and l beside each other, where that is no common word.
4. Sounds with their tones as digits: “nai4ke4”.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, Generic, TypeVar

from ledger.screening.text import squashed
from ledger.screening.typing_errors import WORDS
from ledger.screening.written import How

SHORTEST: Final = 5
"""Letters of a mark that is looked for so."""
_SHORTEST_ONCE: Final = 4
"""Letters that are left of it when each run is one letter."""
_MOST_WORDS: Final = 3
_MASKS: Final = "*#•●"
_RUN: Final = re.compile(r"(.)\1+")
_REPEATED: Final = re.compile(r"([^\W\d_])\1\1|([^\W\d_])\2\w*([^\W\d_])\3", re.IGNORECASE)
_WORD: Final = re.compile(r"[^\W\d_]+")
_MASKED: Final = re.compile(rf"[^\W\d_](?:[^\W\d_]|[{_MASKS}])*")
_TONED: Final = re.compile(r"\b[a-zü]{1,6}[1-5](?:[ '-]?[a-zü]{1,6}[1-5])+\b", re.IGNORECASE)
_SYLLABLE: Final = re.compile("[a-zü]{1,6}[1-5]", re.IGNORECASE)
_TONES: Final = re.compile("[1-5]")
_MOST_SYLLABLES: Final = 6
_MAY: Final = re.compile(rf"[{_MASKS}]")

Mark = TypeVar("Mark")


class Rewritten(Generic[Mark]):
    """Marks by how they read once they are rewritten; `marks` are each as it reads, and whose name reads so."""

    def __init__(self, marks: Iterable[tuple[str, Iterable[Mark]]]) -> None:
        self._marks: dict[str, tuple[Mark, ...]] = {}
        self._once: dict[str, list[str]] = {}
        alike: dict[tuple[str, int], list[str]] = {}
        for letters, owned in marks:
            if len(letters) < SHORTEST:
                continue
            self._marks[letters] = tuple(owned)
            once = _RUN.sub(r"\1", letters)
            if len(once) >= _SHORTEST_ONCE:
                self._once.setdefault(once, []).append(letters)
            alike.setdefault((letters[0], len(letters)), []).append(letters)
        self._alike = {key: (tuple(names), _places(names)) for key, names in alike.items()}

    def find(self, text: str) -> Iterator[tuple[int, int, How, tuple[Mark, ...]]]:
        """From which place of the text to before which, how, and the marks."""
        repeated, paired = _REPEATED.search(text), "cl" in text.lower()
        if repeated or paired:
            yield from self._words(text, repeated=repeated is not None)
        if _MAY.search(text):
            yield from self._masked(text)

    def _words(self, text: str, *, repeated: bool) -> Iterator[tuple[int, int, How, tuple[Mark, ...]]]:
        words = list(_WORD.finditer(text))
        for number, first in enumerate(words):
            together = ""
            for last in words[number : number + _MOST_WORDS]:
                if last.start() - first.start() - len(together) > _MOST_WORDS:
                    break
                together += last[0]
                if together.lower() in WORDS:
                    continue
                if repeated and _REPEATED.search(together):
                    letters = squashed(together)
                    for one in self._once.get(_RUN.sub(r"\1", letters), ()):
                        if one != letters:
                            yield first.start(), last.end(), How.REPEATED, self._marks[one]
                if "cl" in together.lower():
                    letters = squashed(together.lower().replace("cl", "d"))
                    if letters in self._marks:
                        yield first.start(), last.end(), How.LOOK_ALIKE, self._marks[letters]

    def _masked(self, text: str) -> Iterator[tuple[int, int, How, tuple[Mark, ...]]]:
        words = [(one.start(), one.end()) for one in _MASKED.finditer(text)]
        for number, (start, _) in enumerate(words):
            for _, end in words[number : number + _MOST_WORDS]:
                # Masks at the end are decoration, as those before the first letter are.
                written = text[start:end].rstrip(_MASKS)
                if not _MAY.search(written):
                    continue
                pattern = "".join("*" if one in _MASKS else squashed(one) for one in written)
                if len(pattern) >= SHORTEST and 2 * pattern.count("*") < len(pattern):
                    for one in self._unmasked(pattern):
                        yield start, start + len(written), How.DIGITS, self._marks[one]

    def _unmasked(self, pattern: str) -> Iterator[str]:
        """The marks that agree with what is to be seen; none is read for it, whatever their number."""
        names, having = self._alike.get((pattern[0], len(pattern)), ((), {}))
        left = (1 << len(names)) - 1
        for at in enumerate(pattern):
            if at[1] != "*":
                left &= having.get(at, 0)
        while left:
            lowest = left & -left
            yield names[lowest.bit_length() - 1]
            left ^= lowest


def _places(names: Sequence[str]) -> dict[tuple[int, str], int]:
    """For each letter at each place the words that have it there: a bit for each word."""
    having: dict[tuple[int, str], bytearray] = {}
    for number, name in enumerate(names):
        for at in enumerate(name):
            if at not in having:
                having[at] = bytearray(len(names) // 8 + 1)
            having[at][number // 8] |= 1 << number % 8
    return {at: int.from_bytes(bits, "little") for at, bits in having.items()}


def toned(text: str) -> Iterator[tuple[int, int, str]]:
    """Where syllables with their tones as digits stand, some together, and how they read without."""
    for run in _TONED.finditer(text):
        said = [(run.start() + one.start(), run.start() + one.end()) for one in _SYLLABLE.finditer(run[0])]
        for number, (start, _) in enumerate(said):
            for _, end in said[number + 1 : number + _MOST_SYLLABLES]:
                yield start, end, squashed(_TONES.sub("", text[start:end]))

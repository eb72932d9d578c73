"""Words that are one typing error away from a mark: a letter wrong, missing, too many, or two out of turn.

Every mark is indexed under itself with each letter left out in turn, and each word is looked up likewise; what meets
is measured (optimal string alignment, `rapidfuzz`). So the work grows with the words, not with the marks. A common
word (`common_words.txt`) is never taken for an error of another, and a mark of two words is held against two.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, Generic, TypeVar

from rapidfuzz.distance import OSA

from ledger.screening.text import Read, squashed

SHORTEST: Final = 5
"""Letters of a mark whose typing errors mean anything."""
LONGEST: Final = 30
MOST_WORDS: Final = 3
"""Words together that are held against a mark."""
COMMON: Final = frozenset(
    squashed(word) for word in (Path(__file__).parent / "common_words.txt").read_text(encoding="utf-8").split()
)

Mark = TypeVar("Mark")


class TypingErrors(Generic[Mark]):
    """An index of marks, each as it reads, of how many words it is, and whose name reads so."""

    def __init__(self, marks: Iterable[tuple[str, int, Iterable[Mark]]]) -> None:
        self._marks: dict[str, tuple[Mark, ...]] = {}
        self._near: tuple[dict[str, set[str]], ...] = tuple({} for _ in range(MOST_WORDS))
        for letters, count, owned in marks:
            if SHORTEST <= len(letters) <= LONGEST:
                self._marks[letters] = tuple(owned)
                # A mark of several words may be written as one, or with the spaces elsewhere.
                for near in {0, min(count, MOST_WORDS) - 1}:
                    for less in _shorter(letters):
                        self._near[near].setdefault(less, set()).add(letters)

    def find(self, place: Read) -> Iterator[tuple[int, int, tuple[Mark, ...]]]:
        """Where words stand that are one error away from a mark, as places in `place.squashed`, with the marks."""
        starts = sorted(place.starts)
        if not starts:
            return
        ends = [*starts[1:], len(place.squashed)]
        known = [place.squashed[first:last] in COMMON for first, last in zip(starts, ends, strict=True)]
        for number, first in enumerate(starts):
            for count, last in enumerate(ends[number : number + MOST_WORDS]):
                size = last - first
                if size > LONGEST + 1:
                    break
                if size < SHORTEST - 1 or all(known[number : number + count + 1]):
                    continue
                for letters in self._one_away(place.squashed[first:last], self._near[count]):
                    yield first, last, self._marks[letters]

    @staticmethod
    def _one_away(word: str, near: dict[str, set[str]]) -> Iterator[str]:
        met: set[str] = set()
        for less in _shorter(word):
            if less in near:
                met |= near[less]
        for letters in sorted(met):
            if letters != word and OSA.distance(word, letters, score_cutoff=1) == 1:
                yield letters


def _shorter(letters: str) -> list[str]:
    return [letters, *[letters[:at] + letters[at + 1 :] for at in range(len(letters))]]

"""Words that are one typing error away from a mark: a letter wrong, missing, too many, or two out of turn.

Every mark is indexed under itself with each letter left out in turn, and each word is looked up likewise; what meets
is measured (optimal string alignment, `rapidfuzz`). So the work grows with the words, not with the marks. A common
word (`common_words.txt`) is never taken for an error of another, and a mark of two words is held against two.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final, Generic, TypeVar

from rapidfuzz.distance import OSA

from ledger.screening.text import plain, squashed

SHORTEST: Final = 5
"""Letters of a mark whose typing errors mean anything."""
LONGEST: Final = 30
MOST_WORDS: Final = 3
"""Words together that are held against a mark."""
WORDS: Final = frozenset(map(plain, (Path(__file__).parent / "common_words.txt").read_text(encoding="utf-8").split()))
"""Common words of the languages people list in, with names of persons, cities and countries; without accents."""
COMMON: Final = frozenset(map(squashed, WORDS))
"""The same as they read."""

_ENDINGS: Final = ("s", "es", "d", "ed", "ing", "ly", "n", "en", "e")
_FOLDED_ENDINGS: Final = tuple(map(squashed, _ENDINGS))


def common(word: str) -> bool:
    """Whether this is a common word, or one with an ending; without accents, in small letters."""
    return word in WORDS or any(word.endswith(end) and word[: -len(end)] in WORDS for end in _ENDINGS)


@functools.lru_cache(maxsize=50_000)
def reads_common(word: str) -> bool:
    """The same of a word as it reads."""
    return word in COMMON or any(word.endswith(end) and word[: -len(end)] in COMMON for end in _FOLDED_ENDINGS)


Mark = TypeVar("Mark")


class TypingErrors(Generic[Mark]):
    """An index of marks, each as it reads, of how many words it is, and whose name reads so."""

    def __init__(self, marks: Iterable[tuple[str, int, Iterable[Mark]]]) -> None:
        self._marks: dict[str, tuple[Mark, ...]] = {}
        self._near: tuple[dict[str, str | tuple[str, ...]], ...] = tuple({} for _ in range(MOST_WORDS))
        # The same words come again and again.
        self._alone = functools.lru_cache(maxsize=50_000)(self._one_away)
        for letters, count, owned in marks:
            if SHORTEST <= len(letters) <= LONGEST:
                self._marks[letters] = tuple(owned)
                # A mark of several words may be written as one, or with the spaces elsewhere.
                for near in {0, min(count, MOST_WORDS) - 1}:
                    for less in _shorter(letters):
                        _put(self._near[near], less, letters)

    def find(self, words: Sequence[str]) -> Iterator[tuple[int, int, tuple[Mark, ...]]]:
        """Which words of a text, as they read, are one error away from a mark: from which letter of them all to before
        which, with the marks."""
        ends = list(itertools.accumulate(map(len, words)))
        known = [reads_common(word) for word in words]
        for number, word in enumerate(words):
            first, together = ends[number] - len(word), ""
            for count in range(min(MOST_WORDS, len(words) - number)):
                together += words[number + count]
                if len(together) > LONGEST + 1:
                    break
                if len(together) < SHORTEST - 1 or all(known[number : number + count + 1]):
                    continue
                for letters in self._alone(word) if count == 0 else self._one_away(together, count):
                    yield first, ends[number + count], self._marks[letters]

    def _one_away(self, word: str, count: int = 0) -> tuple[str, ...]:
        near = self._near[count]
        met: set[str] = set()
        for less in _shorter(word) if near else ():
            found = near.get(less, ())
            met.update((found,) if isinstance(found, str) else found)
        return tuple(
            letters for letters in sorted(met) if letters != word and OSA.distance(word, letters, score_cutoff=1) == 1
        )


def _shorter(letters: str) -> list[str]:
    return [letters, *[letters[:at] + letters[at + 1 :] for at in range(len(letters))]]


def _put(near: dict[str, str | tuple[str, ...]], less: str, letters: str) -> None:
    """Nearly always one mark is near, and a container for one would take ten times its room."""
    known = near.get(less, ())
    if known != letters:
        near[less] = (*((known,) if isinstance(known, str) else known), letters) if known else letters

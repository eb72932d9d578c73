"""Short marks with something between their letters: “H&M”, “A.P.C.”, and “A.P.C.” for one that is written “APC”.

They count as they are written, case and accents aside, where no other letters touch them. One automaton holds them
all, so that a text is read once however many there are.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Any, Final

import ahocorasick

from ledger.screening.matches import KnownMark, Match
from ledger.screening.places import plain_places
from ledger.screening.text import folded, unseen
from ledger.screening.written import How


class Parted:
    """The names, each as it is written plainly, with the word that it begins with as it reads, and whose it is."""

    def __init__(self, names: Iterable[tuple[str, str, KnownMark]]) -> None:
        known: dict[str, dict[frozenset[str], list[KnownMark]]] = {}
        others: dict[str, set[str]] = {}
        for name, first, mark in names:
            words = frozenset([first, *folded(name).split()])
            known.setdefault(name, {}).setdefault(words, []).append(mark)
            others.setdefault(first, set()).update(words - {first} or words)
        self.first_words: Final = frozenset(others)
        self._others: Final = {first: frozenset(words) for first, words in others.items()}
        self._automaton: Final[Any] = ahocorasick.Automaton()
        for name, by_words in known.items():
            self._automaton.add_word(name, (name, tuple(by_words.items())))
        self._automaton.make_automaton()

    def find(self, text: str, words: Collection[str]) -> Iterator[Match]:
        """The marks in a text; `words` are its words as they read, without which no name is taken for one."""
        words = frozenset(words)
        if all(self._others[first].isdisjoint(words) for first in self.first_words & words):
            return
        bare, places = plain_places(text)
        free: dict[str, int] = {}
        for last, (name, by_words) in self._automaton.iter(bare):
            after = last + 1
            begin = after - len(name)
            # As everywhere, the next of one name begins where the one before has ended.
            if begin < free.get(name, 0) or _of_word(bare[begin - 1 : begin]) or _of_word(bare[after : after + 1]):
                continue
            free[name] = after
            start, end = places[begin], places[last] + 1
            how = How.UNSEEN if unseen(text[start:end]) else How.EXACT
            for needed, marks in by_words:
                if needed <= words:
                    for mark in marks:
                        yield Match(mark, how, start, end)


def _of_word(one: str) -> bool:
    return one.isalnum() or one == "_"

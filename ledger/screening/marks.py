"""Which marks a text names, and how they are written: as they are, or disguised.

One automaton (Aho-Corasick) holds all marks as they read (`text.squashed`), so a text is read once whatever the number
of marks. What it finds counts by these rules:

1. A mark of four letters or more counts where it stands on whole words: as one, as it is written by its owner, or
   spread over words as people do who hide it ("n i k e", "ro.lex"; see `_spread`). Inside a longer word it counts from
   seven letters on ("superguccibelt" would need eight).
2. A shorter one counts only as a word of its own and as it is written, case and accents aside: "APC", "A.P.C.".
3. A mark of a script without spaces between words (Han, kana, Hangul, Thai) counts anywhere, from two characters on.
4. Han marks are also known by their sound (pinyin): in Latin letters as whole words, in other characters of the same
   sound and tone.
5. Typing errors (`typing_errors`) are looked for apart, because they cost more and mean less.
6. A mark that is written and used in one way tells once. Of more than `MOST_MATCHES` the gravest are kept, and the
   first of each owner before anybody's second: harmless words at the beginning hide nothing that follows.
"""

from __future__ import annotations

import hashlib
import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

import ahocorasick

from ledger.domain.desk.territories import shared
from ledger.screening.matches import KnownMark, Match, gravest, plainest
from ledger.screening.sounds import han_runs, sound, sound_of_name
from ledger.screening.text import SIGNS, Read, folded, plain, read, squashed, unpaired, unspaced
from ledger.screening.typing_errors import COMMON, TypingErrors
from ledger.screening.written import How, how_written, spread

SHORTEST: Final = 4
"""Letters of a mark that is looked for in every disguise."""
SHORTEST_UNSPACED: Final = 2
SHORTEST_INSIDE: Final = 7
SHORTEST_SOUND: Final = 5
MOST_MARKS: Final = 100_000
MOST_TEXT: Final = 10_000


class Marks:
    """All marks, ready to be looked for; made once for a set of marks, and shared by threads: nothing in it changes."""

    def __init__(self, known: Iterable[KnownMark]) -> None:
        self.known = tuple(sorted(known, key=lambda one: (one.id, one.name)))[:MOST_MARKS]
        self.version = _version(self.known)
        self._automaton: Any = ahocorasick.Automaton()
        self._sounds: Any = ahocorasick.Automaton()
        self._short: dict[str, list[KnownMark]] = {}
        self._short_parted: dict[str, list[KnownMark]] = {}
        patterns: dict[str, list[tuple[KnownMark, bool]]] = {}
        sounds: dict[str, list[KnownMark]] = {}
        for one in self.known:
            letters = squashed(one.name)
            if len(letters) >= (SHORTEST_UNSPACED if unspaced(letters) else SHORTEST):
                for way in {letters, unpaired(one.name)}:
                    patterns.setdefault(way, []).append((one, False))
                self._add_sound(one, patterns, sounds)
            elif letters and " " in folded(one.name).strip():
                self._short_parted.setdefault(plain(one.name), []).append(one)
            elif letters:
                self._short.setdefault(letters, []).append(one)
        for letters, marks in patterns.items():
            self._automaton.add_word(letters, _Pattern(letters, tuple(marks)))
        for said, owned in sounds.items():
            self._sounds.add_word(said, (said.count("'") - 1, tuple(owned)))
        self._automaton.make_automaton()
        self._sounds.make_automaton()
        parts = (folded(one.name).split() for owned in self._short_parted.values() for one in owned)
        self._short_words = frozenset(self._short) | {word for words in parts for word in words}
        self._errors = TypingErrors(
            (letters, len(folded(marks[0][0].name).split()), [one for one, by_sound in marks if not by_sound])
            for letters, marks in patterns.items()
            if not unspaced(letters) and not marks[0][1]
        )

    def _add_sound(
        self, one: KnownMark, patterns: dict[str, list[tuple[KnownMark, bool]]], sounds: dict[str, list[KnownMark]]
    ) -> None:
        latin = squashed(sound_of_name(one.name))
        if len(latin) >= SHORTEST_SOUND:
            patterns.setdefault(latin, []).append((one, True))
        for run in han_runs(one.name):
            if len(run) >= SHORTEST_UNSPACED:
                sounds.setdefault(sound(run), []).append(one)

    def find(self, text: str, *, errors: bool = False, where: str | None = None) -> list[Match]:
        """The gravest marks in a text (`gravest`) in the order of their places; `errors` takes typing errors too.

        Of a mark that is found in several ways at one place the plainest counts; written and used in one way, its
        first place. Only marks in force in the territory `where` count, if one is named.
        """
        text = text[:MOST_TEXT]
        found: list[Match] = []
        for signs in (True, False) if _SIGNS.search(text) else (True,):
            low = folded(text, signs=signs)
            found += self._written(text, low, signs=signs)
            if not self._short_words.isdisjoint(low.split()):
                found += self._short_ones(text, signs=signs)
        if not text.isascii() and len(self._sounds):
            found += self._sounding(text)
        if errors:
            found += self._mistyped(text, found)
        # Before anything is left out, so that marks which do not count take nobody's place.
        found = [one for one in found if where is None or _in_force(one.mark, where)]
        return gravest(text, plainest(found)) if found else found

    def _written(self, text: str, low: str, *, signs: bool) -> list[Match]:
        if not len(self._automaton):
            return []
        hits = list(self._automaton.iter(low.replace(" ", "")))
        if not hits:
            return []
        starts, ends, at = set(), set(), 0
        for word in low.split():
            starts.add(at)
            at += len(word)
            ends.add(at)
        # Most of what is found lies across words by chance; only what may count is looked at closely.
        hits = [
            (last + 1 - found.letters, last + 1, found)
            for last, found in hits
            if found.anywhere or found.inside or (last + 1 in ends and last + 1 - found.letters in starts)
        ]
        if not hits:
            return []
        place = read(text, signs=signs)
        return [match for first, last, found in hits for match in self._counted(place, first, last, found.marks)]

    def _counted(self, place: Read, first: int, last: int, marks: Sequence[tuple[KnownMark, bool]]) -> Iterator[Match]:
        start, end = place.span(first, last)
        letters, written = place.squashed[first:last], place.text[start:end]
        for mark, by_sound in marks:
            if by_sound:
                # Found by the Latin letters of its sound.
                if first in place.starts and last in place.ends:
                    yield Match(mark, How.SOUND, start, end)
                continue
            how = how_written(mark.name, written)
            if not unspaced(letters):
                if first not in place.starts or last not in place.ends:
                    if letters in COMMON or last - first < SHORTEST_INSIDE or not _one_word(place, first, last):
                        continue
                    how = How.INSIDE if how is How.EXACT else how
                elif how is How.SPREAD and not spread(written, last - first):
                    continue
            yield Match(mark, how, start, end)

    def _short_ones(self, text: str, *, signs: bool) -> Iterator[Match]:
        place = read(text, signs=signs)
        starts = sorted(place.starts)
        for first, last in itertools.pairwise([*starts, len(place.squashed)]):
            for mark in self._short.get(place.squashed[first:last], ()):
                start, end = place.span(first, last)
                how = how_written(mark.name, text[start:end])
                # Three letters are met by chance, but not in letters of two alphabets.
                if how in (How.EXACT, How.UNSEEN) or (how is How.LOOK_ALIKE and not text[start:end].isascii()):
                    yield Match(mark, how, start, end)
        if self._short_parted:
            yield from self._short_parted_ones(text)

    def _short_parted_ones(self, text: str) -> Iterator[Match]:
        bare, places = _plain_places(text)
        for name, marks in self._short_parted.items():
            for found in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", bare):
                for mark in marks:
                    yield Match(mark, How.EXACT, places[found.start()], places[found.end() - 1] + 1)

    def _sounding(self, text: str) -> Iterator[Match]:
        for start, run in han_runs(text, places=True):
            said = sound(run)
            at = {place: number for number, place in enumerate(_marks_of(said))}
            for last, (count, marks) in self._sounds.iter(said):
                end = at[last]
                first = start + end - count
                written = text[first : first + count]
                for mark in marks:
                    if written not in mark.name:
                        yield Match(mark, How.SOUND, first, first + count)

    def _mistyped(self, text: str, found: Sequence[Match]) -> Iterator[Match]:
        hits = list(self._errors.find(folded(text, signs=False).split()))
        if not hits:
            return
        place = read(text, signs=False)
        taken = {at for one in found for at in range(one.start, one.end)}
        for first, last, marks in hits:
            start, end = place.span(first, last)
            if taken.isdisjoint(range(start, end)):
                for mark in marks:
                    yield Match(mark, How.TYPING, start, end)


class _Pattern:
    """What the automaton gives where it has found a mark; `marks` with whether they are found by their sound."""

    __slots__ = ("anywhere", "inside", "letters", "marks")

    def __init__(self, letters: str, marks: tuple[tuple[KnownMark, bool], ...]) -> None:
        self.letters = len(letters)
        self.anywhere = unspaced(letters)
        self.inside = len(letters) >= SHORTEST_INSIDE and letters not in COMMON
        self.marks = marks


def _in_force(mark: KnownMark, where: str) -> bool:
    return not mark.territories or bool(shared(mark.territories, (where,)))


def _version(known: Sequence[KnownMark]) -> str:
    """The marks in 16 hexadecimal digits: what a decision says it looked for."""
    told = hashlib.sha256()
    for one in known:
        told.update(repr((one.id, one.name, one.owner, one.classes, one.territories, one.model)).encode())
    return told.hexdigest()[:16]


def _one_word(place: Read, first: int, last: int) -> bool:
    """Whether no word begins within these letters."""
    return not any(at in place.starts for at in range(first + 1, last))


def _plain_places(text: str) -> tuple[str, list[int]]:
    """The text without case and accents, and where each of its characters stood."""
    letters: list[str] = []
    places: list[int] = []
    for place, one in enumerate(text):
        for part in plain(one) or " ":
            letters.append(part)
            places.append(place)
    return "".join(letters), places


def _marks_of(said: str) -> Iterator[int]:
    return (place for place, one in enumerate(said) if one == "'")


_SIGNS: Final = re.compile(f"[{re.escape(SIGNS)}]")

"""Which marks a text names, and how they are written: as they are, or disguised.

One automaton (Aho-Corasick) holds all marks as they read (`text.squashed`), so a text is read once whatever the number
of marks. What it finds counts by these rules:

1. A mark of four letters or more counts where it stands on whole words: as one, as it is written by its owner, or
   spread over words as people do who hide it ("n i k e", "ro.lex"; see `written.spread`). Two words of a mark may stand
   the other way round.
2. Inside a longer word it counts where only goods or numbers are written together with it ("rolexwatch", "RolexNew",
   "rolex2024"), else from seven letters on ("superguccibelt" would need eight).
3. A shorter one counts only as a word of its own and as it is written, case and accents aside: "APC", "A.P.C.".
4. A mark of a script without spaces between words (Han, kana, Hangul, Thai) counts anywhere, from two characters on.
5. Han marks are also known by their sound (pinyin): in Latin letters as whole words, in other characters of the same
   sound and tone.
6. A mark that is an ordinary word is told as a word (How.WORD) where nothing shows that it is meant (`ordinary`); what
   reads alike by chance is not told at all (`written.by_chance`).
7. Typing errors (`typing_errors`) and rewritten letters (`rewritten`) are looked for apart, because they cost more.
8. A mark that is written and used in one way tells once. Of more than `MOST_MATCHES` the gravest are kept, and the
   first of each owner before anybody's second: harmless words at the beginning hide nothing that follows.
"""

from __future__ import annotations

import itertools
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

import ahocorasick

from ledger.domain.desk.territories import shared
from ledger.screening.matches import KnownMark, Match, free, gravest, plainest, version_of
from ledger.screening.ordinary import only_a_word
from ledger.screening.parted import Parted
from ledger.screening.patterns import (
    SHORTEST,
    SHORTEST_INSIDE,
    SHORTEST_SOUND,
    SHORTEST_STOPPED,
    SHORTEST_UNSPACED,
    Pattern,
    ways,
)  # fmt: skip
from ledger.screening.places import beside_mark, in_common, one_word, with_goods
from ledger.screening.rewritten import Rewritten, toned
from ledger.screening.sounds import han_runs, sound, sound_of_name, syllables
from ledger.screening.text import SIGNS, Read, folded, plain, read, squashed, unspaced
from ledger.screening.typing_errors import WORDS, TypingErrors
from ledger.screening.unwrapped import ways_to_see
from ledger.screening.written import How, by_chance, how_written, spread

MOST_MARKS: Final = 100_000
MOST_TEXT: Final = 10_000


class Marks:
    """All marks, ready to be looked for; made once for a set of marks, and shared by threads: nothing in it changes."""

    def __init__(self, known: Iterable[KnownMark]) -> None:
        self.known = tuple(sorted(known, key=lambda one: (one.id, one.name)))[:MOST_MARKS]
        self.version = version_of(self.known)
        self._automaton: Any = ahocorasick.Automaton()
        self._sounds: Any = ahocorasick.Automaton()
        self._short: dict[str, list[KnownMark]] = {}
        parted: list[tuple[str, str, KnownMark]] = []
        patterns: dict[str, list[tuple[KnownMark, bool]]] = {}
        sounds: dict[str, list[KnownMark]] = {}
        for one in self.known:
            letters = squashed(one.name)
            if len(letters) >= (SHORTEST_UNSPACED if unspaced(letters) else SHORTEST):
                for way in ways(one.name):
                    patterns.setdefault(way, []).append((one, False))
                self._add_sound(one, patterns, sounds)
            elif letters and " " in folded(one.name).strip():
                parted.append((plain(one.name), folded(one.name).split()[0], one))
            elif letters:
                self._short.setdefault(letters, []).append(one)
                if len(letters) >= SHORTEST_STOPPED and one.name.isalpha() and one.name.isascii():
                    parted.append((".".join(plain(one.name)), letters[0], one))
        for letters, marks in patterns.items():
            self._automaton.add_word(letters, Pattern(letters, tuple(marks)))
        for said, owned in sounds.items():
            self._sounds.add_word(said, (said.count("'") - 1, tuple(owned)))
        self._automaton.make_automaton()
        self._sounds.make_automaton()
        self._parted = Parted(parted)
        self._short_words = frozenset(self._short) | self._parted.first_words
        spelt = [
            (letters, len(folded(marks[0][0].name).split()), [one for one, by_sound in marks if not by_sound])
            for letters, marks in patterns.items()
            if not unspaced(letters) and not marks[0][1]
        ]
        self._errors = TypingErrors(spelt)
        self._rewritten = Rewritten((letters, owned) for letters, _, owned in spelt)

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
        simple = text.isascii() and _MORE_THAN_LETTERS.search(text) is None
        found = self._found(text, errors=errors, simple=simple)
        for seen in () if simple else ways_to_see(text):
            for one in self._found(seen.text, errors=errors):
                how = one.how
                if how in _OPEN and seen.hidden(one.start, one.end):
                    how = How.DIGITS
                start, end = seen.span(one.start, one.end)
                found.append(Match(one.mark, how, start, end))
        # Before anything is left out, so that marks which do not count take nobody's place.
        if where is not None and found:
            found = [one for one in found if _in_force(one.mark, where)]
        return gravest(text, plainest(found)) if len(found) > 1 else found

    def _found(self, text: str, *, errors: bool, simple: bool = False) -> list[Match]:
        """`simple` for a text of which is known that it is ASCII without signs that may stand for others."""
        found: list[Match] = []
        for signs in (True,) if simple or not _SIGNS.search(text) else (True, False):
            low = folded(text, signs=signs)
            words = low.split()
            found += self._written(text, low, words, signs=signs)
            if not self._short_words.isdisjoint(words):
                found += self._short_ones(text, signs=signs)
        if not simple and len(self._sounds):
            found += self._sounding(text)
        if errors:
            found += self._mistyped(text, found)
        elif found:
            found = [one for one in found if one.how is not How.TYPING]
        return found

    def _written(self, text: str, low: str, words: Sequence[str], *, signs: bool) -> list[Match]:
        if not len(self._automaton):
            return []
        squeezed = "".join(words)
        hits = list(self._automaton.iter(squeezed))
        if not hits:
            return []
        # Most of what is found lies across words by chance; only what may count is looked at closely.
        edges = [0, *itertools.accumulate(map(len, words))]
        whole = set(edges)
        near = []
        # A mark may be followed by another word without a space where capitals tell them apart.
        capitals = _CAPITAL_INSIDE.search(text) is not None
        for last, found in hits:
            end = last + 1
            first = end - found.letters
            begins = first in whole
            if (begins and end in whole) or found.anywhere or found.inside:
                near.append((first, end, found))
            elif found.glued:
                word = bisect_right(edges, first)
                start, after = edges[word - 1], edges[word]
                if end > after or not (begins or beside_mark(squeezed[start:first])):
                    continue
                if (begins and capitals) or end == after or beside_mark(squeezed[end:after]):
                    near.append((first, end, found))
        if not near:
            return []
        place = read(text, signs=signs, low=low)
        return [match for first, last, found in near for match in self._counted(place, first, last, found)]

    def _counted(self, place: Read, first: int, last: int, found: Pattern) -> Iterator[Match]:
        start, end = place.span(first, last)
        written = place.text[start:end]
        for mark, by_sound in found.marks:
            if by_sound:
                # Found by the Latin letters of its sound.
                if first in place.starts and last in place.ends and plain(written) not in WORDS:
                    yield Match(mark, How.SOUND, start, end)
                continue
            how: How | None = how_written(mark.name, written)
            if not found.anywhere:
                if first not in place.starts or last not in place.ends:
                    if not found.glued or not one_word(place, first, last):
                        continue
                    if not with_goods(place, first, last):
                        if last - first < SHORTEST_INSIDE or in_common(place, first, last):
                            continue
                        how = How.INSIDE if how is How.EXACT else how
                elif how is How.SPREAD and not spread(written, last - first):
                    continue
            if how is How.EXACT:
                if mark.model is None and only_a_word(mark.name, place.text, start, end):
                    how = How.WORD
            elif how is not None:
                how = by_chance(how, mark.name, written, _around(place.text, start, end))
            if how is not None:
                yield Match(mark, how, start, end)

    def _short_ones(self, text: str, *, signs: bool) -> Iterator[Match]:
        place = read(text, signs=signs)
        starts = sorted(place.starts)
        for first, last in itertools.pairwise([*starts, len(place.squashed)]):
            for mark in self._short.get(place.squashed[first:last], ()):
                start, end = place.span(first, last)
                written = text[start:end]
                how = how_written(mark.name, written)
                if how is How.EXACT and mark.model is None and only_a_word(mark.name, text, start, end):
                    how = How.WORD
                # Three letters are met by chance, but not in letters of two alphabets.
                if how in (How.EXACT, How.UNSEEN, How.WORD) or (
                    how is How.LOOK_ALIKE
                    and not written.isascii()
                    and by_chance(how, mark.name, written, _around(text, start, end)) is how
                ):
                    yield Match(mark, how, start, end)
        yield from self._parted.find(text, place.squashed_words())

    def _sounding(self, text: str) -> Iterator[Match]:
        for start, run in han_runs(text, places=True):
            said = sound(run)
            at = {place: number for number, place in enumerate(syllables(said))}
            for last, (count, marks) in self._sounds.iter(said):
                end = at[last]
                first = start + end - count
                written = text[first : first + count]
                for mark in marks:
                    if written not in mark.name:
                        yield Match(mark, How.SOUND, first, first + count)

    def _mistyped(self, text: str, found: Sequence[Match]) -> Iterator[Match]:
        taken = {at for one in found if one.how is not How.TYPING for at in range(one.start, one.end)}
        place: Read | None = None
        for first, last, marks in self._errors.find(folded(text, signs=False).split()):
            place = place or read(text, signs=False)
            yield from free(taken, *place.span(first, last), How.TYPING, marks)
        for start, end, how, marks in self._rewritten.find(text):
            yield from free(taken, start, end, how, marks)
        for start, end, letters in toned(text):
            pattern = self._automaton.get(letters, None)
            yield from free(
                taken, start, end, How.SOUND, [one for one, by_sound in pattern.marks if by_sound] if pattern else ()
            )


def _around(text: str, start: int, end: int) -> str:
    return text[max(0, start - _FAR) : start] + " " + text[end : end + _FAR]


def _in_force(mark: KnownMark, where: str) -> bool:
    return not mark.territories or bool(shared(mark.territories, (where,)))


_FAR: Final = 200
"""Characters on each side by which a mark's language is told."""
_OPEN: Final = frozenset({How.EXACT, How.SPREAD})
_MORE_THAN_LETTERS: Final = re.compile(r"[@!|$&%\\)\]]")
"""What `ways_to_see` and the readings of signs look at, in ASCII."""
_CAPITAL_INSIDE: Final = re.compile("[^\\W\\d_A-Z][A-Z]")
_SIGNS: Final = re.compile(f"[{re.escape(SIGNS)}]")

"""What was found of marks in a text, and which of it tells enough: each once, and of too many the gravest."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from ledger.screening.phrases import Use, use_of
from ledger.screening.written import DISGUISED, How

MOST_MATCHES: Final = 20
"""Of one text, the gravest."""


@dataclass(frozen=True, slots=True)
class KnownMark:
    """A word that somebody has a right to, or that names a model of theirs (`model` is its GTIN then).

    `owner` is an organisation's id, None where nobody here holds it. `territories` as in `desk.territories`; none is
    no bound.
    """

    id: str
    name: str
    owner: str | None
    classes: tuple[str, ...] = ()
    territories: tuple[str, ...] = ()
    model: str | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """A mark in a text, from place `start` to before `end`."""

    mark: KnownMark
    how: How
    start: int
    end: int


def version_of(known: Sequence[KnownMark]) -> str:
    """The marks in 16 hexadecimal digits: what a decision says it looked for."""
    told = hashlib.sha256()
    for one in known:
        told.update(repr((one.id, one.name, one.owner, one.classes, one.territories, one.model)).encode())
    return told.hexdigest()[:16]


def free(taken: set[int], start: int, end: int, how: How, marks: Iterable[KnownMark]) -> Iterator[Match]:
    """The marks at a place, unless something that is surer stands there."""
    if taken.isdisjoint(range(start, end)):
        for mark in marks:
            yield Match(mark, how, start, end)


def plainest(found: Iterable[Match]) -> list[Match]:
    """Of each mark at one place only the plainest way, in order."""
    best: dict[tuple[str, str, int], Match] = {}
    for one in found:
        key = (one.mark.id, one.mark.name, one.start)
        if key not in best or _ORDER[one.how] < _ORDER[best[key].how]:
            best[key] = one
    return sorted(best.values(), key=lambda one: (one.start, -one.end, one.mark.id, one.mark.name))


def gravest(text: str, found: Sequence[Match]) -> list[Match]:
    """Each mark once for each way it is written and used; of too many the gravest, in the order of their places."""
    once: dict[tuple[str, str, How, Use], Match] = {}
    for one in found:
        # Of a word that may well not be meant nobody asks what it is used for.
        use = Use.PLAIN if one.how is How.WORD else use_of(text, one.start, one.end)
        once.setdefault((one.mark.id, one.mark.name, one.how, use), one)
    if len(once) <= MOST_MATCHES:
        return list(once.values())
    turns: Counter[tuple[str, int]] = Counter()
    ranked = []
    for place, ((*_, use), one) in enumerate(once.items()):
        turn = (one.mark.owner or one.mark.id, _mildness(one, use))
        ranked.append((turn[1], turns[turn], place, one))
        turns[turn] += 1
    kept = sorted(ranked, key=lambda each: each[:3])[:MOST_MATCHES]
    return [one for *_, one in sorted(kept, key=lambda each: each[2])]


def _mildness(one: Match, use: Use) -> int:
    """0 for the gravest: what says that it is a copy, then what is disguised, then what is named as it is."""
    if one.mark.model is not None:
        return 5
    if one.how is How.WORD:
        return 4
    if use is Use.COPY:
        return 0
    if one.how in DISGUISED:
        return 1
    if use is Use.FITS:
        return 4
    return 3 if one.how in (How.INSIDE, How.TYPING) else 2


_ORDER: Final = {how: number for number, how in enumerate(How)}

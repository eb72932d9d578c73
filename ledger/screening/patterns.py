"""A mark as the automaton knows it: the letters that it reads as, whose name they are, and where they count."""

from __future__ import annotations

from typing import Final

from ledger.screening.matches import KnownMark
from ledger.screening.ordinary import ordinary
from ledger.screening.text import squashed, unpaired, unspaced
from ledger.screening.typing_errors import COMMON

SHORTEST: Final = 4
"""Letters of a mark that is looked for in every disguise."""
SHORTEST_INSIDE: Final = 7
"""Letters of a mark that counts inside any longer word."""
SHORTEST_UNSPACED: Final = 2
SHORTEST_SOUND: Final = 5
SHORTEST_STOPPED: Final = 3
"""Letters of a short mark that is known with a stop after each too: “Y.S.L.”."""


class Pattern:
    """What the automaton gives where it has found a mark; `marks` with whether they are found by their sound."""

    __slots__ = ("anywhere", "glued", "inside", "letters", "marks")

    def __init__(self, letters: str, marks: tuple[tuple[KnownMark, bool], ...]) -> None:
        self.letters = len(letters)
        self.anywhere = unspaced(letters)
        self.inside = len(letters) >= SHORTEST_INSIDE and letters not in COMMON
        self.glued = not self.anywhere and letters not in COMMON
        self.marks = marks


def ways(name: str) -> set[str]:
    """How a mark reads, in either case, and with its two words the other way round."""
    forms = {name} if name.isascii() else {name, name.upper(), name.lower()}
    words = name.split()
    if len(words) == 2 and all(len(squashed(one)) >= SHORTEST for one in words) and not ordinary(name):
        forms.add(" ".join(reversed(words)))
    return {way(one) for one in forms for way in (squashed, unpaired)}

"""Names that look alike: the skeleton of a name is what is left once look-alike characters are made the same.

After UTS #39 (Unicode Security Mechanisms), section 4: two names are confusable where their skeletons are equal. The
table below holds what occurs in names of brands, not the whole of confusables.txt; it errs towards a person looking.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import Final

_ALIKE: Final = str.maketrans(
    {
        # Cyrillic (small letters: names are folded first)
        "а": "a", "в": "b", "с": "c", "ԁ": "d", "е": "e", "ё": "e", "һ": "h", "н": "h", "і": "i", "ї": "i", "ј": "j",
        "к": "k", "ӏ": "l", "м": "m", "п": "n", "о": "o", "р": "p", "ԛ": "q", "г": "r", "ѕ": "s", "т": "t", "у": "y",
        "ѵ": "v", "ԝ": "w", "х": "x", "ү": "y", "ь": "b", "з": "3",
        # Greek
        "α": "a", "β": "b", "ε": "e", "η": "n", "ι": "i", "κ": "k", "ν": "v", "ο": "o", "ρ": "p", "σ": "o", "τ": "t",
        "υ": "u", "χ": "x", "ω": "w", "γ": "y", "ζ": "z", "μ": "u",
        # Armenian, Latin letters that decomposition leaves alone, and letters that are no plain ones
        "օ": "o", "ո": "n", "ս": "u", "հ": "h", "ց": "g", "ı": "i", "ł": "l", "ø": "o", "đ": "d", "ħ": "h", "ŧ": "t",
        "ƅ": "b", "ɑ": "a", "ɡ": "g", "ɩ": "i", "ꞌ": "", "ʼ": "", "ŀ": "l", "æ": "ae", "œ": "oe", "þ": "p", "ƿ": "p",
        "ꓑ": "p", "ꓮ": "a", "ʀ": "r", "ꜱ": "s", "ʜ": "h", "ɴ": "n", "ʟ": "l", "ɪ": "i",
        # Digits and signs
        "0": "o", "1": "l", "5": "s", "|": "l", "!": "l", "$": "s", "@": "a", "€": "e",
    }
)  # fmt: skip
_PAIRS: Final = (("rn", "m"), ("vv", "w"), ("cl", "d"))
"""Neighbours that look like one letter."""
_MOST: Final = 200


def skeleton(name: str) -> str:
    """What a name looks like, without case, accents, spaces and signs. Of equal skeletons a person has to look."""
    folded = unicodedata.normalize("NFKD", name[:_MOST]).casefold()
    bare = "".join(one for one in folded if not unicodedata.combining(one)).translate(_ALIKE)
    # A capital I, folded, and a small l are the same stroke.
    kept = "".join(one for one in bare if one.isalnum()).replace("i", "l")
    for pair, single in _PAIRS:
        kept = kept.replace(pair, single)
    return kept


def look_alikes(name: str, known: Iterable[str]) -> tuple[str, ...]:
    """Those of the known names that this one could be taken for, in their order."""
    mine = skeleton(name)
    return tuple(other for other in known if mine and skeleton(other) == mine)

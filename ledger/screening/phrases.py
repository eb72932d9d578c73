"""What stands beside a mark and says how it is used: what a thing fits, or that it is a copy."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final


class Use(StrEnum):
    """How a mark is used."""

    PLAIN = "plain"
    FITS = "fits"
    """To say what the thing goes with: “strap for X”. That may be allowed; it is said openly."""
    COPY = "copy"
    """To say that the thing is like another's: “X replica”, “inspired by X”."""


_REACH: Final = 40
"""Characters before and after a mark that are looked at."""
_FITS: Final = re.compile(
    r"(?:\b(?:(?:compatible|works|fits|goes) (?:with|to)|to fit|fits|fit for|suitable for|replacement for|for|"
    r"compatible avec|adapté à|convient à|pour|compatibile con|adatto a|adatto per|per|für|passend für|para)|"
    r"适用于|适用|兼容|適用於|用于)\s*(?:your|the|an?|les?|la|il|lo|i|gli|le)?\s*$",
    re.IGNORECASE,
)
_COPY_BEFORE: Final = re.compile(
    r"(?:\b(?:replicas?|réplique|replica di|inspired by|inspiré de|ispirat[oa] a|style of|in the style of|looks? like|"
    r"dupe (?:of|for)|copy of|copie de|copia di|imitation|imitazione|fake|faux|falso|knock-?off|1:1|aaa\+*|"
    r"type|tipo|similar to)|高仿|复刻|複刻|仿)\W{0,3}$",
    re.IGNORECASE,
)
_COPY_AFTER: Final = re.compile(
    r"^\W{0,3}(?:(?:style|replicas?|réplique|dupes?|inspired|inspiré|ispirat[oa]|copy|copie|copia|imitation|imitazione|"
    r"look-?alike|knock-?off|1:1|aaa\+*|mirror quality|type|tipo|alike)\b|高仿|复刻|複刻|同款)",
    re.IGNORECASE,
)


def use_of(text: str, start: int, end: int) -> Use:
    """How the mark from place `start` to before `end` is used, by the words next to it."""
    before, after = text[max(0, start - _REACH) : start], text[end : end + _REACH]
    if _COPY_BEFORE.search(before) or _COPY_AFTER.search(after):
        return Use.COPY
    return Use.FITS if _FITS.search(before) else Use.PLAIN

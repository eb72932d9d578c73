"""What stands beside a mark and says how it is used: what a thing fits, or that it is a copy.

Words for a copy that a negation stands just before ("no fake") say nothing, nor does a copy of a paper ("copy of the
receipt").
"""

from __future__ import annotations

import functools
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
    r"similar to)|高仿|复刻|複刻|仿)\W{0,3}$",
    re.IGNORECASE,
)
_COPY_AFTER: Final = re.compile(
    r"^\W{0,3}(?:(?:style|replicas?|réplique|dupes?|inspired|inspiré|ispirat[oa]|imitation|imitazione|"
    r"look-?alike|knock-?off|1:1|aaa\+*|mirror quality|alike)\b|高仿|复刻|複刻|同款|"
    # What follows “copy of” is a paper, unless it praises the copy.
    r"(?:copy|copie|copia)\b(?!\s+(?:of|de|du|di|della|dello|del)\s+(?!(?:the\s+|la\s+|le\s+|l')?"
    r"(?:original|real|genuine|high|good|best|top|superior|luxury|quali|haute|bonne|luxe|alta|ottima|lusso))))",
    re.IGNORECASE,
)
_PAPER: Final = re.compile(
    r"^(?:['’]s)?\s*(?:receipt|invoice|bill|certificate|warranty|papers|facture|reçu|ticket|certificat|garantie|"
    r"fattura|scontrino|ricevuta|certificato|garanzia)\b",
    re.IGNORECASE,
)
_COPY_OF: Final = re.compile(r"^cop(?:y|ie|ia)\b", re.IGNORECASE)
_NOT: Final = re.compile(
    r"(?:\b(?:no|not|never|non|isn['’]?t|aren['’]?t|without|sans|pas|jamais|aucune?|senza|mai|nessuna?|kein|keine|sin|"
    r"nunca)(?:[ \t]+(?:a|an|any|de|un|une|è|es|una|uno))*[ \t-]{1,2}(?:d['’]|l['’])?|"
    r"(?:不是|不卖|不賣|绝非|絕非|并非|並非|没有|沒有|拒绝|拒絕|无|無|非)\s?)$",
    re.IGNORECASE,
)


def use_of(text: str, start: int, end: int) -> Use:
    """How the mark from place `start` to before `end` is used, by the words next to it."""
    return _use(text[max(0, start - _REACH) : start], text[end : end + _REACH])


@functools.lru_cache(maxsize=4_096)
def _use(before: str, after: str) -> Use:
    if _COPY_AFTER.search(after):
        return Use.COPY
    said = _COPY_BEFORE.search(before)
    if said and not _NOT.search(before[: said.start()]) and not (_COPY_OF.search(said[0]) and _PAPER.search(after)):
        return Use.COPY
    return Use.FITS if _FITS.search(before) else Use.PLAIN

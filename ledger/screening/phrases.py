"""What stands beside a mark and says how it is used: what a thing fits, or that it is a copy.

Words for a copy that a negation or a warning stands just before ("no fake", "beware of fakes") say nothing, nor does a
copy of a paper ("copy of the receipt"), the number of a style, or the size of a battery ("AAA"). Goods may stand
between the mark and the plainest of such words ("X bag dupe"), and these may be disguised as marks are ("r3plica").
"""

from __future__ import annotations

import functools
import re
from enum import StrEnum
from typing import Final

from ledger.screening.ordinary import GOODS
from ledger.screening.text import plain, squashed


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
_STRONG: Final = (
    r"(?:\b(?:r[eé]plicas?|répliques?|replikas?|dupes?|knock-?\s?offs?|counterfeits?|contrefaçons?|contraffazion[ei]|"
    r"contraffatt[oaie]|falsificaci[oó]n|fälschung(?:en)?|gefälschte?[nrs]?|nachahmung(?:en)?|nachbildung(?:en)?|"
    r"super-?\s?fakes?|super-?\s?clones?|bootlegs?|mirror (?:quality|copy|image)|(?:first|master) copy|"
    r"look-?\s?alikes?|unauthori[sz]ed authentic|imitación|imitação|taklit|podróbka|namaak|"
    r"реплика|подделка|1:1|[57]a quality|aaa\b\+*)|"
    r"高仿|精仿|复刻|複刻|超a|a货|a貨|原单|原單|山寨|スーパーコピー|コピー品?|レプリカ|偽物|레플리카|짝퉁|이미테이션)"
)
"""Words that say of a thing, wherever they stand beside it, that it is a copy."""
_COPY_BEFORE: Final = re.compile(
    rf"(?:{_STRONG}|\b(?:(?:replica|imitazione|replica perfetta) di|dupe (?:of|for)|replica perfetta|inspired by|"
    r"inspiré de|ispirat[oa] a|inspirad[oa] en|style of|in the style of|im stil von|looks? like|copy of|copie(?: de)?|"
    r"copia(?: di)?|kopie(?: von)?|копия|imitation(?: of)?|imitazione|fake|faux|falso|similar to|tipo|estilo|stile|"
    r"(?:sac|sacs|montre|robe|ceinture|veste|bague|collier|lunettes|chaussures|baskets) style)|仿)\W{0,3}$",
    re.IGNORECASE,
)
_COPY_AFTER: Final = re.compile(
    rf"^\W{{0,3}}(?:{_STRONG}(?!\w)|"
    r"style\b(?!\s*[:#]|\W{0,2}(?:no|nr|number|code|name|id)\b|\W{0,2}\d)|"
    r"(?:inspired|inspiré|ispirat[oa]|imitation|imitazione|alike|like(?=[ -]\w))\b|同款|"
    # What follows “copy of” is a paper, unless it praises the copy.
    r"(?:copy|copie|copia)\b(?!\s+(?:of|de|du|di|della|dello|del)\s+(?!(?:the\s+|la\s+|le\s+|l')?"
    r"(?:original|real|genuine|high|good|best|top|superior|luxury|quali|haute|bonne|luxe|alta|ottima|lusso))))",
    re.IGNORECASE,
)
_STRONG_BEFORE: Final = re.compile(rf"{_STRONG}\W{{0,3}}$", re.IGNORECASE)
_STRONG_AFTER: Final = re.compile(rf"^\W{{0,3}}{_STRONG}(?!\w)", re.IGNORECASE)
_COPIES: Final = ("replica", "replicas", "dupe", "dupes", "counterfeit", "knockoff", "superfake")
_DISGUISED: Final = frozenset(map(squashed, _COPIES))
_TOKEN_BEFORE: Final = re.compile(r"(\S+)\s*$")
_TOKEN_AFTER: Final = re.compile(r"^\s*(\S+)")
_PUNCTUATION: Final = ".,:;!?()[]\"'“”"
_MOST_GOODS: Final = 2
_LAST: Final = re.compile(r"([^\W\d_]+)\W{0,3}$")
_FIRST: Final = re.compile(r"^\W{0,3}([^\W\d_]+)")
_BATTERY: Final = re.compile(r"batter|\bpil[ae]s?\b|\bakkus?\b|电池|電池|rechargeable|alkaline", re.IGNORECASE)
_PAPER: Final = re.compile(
    r"^(?:['’]s)?\s*(?:receipt|invoice|bill|certificate|warranty|papers|facture|reçu|ticket|certificat|garantie|"
    r"fattura|scontrino|ricevuta|certificato|garanzia)\b",
    re.IGNORECASE,
)
_COPY_OF: Final = re.compile(r"^cop(?:y|ie|ia)\b", re.IGNORECASE)
_NOT: Final = re.compile(
    r"(?:\b(?:no|not|never|non|isn['’]?t|aren['’]?t|without|sans|pas|jamais|aucune?|senza|mai|nessuna?|kein|keine|sin|"
    r"nunca|(?:not|n['’]?t|never) (?:sell|buy|offer)|beware of|avoid|against|spot|detect|recogni[sz]e|identify|"
    r"(?:history|dangers) of|about|guide to|contre|contro|gegen|attention aux?)"
    r"(?:[ \t]+(?:a|an|any|the|de|les|un|une|è|es|una|uno))*[ \t-]{1,2}(?:d['’]|l['’])?|"
    r"(?:不是|不卖|不賣|绝非|絕非|并非|並非|没有|沒有|拒绝|拒絕|无|無|非)\s?)$",
    re.IGNORECASE,
)


def use_of(text: str, start: int, end: int) -> Use:
    """How the mark from place `start` to before `end` is used, by the words next to it."""
    return _use(text[max(0, start - _REACH) : start], text[end : end + _REACH])


@functools.lru_cache(maxsize=4_096)
def _use(before: str, after: str) -> Use:
    if _says_copy(before, after):
        return Use.COPY
    return Use.FITS if _FITS.search(before) else Use.PLAIN


def _says_copy(before: str, after: str) -> bool:
    near_before, near_after = _without_goods(before, _LAST), _without_goods(after, _FIRST)
    follows = _COPY_AFTER.search(after) or _STRONG_AFTER.search(near_after)
    if follows and not _is_battery(follows[0], before, after):
        return True
    for words, pattern in ((before, _COPY_BEFORE), (near_before, _STRONG_BEFORE)):
        said = pattern.search(words)
        if (
            said
            and not _NOT.search(words[: said.start()])
            and not (_COPY_OF.search(said[0]) and _PAPER.search(after))
            and not _is_battery(said[0], before, after)
        ):
            return True
    return _disguised(before, last=True) or _disguised(after, last=False)


def _without_goods(words: str, end: re.Pattern[str]) -> str:
    """The words beside a mark without the goods that stand next to it."""
    for _ in range(_MOST_GOODS):
        found = end.search(words)
        if found is None or found[1].casefold() not in GOODS:
            break
        words = words[: found.start()] + " " if end is _LAST else " " + words[found.end() :]
    return words


def _is_battery(said: str, before: str, after: str) -> bool:
    return "aaa" in said.casefold() and _BATTERY.search(before + " " + after) is not None


def _disguised(words: str, *, last: bool) -> bool:
    """Whether the word next to a mark says that it is a copy, written so that nobody finds that."""
    found = (_TOKEN_BEFORE if last else _TOKEN_AFTER).search(words)
    if found is None or plain(found[1]).strip(_PUNCTUATION) in _COPIES or squashed(found[1]) not in _DISGUISED:
        return False
    return not last or not _NOT.search(words[: found.start()])

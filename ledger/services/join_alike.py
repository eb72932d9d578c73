"""Names that could be taken for one another: wherever this says so, two people look before anybody is let in.

Two names are alike where one of their forms is the same: the letters that `screening.text` reads behind look-alikes,
digits and what cannot be seen, with neighbours that look like one letter read as one and as two; the same without the
words that anybody adds (“Official”, “Store”); and how Han characters sound. Longer ones may differ in one letter.
It errs towards a person looking: two honest names may be near each other, and then both are looked at, and let in.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

from ledger.screening.sounds import sound_of_name
from ledger.screening.text import squashed, unpaired

_NEAR: Final = 6
"""Letters from which on a name is compared with one typing error."""
_SHORTEST: Final = 3
"""Letters that have to be left of a name when the words that anybody adds are gone."""
_ANYBODYS: Final = frozenset(
    {
        *("official", "officiel", "ufficiale", "original", "originals", "authentic", "genuine", "online", "outlet"),
        *("store", "stores", "shop", "boutique", "sale", "sales", "brand", "brands", "fashion", "luxury", "world"),
        *("group", "global", "international", "paris", "milano", "london", "tokyo", "the", "of", "by", "inc", "ltd"),
        *(
            "limited",
            "llc",
            "co",
            "company",
            "corp",
            "gmbh",
            "ag",
            "sa",
            "sas",
            "sarl",
            "srl",
            "spa",
            "bv",
            "nv",
            "plc",
        ),
    }
)
"""Words that make no name another's."""
_WORD: Final = re.compile(r"[^\W_]+")


def alike_names(name: str, known: Iterable[str]) -> tuple[str, ...]:
    """Those of the known names that this one could be taken for, in their order and each once."""
    others = list(dict.fromkeys(known))
    mine, reads = _forms(name), squashed(name)
    found = {one for one in others if mine & _forms(one)}
    if len(reads) >= _NEAR:
        read = {one: _read(one) for one in others}
        long = {one: text for one, text in read.items() if len(text) >= _NEAR}
        near = extract(reads, long, scorer=OSA.distance, score_cutoff=1, limit=None)
        found.update(one for _, _, one in near)
    return tuple(one for one in others if one in found)


def alike_domains(domain: str, known: Iterable[str]) -> tuple[str, ...]:
    """Those of the known domains whose name, before the ending, this one's could be taken for."""
    others = list(dict.fromkeys(known))
    labels = {one: one.rpartition(".")[0] or one for one in others}
    alike = set(alike_names(domain.rpartition(".")[0] or domain, labels.values()))
    return tuple(one for one in others if labels[one] in alike)


@lru_cache(maxsize=100_000)
def _forms(name: str) -> frozenset[str]:
    own = [one for one in _WORD.findall(name) if one.casefold() not in _ANYBODYS]
    told = [name, sound_of_name(name)]
    if sum(map(len, own)) >= _SHORTEST:
        told.append(" ".join(own))
    forms = {form for one in told if one for form in (squashed(one), unpaired(one))}
    return frozenset(form for form in forms if form)


@lru_cache(maxsize=100_000)
def _read(name: str) -> str:
    return squashed(name)

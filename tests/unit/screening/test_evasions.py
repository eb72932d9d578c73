"""How many evasions of each kind are caught, and how many clean titles are named beside them."""

from __future__ import annotations

import random

import pytest

from ledger.screening.marks import Marks
from ledger.screening.matches import KnownMark
from scripts.benchmarks.evasions import KINDS, clean_titles, in_a_title, names

SAMPLE = Marks(KnownMark(id, text, "org") for id, texts in names().items() for text in texts)
FLOORS = {
    "exact": 1.0,
    "case swapped": 1.0,
    "look-alike letters (2)": 0.97,
    "characters unseen": 0.97,
    "spaced": 0.97,
    "dotted": 0.97,
    "in two parts": 0.8,
    "digits for letters": 0.97,
    "full width": 1.0,
    "letters for formulas": 1.0,
    "letters in circles": 1.0,
    "letters of flags": 0.97,
    "turned by U+202E": 1.0,
    "escaped": 1.0,
    "emoji between": 0.97,
    "letter three times": 0.9,
    "letter masked": 0.85,
    "written together with goods": 0.85,
    "letter missing": 0.85,
    "letters swapped": 0.85,
    "pinyin": 1.0,
}


@pytest.mark.parametrize("kind", FLOORS)
def test_so_many_evasions_of_each_kind_are_caught(kind: str) -> None:
    chance = random.Random(3)
    caught = tried = 0
    for id, texts in names().items():
        written = KINDS[kind](texts[0], chance) if len(texts[0]) >= 4 or kind in ("exact", "pinyin") else None
        if written is None or (written == texts[0] and kind != "exact"):
            continue
        tried += 1
        caught += any(one.mark.id == id for one in SAMPLE.find(in_a_title(written, chance), errors=True))
    assert tried >= 5
    assert caught >= FLOORS[kind] * tried, f"{caught} of {tried}"


def test_clean_titles_raise_hardly_a_false_alarm() -> None:
    titles = clean_titles(2_000)
    assert sum(bool(SAMPLE.find(one)) for one in titles) <= 2
    assert sum(bool(SAMPLE.find(one, errors=True)) for one in titles) <= 20

"""Names made to be taken for another's: how many of each kind two people look at, and how many honest ones beside them.

The names are outside ones; each rate is printed with its count (`pytest -s`), and has a floor of its own.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from ledger.screening.text import squashed
from ledger.services.join_alike import alike_domains, alike_names

NAMES = [
    line
    for line in (Path(__file__).parents[2] / "data" / "brand_names.txt").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
]
LATIN = [name for name in NAMES if name.isascii()]
TWINS = {
    "a": "аɑ", "c": "сϲ", "e": "еҽ", "i": "іı", "o": "оօο", "p": "рρ", "s": "ѕ", "x": "хχ", "y": "у", "b": "Ь",
    "h": "һհ", "n": "ո", "l": "ӏ1", "t": "т", "k": "к", "m": "м", "v": "ѵν", "w": "ԝ", "d": "ԁ", "g": "ɡց",
    "u": "ս", "r": "г", "j": "ј",
}  # fmt: skip
LEET = {"a": "4", "e": "3", "i": "1", "o": "0", "s": "5", "t": "7", "b": "8", "g": "9", "l": "1"}

Chance = random.Random
Disguise = Callable[[str, Chance], str]


def _some(name: str, chance: Chance, table: dict[str, str]) -> str:
    places = [place for place, one in enumerate(name) if one.lower() in table]
    letters = list(name)
    for place in chance.sample(places, min(2, len(places))):
        letters[place] = chance.choice(table[name[place].lower()])
    return "".join(letters)


def _at(name: str, chance: Chance, put: Callable[[str, int], str]) -> str:
    return put(name, chance.randrange(1, len(name) - 1))


KINDS: dict[str, tuple[Disguise, float]] = {
    "the name itself": (lambda name, _: name, 1.0),
    "other case": (lambda name, _: name.swapcase(), 1.0),
    "look-alike letters of other scripts": (lambda name, chance: _some(name, chance, TWINS), 0.99),
    "digits for letters": (lambda name, chance: _some(name, chance, LEET), 0.98),
    "zero width": (lambda name, _: "\u200b".join(name), 1.0),
    "spaces": (lambda name, _: " ".join(name), 1.0),
    "dots": (lambda name, _: ".".join(name), 1.0),
    "full width": (lambda name, _: "".join(chr(ord(c) + 0xFEE0) if c != " " else c for c in name), 1.0),
    "accents": (lambda name, _: "".join(c + "\u0301" if c in "aeiou" else c for c in name), 1.0),
    "rn for m": (lambda name, _: name.replace("m", "rn"), 1.0),
    "a word that anybody adds": (lambda name, chance: f"{name} {chance.choice(['Official', 'Store', 'Outlet'])}", 0.97),
    "a letter dropped": (lambda name, chance: _at(name, chance, lambda n, at: n[:at] + n[at + 1 :]), 0.55),
    "a letter doubled": (lambda name, chance: _at(name, chance, lambda n, at: n[:at] + n[at] + n[at:]), 0.7),
    "a letter replaced": (lambda name, chance: _at(name, chance, lambda n, at: n[:at] + "x" + n[at + 1 :]), 0.65),
    "two letters swapped": (
        lambda name, chance: _at(name, chance, lambda n, at: n[:at] + n[at + 1] + n[at] + n[at + 2 :]), 0.65,
    ),
}  # fmt: skip
"""Each disguise with the least share that has to be found. Short names are not held against typing errors."""


@pytest.mark.parametrize("kind", KINDS)
def test_a_disguised_name_is_looked_at_by_two(kind: str) -> None:
    disguise, floor = KINDS[kind]
    chance = Chance(kind)
    tried = [(name, disguise(name, chance)) for name in LATIN]
    if kind != "the name itself":
        tried = [(name, fake) for name, fake in tried if fake != name]
    caught = sum(name in alike_names(fake, NAMES) for name, fake in tried)
    print(f"{kind}: {caught} of {len(tried)}")
    assert len(tried) >= 25
    assert caught >= floor * len(tried)


def test_few_honest_names_are_looked_at_by_two() -> None:
    taken = [name for name in NAMES if len(alike_names(name, NAMES)) > 1]
    print(f"honest names near another: {len(taken)} of {len(NAMES)}: {taken}")
    assert len(taken) <= 0.05 * len(NAMES)


@pytest.mark.parametrize(
    ("fake", "real"),
    [
        ("古弛", "古驰"),
        ("歐米茄", "欧米茄"),
        ("六福珠寶", "六福珠宝"),
        ("Liufu Zhubao", "六福珠宝"),
        ("МАРКО", "Марко"),
    ],
)
def test_a_name_in_another_script_is_held_against_its_sound_and_its_letters(fake: str, real: str) -> None:
    assert alike_names(fake, ["Rival", real]) == (real,)


def test_a_domain_is_held_against_the_name_before_its_ending() -> None:
    known = ["maisonexemple.example", "rival.example"]
    for fake in ("maisonexemple.shop", "maison-exemple.example", "mais0nexemple.example", "maisonexemple-outlet.com"):
        assert alike_domains(fake, known) == ("maisonexemple.example",)
    assert alike_domains("other.example", known) == ()


@pytest.mark.parametrize(
    "fake",
    ["Маіѕоn Exemple", "MAISON  EXEMPLE", "Maison Exernple", "Má1son-Exemple", "Maison Exemp1e", "M a i s o n exemple"],
)
def test_a_name_that_looks_like_anothers_is_named(fake: str) -> None:
    assert alike_names(fake, ["Rival", "Maison Exemple"]) == ("Maison Exemple",)


@pytest.mark.parametrize(("one", "other"), [("Dior", "Diar"), ("Gucci", "Fendi"), ("华伦", "华为"), ("", "!!!")])
def test_names_that_read_differently_are_left_alone(one: str, other: str) -> None:
    assert alike_names(one, [other]) == ()


def test_what_was_read_reads_the_same_again() -> None:
    for name in ("Maison Exemple", "Ærø & Søn", "1nc. Corn", "ﬁne ①"):
        assert squashed(squashed(name)) == squashed(name)

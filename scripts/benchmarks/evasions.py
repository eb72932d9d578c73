"""Ways in which people write a name so that it is not found, and clean titles to see what is found wrongly.

Everything comes from a seed. Names are those of `marks.txt`; another list in the form of the name suggestion index
(BSD-3-Clause) is taken from the file that TOUCHMARK_BRANDS names.
"""

from __future__ import annotations

import json
import os
import random
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from pypinyin import lazy_pinyin

_WORDS: Final = (  # noqa: SIM905 - words read better as a text
    "vintage brown good condition shirt summer blue used women size medium light running shoes gold watch ring new box "
    "authentic leather bag strap steel mens boots coat long silk cotton dress small large original rare classic soft "
    "black white red green evening party office travel wallet belt scarf necklace bracelet automatic quartz diamond "
    "pearl silver rose pink shoulder crossbody tote clutch sneakers trainers sandals heels jacket wool jumper jeans"
).split()
_ALIKE: Final = dict(zip("aeopcxyisjnuhdglvwqABEHKMNOPTX", "аеорсхуіѕјոսһԁɡӏѵԝԛΑΒΕΗΚΜΝΟΡΤΧ", strict=True))
_LEET: Final = dict(zip("aeiostbglz", "4310578912", strict=True))


def names() -> dict[str, list[str]]:
    """Names by what they name: one brand may have several, in several scripts."""
    told = os.environ.get("TOUCHMARK_BRANDS")
    if told is None:
        lines = (Path(__file__).parent / "marks.txt").read_text(encoding="utf-8").splitlines()
        return {line: [line] for line in lines if line}
    found: dict[str, list[str]] = {}
    for item in json.loads(Path(told).read_text(encoding="utf-8"))["items"]:
        said = [item["displayName"], item["brand"], *item["matchNames"]]
        said += [text for key, text in item.items() if key.startswith("name")]
        known = found.setdefault(item.get("brand:wikidata") or item["brand"], [])
        known += [text for text in said if text not in known]
    return found


def clean_titles(count: int, seed: int = 11) -> list[str]:
    """Titles of about sixty characters that name no brand of `marks.txt`."""
    chance = random.Random(seed)
    return [" ".join(chance.sample(_WORDS, 10))[:60].rsplit(" ", 1)[0] for _ in range(count)]


def in_a_title(name: str, chance: random.Random) -> str:
    """A title with a name in it."""
    words = chance.sample(_WORDS, 5)
    return " ".join([*words[:2], name, *words[2:]])


def _alike(name: str, chance: random.Random) -> str | None:
    places = [at for at, one in enumerate(name) if one in _ALIKE]
    chosen = set(chance.sample(places, min(2, len(places))))
    return "".join(_ALIKE[one] if at in chosen else one for at, one in enumerate(name)) if chosen else None


def _unseen(name: str, chance: random.Random) -> str:
    at = chance.randrange(1, len(name))
    return name[:at] + chance.choice("\u200b\u200c\u200d\u2060\u00ad") + name[at:]


def _leet(name: str, _: random.Random) -> str:
    return "".join(_LEET.get(one.lower(), one) for one in name)


def _two_parts(name: str, chance: random.Random) -> str | None:
    whole = name.replace(" ", "")
    if len(whole) < 5:
        return None
    at = chance.randrange(2, len(whole) - 1)
    return whole[:at] + " " + whole[at:]


def _missing(name: str, chance: random.Random) -> str:
    at = chance.randrange(1, len(name))
    return name[:at] + name[at + 1 :]


def _swapped(name: str, chance: random.Random) -> str:
    at = chance.randrange(1, len(name) - 1)
    return name[:at] + name[at + 1] + name[at] + name[at + 2 :]


def _repeated(name: str, chance: random.Random) -> str:
    at = chance.randrange(1, len(name))
    return name[:at] + name[at - 1] * 3 + name[at:]


def _masked(name: str, chance: random.Random) -> str | None:
    at = chance.randrange(1, len(name) - 1)
    return name[:at] + "*" + name[at + 1 :] if name[at].isalpha() else None


def _shifted(start: int) -> Callable[[str, random.Random], str | None]:
    """The name in one of the alphabets of Unicode that are for formulas and signs; capitals begin at `start`."""

    def write(name: str, _: random.Random) -> str | None:
        return (
            "".join(chr(start + ord(one) - 65) if one.isalpha() else one for one in name.upper())
            if name.isascii()
            else None
        )

    return write


def _escaped(name: str, chance: random.Random) -> str | None:
    ways = ("&#{};", "&#x{:x};", "%{:02X}", "\\u{:04x}")
    way = chance.choice(ways)
    return "".join(way.format(ord(one)) for one in name) if name.isascii() else None


def _with_goods(name: str, chance: random.Random) -> str:
    return chance.choice(("#{}bag", "new{}shoes", "{}watch", "{}2024")).format(
        "".join(filter(str.isalnum, name)).lower()
    )


def _sound(name: str, _: random.Random) -> str | None:
    said = "".join(lazy_pinyin(name))
    return said if said != name and said.isascii() else None


KINDS: Final[Mapping[str, Callable[[str, random.Random], str | None]]] = {
    "exact": lambda name, _: name,
    "case swapped": lambda name, _: name.swapcase(),
    "look-alike letters (2)": _alike,
    "characters unseen": _unseen,
    "spaced": lambda name, _: " ".join(name.replace(" ", "")),
    "dotted": lambda name, _: ".".join(name.replace(" ", "")),
    "in two parts": _two_parts,
    "digits for letters": _leet,
    "full width": _shifted(0xFF21),
    "letters for formulas": _shifted(0x1D5D4),
    "letters in circles": _shifted(0x24B6),
    "letters of flags": _shifted(0x1F1E6),
    "turned by U+202E": lambda name, _: f"\u202e{name[::-1]}\u202c",
    "escaped": _escaped,
    "emoji between": lambda name, chance: chance.choice("🔥✨⭐").join(name.replace(" ", "")),
    "letter three times": _repeated,
    "letter masked": _masked,
    "written together with goods": _with_goods,
    "letter missing": _missing,
    "letters swapped": _swapped,
    "pinyin": _sound,
}
"""Each kind of evasion; None where a name cannot be written so."""

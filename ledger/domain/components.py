"""The parts of an item that carry serials of their own: their names, their serials, and the mark they are found by.

A part's serial is a private field of the record, `part.` and the part's name, salted as every field is. To find the
item that a serial was recorded for, without keeping the serial where it could be read, its *mark* is kept: an HMAC
with a key of this ledger over the part, the brand and the serial as people mean it. A bare hash would not do:
serials are short and run in order, so that all of them can be tried.
"""

from __future__ import annotations

import hmac
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from ledger.domain import crockford
from ledger.domain.characters import DASHES, named
from ledger.domain.errors import Invalid
from ledger.domain.said import said

PREFIX: Final = "part."
"""How the name of a field that holds a part's serial begins."""
LONGEST_NAME: Final = 30
"""Characters of a part's name: as many as a service's facts have room for."""
LONGEST_SERIAL: Final = 40
_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,29}")
_FIT: Final = re.compile(r"[A-Za-z0-9 !\"#&'()*+,./:;<=>?_-]")
_TIDIED: Final = re.compile(r"[\s_\-.]+")
_PLAIN: Final = dict.fromkeys(map(ord, DASHES), "-")
_INFO: Final = b"touchmark/part/1"

PARTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "case": said("case"),
        "movement": said("movement"),
        "dial": said("dial"),
        "bracelet": said("bracelet"),
        "clasp": said("clasp"),
        "strap": said("strap"),
        "lock": said("lock"),
        "chip": said("chip"),
        "stone": said("stone"),
    }
)
"""The parts that have a column in the template and a word in every language; a brand may name others."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What somebody reads on a part: which part, and the serial on it."""

    part: str
    serial: str


def is_part(field: str) -> bool:
    """Whether a record's field of this name holds the serial of a part."""
    return field.startswith(PREFIX) and _NAME.fullmatch(field, len(PREFIX)) is not None


def parts_in(fields: Mapping[str, object]) -> list[str]:
    """The names of the parts whose serials a record holds: those of the list first, then others by name."""
    held = {name.removeprefix(PREFIX) for name, value in fields.items() if is_part(name) and value is not None}
    return [name for name in PARTS if name in held] + sorted(held - PARTS.keys())


def check_part(text: str) -> str:
    """A part's name, tidied: “Case back” is `case_back`. Raises Invalid for what can be none."""
    name = _TIDIED.sub("_", text.strip()).strip("_").casefold().removeprefix("part_")
    if not _NAME.fullmatch(name):
        raise Invalid(
            said(
                "A part’s name has 1 to %(longest)s letters a to z and digits, such as case or movement.",
                longest=LONGEST_NAME,
            )
        )
    return name


def part_words(name: str) -> str:
    """What a sentence calls a part."""
    return PARTS.get(name) or name.replace("_", " ")


def check_part_serial(text: str) -> str:
    """A part's serial as a record holds it: trimmed, 1 to 40 plain letters, digits and signs.

    Raises Invalid, which never repeats the serial: the sentence may be shown where the serial must not be.
    """
    # Full-width characters, as Chinese and Japanese keyboards make them, are their plain ones; every dash is a hyphen.
    serial = unicodedata.normalize("NFKC", text[: LONGEST_SERIAL * 20].translate(_PLAIN)).strip()
    if not serial:
        raise Invalid(said("The serial of the part is empty. Type what is on the part."))
    if len(serial) > LONGEST_SERIAL:
        raise Invalid(
            said(
                "The serial of the part has %(count)s characters; at most %(longest)s are allowed.",
                count=len(serial),
                longest=LONGEST_SERIAL,
            )
        )
    for place, character in enumerate(serial, start=1):
        if not _FIT.fullmatch(character):
            raise Invalid(
                said(
                    "The serial of the part holds %(character)s (character %(place)s), which no part’s serial may. "
                    "Use plain letters and digits.",
                    character=named(character),
                    place=place,
                )
            )
    if not any(one.isalnum() for one in serial):
        raise Invalid(said("The serial of the part has no letter and no digit. Type what is on the part."))
    return serial


def meant(serial: str) -> str:
    """A serial as it is compared: without spaces and dashes, in upper case, O read as 0, I and L as 1."""
    return crockford.tidy(serial)


def part_mark(key: bytes, brand: int, part: str, serial: str) -> bytes:
    """The 32 bytes that a part is found by; without the key nobody can try serials out.

    The same for every spelling that `meant` takes for the same, and different for every part and brand.
    """
    name = part.encode()
    told = _INFO + brand.to_bytes(4, "big") + len(name).to_bytes(1, "big") + name + meant(serial).encode()
    return hmac.digest(key, told, "sha256")

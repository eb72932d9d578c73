"""GTINs: the number of a product, which all its items share (GS1 AI 01)."""

from __future__ import annotations

from functools import lru_cache
from typing import NewType

from ledger.domain.characters import first_foreign, is_ignorable, named, shown
from ledger.domain.errors import Invalid
from ledger.domain.said import said

Gtin = NewType("Gtin", str)
"""14 digits, the last one right."""

GTIN_LENGTHS = (8, 12, 13, 14)

_DIGITS = frozenset("0123456789")


@lru_cache(maxsize=1_024)  # all items of a product have the same one
def check_digit(digits: str) -> str:
    """The digit that follows `digits` in a GTIN of any length (GS1 General Specifications, 7.9)."""
    total = 3 * sum(map(int, digits[::-2])) + sum(map(int, digits[-2::-2]))
    return str(-total % 10)


def check_gtin(text: str) -> Gtin:
    """The GTIN-14 meant by a GTIN-8, -12, -13 or -14; spaces and dashes between digits are ignored.

    Raises Invalid that names a character that is no digit, a wrong length, or the right check digit.
    """
    digits = text
    if not _DIGITS.issuperset(digits):
        digits = "".join(c for c in text if not is_ignorable(c))
        foreign = first_foreign(text, _DIGITS, ignoring_gaps=True)
        if foreign:
            place, character = foreign
            raise Invalid(
                said(
                    "The GTIN %(text)s holds %(character)s (character %(place)s); it has digits only.",
                    text=shown(text),
                    character=named(character),
                    place=place,
                )
            )
    if len(digits) not in GTIN_LENGTHS:
        raise Invalid(
            said(
                "The GTIN %(text)s has %(count)s digits; it needs 8, 12, 13 or 14.", text=shown(text), count=len(digits)
            )
        )
    right = check_digit(digits[:-1])
    if digits[-1] != right:
        raise Invalid(
            said(
                "The GTIN %(text)s ends in %(digits)s, but its check digit should be %(right)s; compare every digit "
                "with the source.",
                text=shown(text),
                digits=digits[-1],
                right=right,
            )
        )
    return Gtin(digits.zfill(14))


def gtin_matches_prefix(gtin: Gtin, prefix: str) -> bool:
    """Whether the GTIN lies in the range of a GS1 prefix.

    `prefix` is the digits as they stand in the GTIN-14 after its first, the indicator digit. An empty
    prefix holds nothing.
    """
    return prefix != "" and gtin.startswith(prefix, 1)

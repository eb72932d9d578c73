"""Serials: the part of an item's identity that only one item has (GS1 AI 21)."""

from __future__ import annotations

from collections.abc import Callable

from ledger.domain import crockford
from ledger.domain.characters import GS1_82, first_foreign, named, shown
from ledger.domain.errors import Invalid
from ledger.domain.said import said

LENGTH = 12
"""Characters in a serial of our own making, the check character included."""

LONGEST = 20
"""Characters that AI 21 has room for (GS1 General Specifications, 3.5.2)."""

# A browser takes these for "this folder" and "the folder above", percent-encoded or not (WHATWG URL),
# so that no link could ever name the item.
_UNLINKABLE = frozenset({".", ".."})


def make_serial(randbytes: Callable[[int], bytes]) -> str:
    """A new serial: 11 random Crockford characters (55 bits) and their check character.

    `randbytes(n)` gives n bytes that nobody can foresee; whether the serial is already taken is for
    the caller to see.
    """
    return crockford.with_check(crockford.encode(randbytes(7))[: LENGTH - 1])


def make_serials(randbytes: Callable[[int], bytes], count: int) -> list[str]:
    """`make_serial`, many at once: five random bits a character, out of a byte each."""
    text = crockford.drawn(randbytes((LENGTH - 1) * count))
    return crockford.with_checks(text[at : at + LENGTH - 1] for at in range(0, len(text), LENGTH - 1))


def is_ours(serial: str) -> bool:
    """Whether `serial` has the form that `make_serial` gives: 12 characters, the last one right."""
    return len(serial) == LENGTH and crockford.holds(serial)


def check_serial(text: str) -> str:
    """`text` unchanged, if it can be a serial: 1 to 20 characters of GS1 set 82 (AI 21).

    Raises Invalid that names the length, or the first foreign character and its place from 1.
    """
    if GS1_82.issuperset(text) and 1 <= len(text) <= LONGEST and text not in _UNLINKABLE:
        return text
    if not text:
        raise Invalid(said("The serial is empty; it needs 1 to 20 characters."))
    if len(text) > LONGEST:
        raise Invalid(
            said(
                "The serial %(text)s has %(count)s characters; at most %(longest)s are allowed.",
                text=shown(text),
                count=len(text),
                longest=LONGEST,
            )
        )
    if text in _UNLINKABLE:
        raise Invalid(
            said("%(text)s cannot be a serial, because no link can hold it; choose another.", text=shown(text))
        )
    place, character = first_foreign(text, GS1_82) or (1, text[0])
    raise Invalid(
        said(
            "The serial %(text)s holds %(character)s (character %(place)s), which no serial may; use the letters A "
            "to Z and a to z, digits, and ! \" %% & ' ( ) * + , - . / : ; < = > ? _ only.",
            text=shown(text),
            character=named(character),
            place=place,
        )
    )

"""Which characters a code may hold, and how a sentence names one that does not belong."""

from __future__ import annotations

import string

from ledger.domain.said import said

GS1_82 = frozenset(string.ascii_letters + string.digits + "!\"%&'()*+,-./:;<=>?_")
"""GS1 AI encodable character set 82 (GS1 General Specifications, figure 7.11-1)."""

DASHES = "-\u00ad\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"
"""Every dash that a keyboard, a word processor or a PDF puts where a hyphen was meant."""

_SHOWN = 40


def is_ignorable(character: str) -> bool:
    """Whether people put this character between groups without meaning it: a space or a dash."""
    return character.isspace() or character in DASHES


def first_foreign(text: str, allowed: frozenset[str], *, ignoring_gaps: bool = False) -> tuple[int, str] | None:
    """The place (counted from 1, as a person counts) and the character of the first that is not allowed.

    With `ignoring_gaps`, spaces and dashes are passed over but still counted, so that the place is the
    one in the text as it was typed.
    """
    if allowed.issuperset(text):
        return None
    for place, character in enumerate(text, start=1):
        if character not in allowed and not (ignoring_gaps and is_ignorable(character)):
            return place, character
    return None


def shown(text: str) -> str:
    """`text` in quotation marks for a sentence: bounded in length, nothing invisible in it."""
    cut = text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
    return "“" + "".join(c if c.isprintable() else f"[U+{ord(c):04X}]" for c in cut) + "”"


def named(character: str) -> str:
    """One character for a sentence, also when it cannot be seen."""
    if character == " ":
        return said("a space")
    if character.isprintable():
        return shown(character)
    return said("an invisible character (U+%(number)s)", number=f"{ord(character):04X}")

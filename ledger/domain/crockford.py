"""Crockford's base 32: the alphabet of our serials and claim codes, made for people who type.

No I, L, O or U; the first three are read as the digit they look like. The check character is Luhn
modulo 32 over the same alphabet: it finds every single wrong character and every swap of neighbours
save 0 with Z.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable

from ledger.domain.characters import DASHES, first_foreign, named
from ledger.domain.errors import Invalid
from ledger.domain.said import said

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CHARACTERS = frozenset(ALPHABET)

_RFC_4648 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_TO_CROCKFORD = str.maketrans(_RFC_4648, ALPHABET)
_TO_RFC_4648 = str.maketrans(ALPHABET, _RFC_4648)

_LETTERS = ALPHABET.encode()
_VALUE = bytes.maketrans(_LETTERS, bytes(range(32)))
# Luhn: every second value counts double, and a product of two base-32 digits counts as their sum.
_DOUBLED = bytes.maketrans(_LETTERS, bytes(sum(divmod(2 * value, 32)) for value in range(32)))

_DRAWN = _LETTERS * 8

_TO_FULL_WIDTH = 0xFEE0  # from "!" to its full-width form, U+FF01
_TIDIED = (
    {ord(lower): lower.upper() for lower in "abcdefghijklmnopqrstuvwxyz"}
    | {code + _TO_FULL_WIDTH: chr(code).upper() for code in range(ord("!"), ord("~") + 1)}
    | {ord(dash): "" for dash in DASHES}
    | {ord(letter) + wide: "0" for letter in "Oo" for wide in (0, _TO_FULL_WIDTH)}
    | {ord(letter) + wide: "1" for letter in "IiLl" for wide in (0, _TO_FULL_WIDTH)}
)


def encode(data: bytes) -> str:
    """Bytes as characters, most significant bits first; the last character is filled with zero bits."""
    return base64.b32encode(data).decode().rstrip("=").translate(_TO_CROCKFORD)


def encode_each(data: bytes, size: int) -> list[str]:
    """`encode` of each `size` bytes of `data`, only faster; `size` is a multiple of 5, which leaves no bits over."""
    if size % 5 or len(data) % size:
        raise ValueError("only runs of five bytes are whole characters")
    text, each = encode(data), size // 5 * 8
    return [text[start : start + each] for start in range(0, len(text), each)]


def drawn(random: bytes) -> str:
    """A random character for each random byte, all equally likely; the three highest bits are left out."""
    return random.translate(_DRAWN).decode()


def decode(text: str) -> bytes:
    """The bytes that `encode` was given.

    Raises Invalid for a character outside the alphabet and for a text that `encode` never makes.
    """
    _only_ours(text)
    padded = text.translate(_TO_RFC_4648) + "=" * (-len(text) % 8)
    try:
        data = base64.b32decode(padded)
    except ValueError:
        data = b""
    if encode(data) != text:
        raise Invalid(
            said(
                "%(count)s characters ending so do not stand for whole bytes; one is missing or misread.",
                count=len(text),
            )
        )
    return data


def check_character(text: str) -> str:
    """The character that makes `text` followed by it pass Luhn modulo 32.

    Raises Invalid for a character outside the alphabet.
    """
    _only_ours(text)
    return _check_of(text)


def with_check(text: str) -> str:
    """`text` followed by its check character."""
    return text + check_character(text)


def with_checks(texts: Iterable[str]) -> list[str]:
    """The same for many texts of one length that `encode` made: their characters need no second look."""
    each = list(texts)
    size = len(each[0]) if each else 1
    letters = "".join(each).encode()
    if len(letters) != size * len(each):
        raise ValueError("the texts are not of one length")
    counted, doubled = bytearray(letters.translate(_VALUE)), letters.translate(_DOUBLED)
    for place in range(size - 1, -1, -2):
        counted[place::size] = doubled[place::size]
    starts = range(0, len(counted), size)
    return [text + ALPHABET[-sum(counted[at : at + size]) % 32] for text, at in zip(each, starts, strict=True)]


def holds(text: str) -> bool:
    """Whether `text` is of the alphabet and its last character is the right check character."""
    return bool(text) and CHARACTERS.issuperset(text) and check_character(text[:-1]) == text[-1]


def tidy(text: str) -> str:
    """What a person meant: spaces and dashes ignored, upper case, O read as 0, I and L read as 1.

    Full-width characters, as Chinese and Japanese keyboards make them, count as their plain ones.
    Anything else stays, for a later check to name it.
    """
    return "".join(text.translate(_TIDIED).split())


def grouped(text: str, size: int = 4) -> str:
    """`text` in groups of `size` parted by single spaces, as it is printed for people."""
    return " ".join(text[start : start + size] for start in range(0, len(text), size))


def _check_of(text: str) -> str:
    letters = text.encode()
    total = sum(letters[::-2].translate(_DOUBLED)) + sum(letters[-2::-2].translate(_VALUE))
    return ALPHABET[-total % 32]


def _only_ours(text: str) -> None:
    foreign = first_foreign(text, CHARACTERS)
    if foreign:
        place, character = foreign
        raise Invalid(
            said(
                "%(character)s (character %(place)s) is not one of the characters %(alphabet)s.",
                character=named(character),
                place=place,
                alphabet=ALPHABET,
            )
        )

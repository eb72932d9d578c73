"""EPC binary strings: the compressed form of a link, in which RFID tags say what they are on.

A resolver has to read them (GS1-Conformant Resolver 1.2, 2.3): `/eh` and hexadecimal digits, or `/ex` and characters
of the URL-safe base 64 (GS1 Digital Link URI: Compression for EPC binary strings 1.0, 4.2), stand for
`/01/{gtin}/21/{serial}`. The layouts are those of the GS1 EPC Tag Data Standard 2.3 (14): SGTIN-96, SGTIN-198, SGTIN+
and DSGTIN+, the latter two with a host's name (++) or without. Other schemes name no item of a product.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from ledger.domain.characters import shown
from ledger.domain.errors import Invalid, Unknown
from ledger.domain.gtins import Gtin, check_digit, check_gtin
from ledger.domain.said import said
from ledger.domain.serials import check_serial

PATTERN: Final = "eh[0-9a-f]{20,}|ex[A-Za-z0-9_-]{14,}"
"""What the last part of a compressed link looks like (URI Syntax, 6.1, RE3); fewer than 80 bits name no item."""
LONGEST: Final = 512
"""Characters that are read at all; a tag holds fewer."""
_PREFIX_BITS: Final = (40, 37, 34, 30, 27, 24, 20)
"""Bits of a company prefix by partition; it has 12 digits less the partition, and the rest of 44 bits is the item's."""
_BASE64: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_CODE40: Final = " ABCDEFGHIJKLMNOPQRSTUVWXYZ-.:0123456789"
"""URN Code 40: three characters in 16 bits, each but the space worth its place (Tag Data Standard, 14.5.6.6)."""


class _Bits:
    """The bits of a tag, read from the front. Raises Invalid past their end."""

    def __init__(self, text: str) -> None:
        width, alphabet = (4, "0123456789abcdef") if text.startswith("eh") else (6, _BASE64)
        self._value = 0
        for character in text[2:]:
            self._value = self._value << width | alphabet.index(character)
        self._left = width * (len(text) - 2)

    def take(self, count: int) -> int:
        """The next bits as a number."""
        if count > self._left:
            raise Invalid(said("The compressed code ends in the middle; read the tag again."))
        self._left -= count
        return self._value >> self._left & (1 << count) - 1


def read_epc(text: str) -> tuple[Gtin, str]:
    """The GTIN and the serial that a compressed link's last part names.

    Raises Invalid where it breaks its own rules, Unknown where it names something other than an item of a product.
    """
    if len(text) > LONGEST or re.fullmatch(PATTERN, text) is None:
        raise Invalid(said("%(text)s is not a compressed code.", text=shown(text)))
    bits = _Bits(text)
    read = _SCHEMES.get(bits.take(8))
    if read is None:
        raise Unknown(
            said("The compressed code %(text)s names no item of a product; only those are kept here.", text=shown(text))
        )
    gtin, serial = read(bits)
    return check_gtin(gtin), check_serial(serial)


def _sgtin_96(bits: _Bits) -> tuple[str, str]:
    return _partitioned(bits), str(bits.take(38))


def _sgtin_198(bits: _Bits) -> tuple[str, str]:
    gtin = _partitioned(bits)
    codes = [bits.take(7) for _ in range(20)]
    text = "".join(map(chr, codes)).rstrip("\0")
    return gtin, text


def _sgtin_plus(bits: _Bits) -> tuple[str, str]:
    # What a tag may say beside its identity (toggle) comes after the serial, as a host's name does; both name nothing.
    bits.take(1 + 3)
    return _gtin_and_serial(bits)


def _dsgtin_plus(bits: _Bits) -> tuple[str, str]:
    # Before the GTIN is a date: what it is a date of, year, month and day.
    bits.take(1 + 3 + 4 + 7 + 4 + 5)
    return _gtin_and_serial(bits)


def _gtin_and_serial(bits: _Bits) -> tuple[str, str]:
    gtin = "".join(_digit(bits.take(4)) for _ in range(14))
    encoding, length = bits.take(3), bits.take(5)
    read = _SERIALS.get(encoding)
    if read is None:
        raise Invalid(said("The serial in the compressed code is written in a way that no tag uses."))
    return gtin, read(bits, length)


def _partitioned(bits: _Bits) -> str:
    bits.take(3)
    partition = bits.take(3)
    if partition >= len(_PREFIX_BITS):
        raise Invalid(said("The compressed code parts its GTIN in a way that no tag does."))
    room = _PREFIX_BITS[partition]
    prefix, item = f"{bits.take(room):0{12 - partition}}", f"{bits.take(44 - room):0{partition + 1}}"
    if len(prefix) + len(item) != 13:
        raise Invalid(said("The numbers in the compressed code are too large for a GTIN."))
    digits = item[0] + prefix + item[1:]
    return digits + check_digit(digits)


def _digit(value: int) -> str:
    if value > 9:
        raise Invalid(said("The GTIN in the compressed code has a digit above nine."))
    return str(value)


def _integer(bits: _Bits, length: int) -> str:
    text = f"{bits.take((10**length - 1).bit_length()):0{length}}"
    if len(text) > length:
        raise Invalid(said("The serial in the compressed code is longer than it says."))
    return text


def _each(width: int, character: Callable[[int], str]) -> Callable[[_Bits, int], str]:
    return lambda bits, length: "".join(character(bits.take(width)) for _ in range(length))


def _code_40(bits: _Bits, length: int) -> str:
    text = ""
    for _ in range(-(-length // 3)):
        value = bits.take(16) - 1
        if not 0 <= value < 64_000:
            raise Invalid(said("The serial in the compressed code is written in a way that no tag uses."))
        text += "".join(_CODE40[value // power % 40] for power in (1600, 40, 1))
    return text[:length]


_SERIALS: Final[dict[int, Callable[[_Bits, int], str]]] = {
    0: _integer,
    1: _each(4, "0123456789ABCDEF".__getitem__),
    2: _each(4, "0123456789abcdef".__getitem__),
    3: _each(6, _BASE64.__getitem__),
    4: _each(7, chr),
    5: _code_40,
}
_SCHEMES: Final[dict[int, Callable[[_Bits], tuple[str, str]]]] = {
    0x30: _sgtin_96,
    0x36: _sgtin_198,
    0xF7: _sgtin_plus,
    0xFB: _dsgtin_plus,
    0xFC: _dsgtin_plus,
    0xFD: _sgtin_plus,
}

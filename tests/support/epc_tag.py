"""What an RFID tag holds, written bit by bit from the EPC Tag Data Standard: none of our reading is used."""

from __future__ import annotations

from typing import Final

GTIN: Final = "09521234543213"


def packed(bits: str) -> str:
    """Bits as a tag holds them, in the hexadecimal form of a compressed link."""
    bits += "0" * (-len(bits) % 16)
    return f"eh{int(bits, 2):0{len(bits) // 4}x}"


def plus(serial: str, *, head: str = "11110111" + "0" + "001", gtin: str = GTIN) -> str:
    """The bits of an SGTIN+ up to its serial's, which are given."""
    return head + "".join(f"{int(digit):04b}" for digit in gtin) + serial


def each(text: str, width: int, alphabet: str) -> str:
    return "".join(f"{alphabet.index(one):0{width}b}" for one in text)


def tagged(serial: str, gtin: str = GTIN) -> str:
    """The compressed link's last part of an SGTIN+ whose serial is written in 7-bit characters."""
    return packed(plus("100" + f"{len(serial):05b}" + each(serial, 7, "".join(map(chr, range(128)))), gtin=gtin))

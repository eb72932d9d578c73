"""Keys of tags: one master key a brand and version, from which every key of every tag is derived (NXP AN10922).

A tag's keys hang on the item it is for and not on its serial number (UID), so that the whole file for an encoder can
be made before anybody has seen the tags; which UID the tag has comes back from the encoder.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

KEY: Final = 16
"""Bytes of an AES-128 key, and of a block."""
KEYS: Final = 5
"""Application keys of an NTAG 424 DNA: 0 changes its settings, 1 opens PICC data, 2 signs; 3 and 4 open nothing."""
META_KEY: Final = 1
FILE_KEY: Final = 2
GENERATIONS: Final = 255
_SYSTEM: Final = b"TMKTAG"
_ITEM: Final = 23


class Aes(Protocol):
    """AES-128, handed in by whoever has a library for it. Keys and blocks have 16 bytes."""

    def encrypt(self, key: bytes, block: bytes) -> bytes:
        """One block (FIPS 197)."""
        ...

    def decrypt(self, key: bytes, block: bytes) -> bytes:
        """One block back."""
        ...

    def cmac(self, key: bytes, message: bytes) -> bytes:
        """CMAC (NIST SP 800-38B, RFC 4493), 16 bytes."""
        ...


@dataclass(frozen=True, slots=True, repr=False)
class TagKeys:
    """The keys of one tag, by number. Never printed."""

    all: tuple[bytes, ...]

    @property
    def meta(self) -> bytes:
        """Opens the encrypted UID and counter (SDMMetaRead)."""
        return self.all[META_KEY]

    @property
    def file(self) -> bytes:
        """From it come the keys of each message (SDMFileRead)."""
        return self.all[FILE_KEY]


def tag_keys(aes: Aes, master: bytes, item: int, generation: int) -> TagKeys:
    """The keys of an item's tag; `generation` counts the item's tags, from 1, and each has keys of its own.

    Diversification input, 31 bytes: 23 of the item's number, the system's name, the generation, the key's number.
    """
    if not 1 <= generation <= GENERATIONS:
        raise ValueError("generations of tags run from 1 to 255")
    head = item.to_bytes(32, "big")[:_ITEM] + _SYSTEM + bytes((generation,))
    return TagKeys(tuple(diversify(aes, master, head + bytes((number,))) for number in range(KEYS)))


def diversify(aes: Aes, master: bytes, data: bytes) -> bytes:
    """An AES-128 key from a master key and 1 to 31 bytes (AN10922, 2.2).

    A CMAC over 01h and the data, except that the message is always filled up to two blocks.
    """
    if not 1 <= len(data) <= 31 or len(master) != KEY:
        raise ValueError("diversification takes a master key of 16 bytes and 1 to 31 bytes of data")
    first = doubled(aes.encrypt(master, bytes(KEY)))
    message = b"\x01" + data
    if len(message) == 2 * KEY:
        last = first
    else:
        last, message = doubled(first), (message + b"\x80").ljust(2 * KEY, b"\x00")
    return aes.encrypt(master, xored(aes.encrypt(master, message[:KEY]), message[KEY:], last))


def doubled(block: bytes) -> bytes:
    """Times x in GF(2^128), as subkeys of a CMAC are made (RFC 4493, 2.3)."""
    number = int.from_bytes(block, "big") << 1
    if number >> 128:
        number = (number & ((1 << 128) - 1)) ^ 0x87
    return number.to_bytes(KEY, "big")


def xored(first: bytes, *others: bytes) -> bytes:
    """Bytes of one length, added bit by bit."""
    total = int.from_bytes(first, "big")
    for one in others:
        total ^= int.from_bytes(one, "big")
    return total.to_bytes(len(first), "big")


def blocks(data: bytes) -> Sequence[bytes]:
    """Whole blocks of 16 bytes."""
    return [data[start : start + KEY] for start in range(0, len(data), KEY)]

"""The Leakage Resilient Primitive that a tag in LRP mode uses instead of AES (NXP AN12304; AN12321 for NTAG 424 DNA).

For the side that checks: nothing here is hardened against somebody who measures the computer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ledger.domain.tag_keys import KEY, Aes, blocks, doubled, xored

_PLAINTEXTS: Final = 16
_UPDATED: Final = 4
_FIVES: Final = b"\x55" * KEY
_TENS: Final = b"\xaa" * KEY


@dataclass(frozen=True, slots=True, repr=False)
class Lrp:
    """LRP under one key: 16 secret plaintexts, and one of its updated keys."""

    aes: Aes
    plaintexts: Sequence[bytes]
    key: bytes

    def evaluate(self, nibbles: Sequence[int], *, final: bool = True) -> bytes:
        """Walk down the tree by four bits at a time (AN12304, algorithm 3)."""
        found = self.key
        for nibble in nibbles:
            found = self.aes.encrypt(found, self.plaintexts[nibble])
        return self.aes.encrypt(found, bytes(KEY)) if final else found

    def decrypt(self, counter: bytes, data: bytes) -> bytes:
        """Whole blocks, without padding (LRICBDec): each under a key of its own, counted up from `counter`."""
        found = bytearray()
        for place, block in enumerate(blocks(data)):
            found += self.aes.decrypt(self._block_key(counter, place), block)
        return bytes(found)

    def encrypt(self, counter: bytes, data: bytes) -> bytes:
        """The way back (LRICBEnc)."""
        found = bytearray()
        for place, block in enumerate(blocks(data)):
            found += self.aes.encrypt(self._block_key(counter, place), block)
        return bytes(found)

    def cmac(self, message: bytes) -> bytes:
        """CMAC with this primitive instead of the cipher (AN12304, 2.4), 16 bytes."""
        first = doubled(self.evaluate(_nibbles(bytes(KEY))))
        whole = bool(message) and len(message) % KEY == 0
        last = first if whole else doubled(first)
        padded = message if whole else (message + b"\x80").ljust(-(-(len(message) + 1) // KEY) * KEY, b"\x00")
        *before, end = blocks(padded)
        found = bytes(KEY)
        for block in before:
            found = self.evaluate(_nibbles(xored(found, block)))
        return self.evaluate(_nibbles(xored(found, end, last)))

    def _block_key(self, counter: bytes, place: int) -> bytes:
        number = (int.from_bytes(counter, "big") + place) % (1 << 8 * len(counter))
        return self.evaluate(_nibbles(number.to_bytes(len(counter), "big")))


def lrp(aes: Aes, key: bytes, updated: int = 0) -> Lrp:
    """LRP under `key`; `updated` (0 to 3) picks one of its updated keys (AN12304, algorithms 1 and 2)."""
    if not 0 <= updated < _UPDATED:
        raise ValueError("LRP has four updated keys")
    return Lrp(
        aes, _chain(aes, aes.encrypt(key, _FIVES), _PLAINTEXTS), _chain(aes, aes.encrypt(key, _TENS), updated + 1)[-1]
    )


def _chain(aes: Aes, start: bytes, count: int) -> Sequence[bytes]:
    found = []
    for _ in range(count):
        found.append(aes.encrypt(start, _TENS))
        start = aes.encrypt(start, _FIVES)
    return found


def _nibbles(data: bytes) -> Sequence[int]:
    return [half for byte in data for half in (byte >> 4, byte & 15)]

"""gzip (RFC 1952) out of runs that were compressed apart: by several processes, or before the first line is known.

Each run is DEFLATE (RFC 1951) that ends at a byte and refers to nothing before it, so that runs can stand one behind
the other in one stream; their checksums are combined, and no byte is read twice.
"""

from __future__ import annotations

import functools
import shutil
import zlib
from collections.abc import Sequence
from typing import BinaryIO, Final

Run = tuple[bytes, int, int]
"""The compressed bytes, and the CRC-32 and the length of what is in them."""

_LEVEL: Final = 1
"""Leaves and record hashes do not shrink, and level 9 takes four times as long for the rest."""
_HEADER: Final = b"\x1f\x8b\x08\0\0\0\0\0\x04\xff"
_END: Final = b"\x03\0"
_AT_ONCE: Final = 1 << 20
_POLYNOMIAL: Final = 0xEDB88320  # of ISO 3309, the lowest power last


def deflated(data: bytes) -> Run:
    """One run of these bytes."""
    maker = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    return maker.compress(data) + maker.flush(zlib.Z_SYNC_FLUSH), zlib.crc32(data), len(data)


class GzipRuns:
    """Puts runs behind each other into a file: `add` each, then `close`."""

    def __init__(self, target: BinaryIO) -> None:
        self._target = target
        self._crc = 0
        self._size = 0
        target.write(_HEADER)

    def add(self, run: Run) -> None:
        """The next run."""
        data, crc, size = run
        self._target.write(data)
        self._crc = combined(self._crc, crc, size)
        self._size += size

    def add_from(self, source: BinaryIO, crc: int, size: int) -> None:
        """Runs that were written behind each other elsewhere, with the CRC-32 and length of all that is in them."""
        shutil.copyfileobj(source, self._target, _AT_ONCE)
        self._crc, self._size = combined(self._crc, crc, size), self._size + size

    def close(self) -> None:
        """End the stream; the file itself stays open."""
        trailer = self._crc.to_bytes(4, "little") + (self._size & 0xFFFFFFFF).to_bytes(4, "little")
        self._target.write(_END + trailer)


def combined(first: int, second: int, size: int) -> int:
    """The CRC-32 of two texts behind each other, from that of each and the length of the second.

    A CRC is linear: the first one is multiplied by x to the power of the bits that follow it.
    """
    for place in range(size.bit_length()):
        if size >> place & 1:
            first = _times(_shifts(place), first)
    return first ^ second


@functools.cache
def _shifts(place: int) -> tuple[int, ...]:
    """The matrix over GF(2), a column for each bit, that puts 2 to the `place` zero bytes behind a text."""
    if place == 0:
        bit = (_POLYNOMIAL, *(1 << n for n in range(31)))
        for _ in range(3):
            bit = tuple(_times(bit, column) for column in bit)
        return bit
    half = _shifts(place - 1)
    return tuple(_times(half, column) for column in half)


def _times(matrix: Sequence[int], vector: int) -> int:
    total = 0
    for column in matrix:
        if vector & 1:
            total ^= column
        vector >>= 1
    return total

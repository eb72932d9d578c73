"""Counts of the last minute that all web processes of a machine share: a table in a file, mapped into each of them.

Each caller has a slot: a hash of their name, the second of the last count, and a ring of 61 counts, one a second. The
whole ring is asked, so that no sixty seconds ever hold more than the limit, wherever they begin. A slot is found in its
group of eight; where all are taken, the one used longest ago makes room. No name of anybody stands in the file.
"""

from __future__ import annotations

import ctypes
import fcntl
import hashlib
import mmap
import os
import struct
import threading
import time
import weakref
from pathlib import Path
from tempfile import TemporaryFile
from typing import Final

WINDOW: Final = 60
"""Seconds; every limit of ours is said by the minute."""
_RING: Final = WINDOW + 1
"""The second that has begun, and the sixty whole ones before it."""
_HEAD: Final = struct.Struct("<8sI")
_SLOT: Final = struct.Struct(f"<8sI{_RING}I")
_IN_GROUP: Final = 8
_GROUPS: Final = 2_048
_GROUP: Final = _SLOT.size * _IN_GROUP
_LIBC: Final = ctypes.PyDLL(None)
_ASKS: Final = 100


class SharedCounts:
    """The table in the file at `path`; without a path in one that nobody else finds."""

    def __init__(self, path: Path | None = None) -> None:
        self._file = _opened(path)
        weakref.finalize(self, os.close, self._file)
        os.ftruncate(self._file, _GROUP * _GROUPS)
        self._table = mmap.mmap(self._file, _GROUP * _GROUPS)
        # The file's locks are between processes alone.
        self._turn = threading.Lock()

    def spend(self, key: str, limit: int, amount: int = 1) -> tuple[bool, int, float]:
        """Count `amount`, unless that were more than `limit` in sixty seconds; whether it was counted, how many there
        are then, and since when the oldest of them is in the window. One turn at the table: others wait for it.
        """
        name = _name(key)
        with self._turn:
            _take(self._file)
            try:
                at, second, ring = self._slot(name)
                used = sum(ring)
                counted = used + amount <= limit
                if counted and amount:
                    ring[second % _RING] += amount
                    _SLOT.pack_into(self._table, at, name, second, *ring)
                    used += amount
            finally:
                _give_back(self._file)
        ages = (age for age in range(WINDOW, -1, -1) if ring[(second - age) % _RING])
        oldest = next(ages, None)
        # It is out of the ring a second after its minute is over.
        return counted, used, float(int(time.time()) if oldest is None else second - oldest + 1)

    def _slot(self, name: bytes) -> tuple[int, int, list[int]]:
        """Where a caller's slot is, the present second and their ring as of it, for whoever has the table."""
        group, now = int.from_bytes(name, "little") % _GROUPS, int(time.time())
        slots = range(group * _GROUP, (group + 1) * _GROUP, _SLOT.size)
        at = next((at for at in slots if self._table[at : at + len(name)] == name), None)
        if at is None:
            oldest = min(slots, key=lambda one: _HEAD.unpack_from(self._table, one)[1])
            return oldest, now, [0] * _RING
        _, last, *ring = _SLOT.unpack_from(self._table, at)
        # A clock that was put back makes nobody's count older.
        second = max(now, last)
        for passed in range(last + 1, min(second, last + _RING) + 1):
            ring[passed % _RING] = 0
        return at, second, ring


def _take(file: int) -> None:
    """The file's lock, without giving the interpreter away: the standard call lets other threads have it, and until
    they give it back, milliseconds later, the table would be locked for every other process.
    """
    for _ in range(_ASKS):
        if _LIBC.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB) == 0:
            return
    # Whoever has it was stopped in the middle: others here need not stand still as well.
    fcntl.flock(file, fcntl.LOCK_EX)


def _give_back(file: int) -> None:
    _LIBC.flock(file, fcntl.LOCK_UN)


def _opened(path: Path | None) -> int:
    if path is not None:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    with TemporaryFile() as nameless:
        return os.dup(nameless.fileno())


def _name(key: str) -> bytes:
    # Never all zeros, which is an empty slot: one in 2^64.
    return hashlib.blake2b(key.encode("utf-8", "replace"), digest_size=8).digest()

"""Names of rows: sortable by time, unguessable, with a prefix that says what they name."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final

from ledger.domain import crockford

_AHEAD: Final = 1_000
"""Milliseconds that names may run ahead of the clock; who makes more in so short a time gets them in any order."""

_PAIRS: Final = [first + second for first in crockford.ALPHABET for second in crockford.ALPHABET]


class Rising:
    """Moments for names: of two in one millisecond the later one is the later name, too. Threads may ask at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = 0

    def at(self, now: float) -> float:
        """`now` (seconds since 1970), or the first millisecond after the last moment that was given."""
        with self._lock:
            here = int(now * 1000)
            if here <= self._last < here + _AHEAD:
                here = self._last + 1
            self._last = here
            # The middle of the millisecond: a float must not fall into the one before.
            return (here + 0.5) / 1000


def new_id(prefix: str, now: float, randbytes: Callable[[int], bytes]) -> str:
    """`prefix_` and 26 Crockford characters: 48 bits of milliseconds, then 80 random bits (the shape of a ULID)."""
    value = (int(now * 1000) << 80) | int.from_bytes(randbytes(10), "big")
    digits = "".join([_PAIRS[(value >> shift) & 1023] for shift in range(120, -1, -10)])
    return f"{prefix}_{digits}"

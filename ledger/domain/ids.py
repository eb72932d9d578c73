"""Names of rows: sortable by time, unguessable, with a prefix that says what they name."""

from __future__ import annotations

from collections.abc import Callable

from ledger.domain import crockford


def new_id(prefix: str, now: float, randbytes: Callable[[int], bytes]) -> str:
    """`prefix_` and 26 Crockford characters: 48 bits of milliseconds, then 80 random bits (the shape of a ULID)."""
    value = (int(now * 1000) << 80) | int.from_bytes(randbytes(10), "big")
    digits = "".join(crockford.ALPHABET[(value >> shift) & 31] for shift in range(125, -1, -5))
    return f"{prefix}_{digits}"

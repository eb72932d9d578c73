"""Bitstring Status List 1.0: many credentials' states in one list, so that looking one up tells nobody which.

Lists come in pairs: an odd number tells who is revoked, the even one after it who is suspended. A credential has
the same place in both.
"""

from __future__ import annotations

import base64
import gzip
from collections.abc import Callable, Iterable
from typing import Any, Final

SIZE: Final = 131_072
"""Places in a list: 16 KiB, the least that the standard allows (3.2), so that one is lost among many."""
FULL: Final = SIZE // 2
"""Places that are given out. In an emptier list a free one is found at random in a few tries."""
REVOCATION: Final = "revocation"
SUSPENSION: Final = "suspension"


def list_number(pair: int, purpose: str) -> int:
    """The number of a pair's list; pairs are counted from 1."""
    return 2 * pair - (purpose == REVOCATION)


def pair_of(number: int) -> tuple[int, str]:
    """The pair that a list belongs to, and what it tells."""
    return (number + 1) // 2, REVOCATION if number % 2 else SUSPENSION


def free_position(random: Callable[[int], bytes], taken: Callable[[int], bool]) -> int:
    """A place that nobody can guess and nobody has. Raises RuntimeError where chance fails beyond belief."""
    for _ in range(200):
        position = int.from_bytes(random(4), "big") % SIZE
        if not taken(position):
            return position
    raise RuntimeError("no free place was found in a list that is half empty")


def encoded_list(positions: Iterable[int]) -> str:
    """The list with these places set: gzip, base64url without padding, `u` before it (3.2); place 0 is leftmost."""
    bits = bytearray(SIZE // 8)
    for position in positions:
        bits[position // 8] |= 0x80 >> position % 8
    packed = gzip.compress(bytes(bits), mtime=0)
    return "u" + base64.urlsafe_b64encode(packed).rstrip(b"=").decode()


def list_subject(url: str, purpose: str, positions: Iterable[int]) -> dict[str, Any]:
    """What a list's own credential is about."""
    return {
        "id": f"{url}#list",
        "type": "BitstringStatusList",
        "statusPurpose": purpose,
        "encodedList": encoded_list(positions),
    }


def list_url(public_url: str, slug: str, number: int) -> str:
    """Where a list is."""
    return f"{public_url}/status/{slug}/{number}"


def entry(public_url: str, slug: str, pair: int, position: int, purpose: str) -> dict[str, str]:
    """The member of `credentialStatus` that leads to a credential's place."""
    url = list_url(public_url, slug, list_number(pair, purpose))
    return {
        "id": f"{url}#{position}",
        "type": "BitstringStatusListEntry",
        "statusPurpose": purpose,
        "statusListIndex": str(position),
        "statusListCredential": url,
    }

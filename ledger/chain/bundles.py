"""The contract's two nested encodings, written out: eth-abi takes longer for one bundle than the node to run it.

Both are what `abi.encode` gives (ABI specification, "Formal specification of the encoding"), as the contract asks.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from ledger.domain.openings import Opening

Call = tuple[int, bytes, bytes, Sequence[bytes]]
"""Kind, data, opening, signatures."""


def opening_bytes(opening: Opening) -> bytes:
    """`abi.encode(Opening)`."""
    o = opening
    words = (
        _word(32),
        *(_word(o.batch), o.root, _word(o.count), o.manifest_hash, _address(o.signer), _word(o.time)),
        *(o.path_hash, o.record_hash, _address(o.claim_address), _word(10 * 32), _word(len(o.proof))),
    )
    return b"".join((*words, *o.proof))


def bundle_bytes(calls: Sequence[Call]) -> bytes:
    """The arguments of `bundle((uint8,bytes,bytes,bytes[])[])`."""
    return _word(32) + _list([_call(*call) for call in calls])


def _call(kind: int, data: bytes, opening: bytes, signatures: Sequence[bytes]) -> bytes:
    first, second = _bytes(data), _bytes(opening)
    third = _list([_bytes(one) for one in signatures])
    return b"".join((_head(kind, len(first), len(second)), first, second, third))


@lru_cache(maxsize=1_024)
def _head(kind: int, first: int, second: int) -> bytes:
    """A call's number, and where its three parts begin: the same for most."""
    at = 4 * 32
    return _word(kind) + _word(at) + _word(at + first) + _word(at + first + second)


def _list(parts: Sequence[bytes]) -> bytes:
    """A dynamic array of dynamic parts: how many, where each begins, and the parts."""
    at = 32 * len(parts)
    heads = []
    for part in parts:
        heads.append(_word(at))
        at += len(part)
    return b"".join((_word(len(parts)), *heads, *parts))


def _bytes(value: bytes) -> bytes:
    return _word(len(value)) + value + bytes(-len(value) % 32)


def _address(value: str) -> bytes:
    return bytes(12) + bytes.fromhex(value[2:])


def _word(value: int) -> bytes:
    return value.to_bytes(32, "big")

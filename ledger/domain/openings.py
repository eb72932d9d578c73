"""The proof that an item is listed in a batch, as its first statement carries it to the contract."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Opening:
    """What `abi.encode(Opening)` is made of: see contracts/README.md."""

    batch: int
    root: bytes
    count: int
    manifest_hash: bytes
    signer: str
    time: int
    path_hash: bytes
    record_hash: bytes
    claim_address: str
    proof: list[bytes]

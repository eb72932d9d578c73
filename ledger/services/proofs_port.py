"""What making proofs asks of a node and of the database; `chain` and `storage` answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from ledger.domain.statements import Keccak


@dataclass(frozen=True, slots=True)
class RawHeader:
    """A block's header in RLP (Yellow Paper, 4.4), its hash and height."""

    number: int
    hash: bytes
    raw: bytes


@dataclass(frozen=True, slots=True)
class ShownSlots:
    """What slots held as of a block, and every node of the state's trees that shows it (EIP-1186)."""

    values: Mapping[int, int]
    nodes: Sequence[bytes]


@dataclass(frozen=True, slots=True)
class CarriedCall:
    """A statement as a transaction carried it to the contract: kind, ABI words, signatures."""

    kind: int
    data: bytes
    signatures: Sequence[bytes]


class Signers(Protocol):
    """Whose signature it is."""

    def signer_of(self, digest: bytes, signature: bytes) -> str | None:
        """The address, None where only the chain can tell. Raises BadSignature."""
        ...


class Arithmetic(Protocol):
    """What checking takes, and nothing of a ledger's: hashes and curves."""

    @property
    def keccak(self) -> Keccak: ...
    @property
    def signing(self) -> Signers: ...


class Prover(Protocol):
    """A node that can show state. Everything raises Unavailable where it does not answer as it should."""

    def header(self, number: int) -> RawHeader:
        """The header of a block, whose bytes hash to its hash."""
        ...

    def slots(self, numbers: Sequence[int], block: RawHeader) -> ShownSlots:
        """The contract's slots as of a block."""
        ...

    def calls(self, transactions: Sequence[bytes]) -> dict[bytes, list[CarriedCall]]:
        """The statements in transactions sent to the contract itself; none for others."""
        ...


class ProvenBlocks(Protocol):
    """Reads and writes of the blocks that passports were made at: what a checkpoint lists."""

    def note(self, number: int, hash: bytes, now: int) -> None:
        """Keep a block; the same one again changes nothing."""
        ...

    def page(self, after: int, limit: int) -> list[tuple[int, bytes]]:
        """Blocks above a height, lowest first, as (number, hash)."""
        ...

    def newest(self) -> tuple[int, bytes] | None:
        """The highest of them."""
        ...

"""A list of blocks that the ledger's operator signed, as a witness: it stands in for a node when there is none."""

from __future__ import annotations

from ledger.domain.statements import Keccak
from ledger.proof.coherent import SignerOf
from ledger.proof.trust import Checkpoint, TrustedLedger, vouched


class CheckpointWitness:
    """A signed list of blocks; it knows the past alone."""

    def __init__(self, checkpoint: Checkpoint, ledger: TrustedLedger, keccak: Keccak, signer_of: SignerOf) -> None:
        """Raises Contradicts where it is not this ledger's, or somebody else signed it."""
        self.name = "The checkpoint"
        self._hashes = vouched(checkpoint, ledger, keccak, signer_of)

    def hash_at(self, number: int) -> str | None:
        """The hash that the list has for that height."""
        return self._hashes.get(number)

    def head_now(self, slot: int) -> int | None:
        """Not known to a list."""
        del slot
        return None

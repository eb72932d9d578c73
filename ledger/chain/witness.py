"""A node of the reader's choice, which can say whether a block is the chain's."""

from __future__ import annotations

from ledger.chain.rpc import Rpc, RpcRefused, hex_bytes
from ledger.domain.errors import Unavailable
from ledger.proof.report import CannotTell
from ledger.proof.trust import TrustedLedger


class NodeWitness:
    """A node, asked about one trusted ledger. Believed in everything: that is the reader's choice of node."""

    def __init__(self, rpc: Rpc, ledger: TrustedLedger) -> None:
        """Raises CannotTell where the node is away or on another chain."""
        self.name = f"The node at {rpc.name}"
        self._rpc, self._contract = rpc, ledger.contract
        try:
            rpc.expect_chain(ledger.chainId)
        except (Unavailable, RpcRefused) as away:
            raise CannotTell(away.detail) from None

    def hash_at(self, number: int) -> str | None:
        """The hash of its block of that height, None where it has none."""
        try:
            block = self._rpc.call("eth_getBlockByNumber", hex(number), False)
            if block is None:
                return None
            if not isinstance(block, dict):
                raise Unavailable(f"{self.name} did not give a block where it should have.")
            return "0x" + hex_bytes(block.get("hash"), "a block's hash", 32).hex()
        except (Unavailable, RpcRefused) as away:
            raise CannotTell(away.detail) from None

    def head_now(self, slot: int) -> int | None:
        """What the slot holds in its newest block."""
        try:
            found = self._rpc.call("eth_getStorageAt", self._contract, f"0x{slot:064x}", "latest")
            return int.from_bytes(hex_bytes(found, "what a slot holds", 32), "big")
        except (Unavailable, RpcRefused) as away:
            raise CannotTell(away.detail) from None

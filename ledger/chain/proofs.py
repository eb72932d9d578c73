"""State proofs (EIP-1186), headers and call data of one contract, checked as far as a node can be checked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import rlp
from eth_abi.abi import decode
from eth_abi.exceptions import DecodingError
from eth_utils.abi import function_signature_to_4byte_selector

from ledger.chain.client import ChainClient
from ledger.chain.rpc import RpcRefused, hex_bytes, quantity
from ledger.chain.sending import keccak
from ledger.domain.errors import Unavailable
from ledger.services.proofs_port import CarriedCall, RawHeader, ShownSlots

_CALL: Final = "(uint8,bytes,bytes,bytes[])"
_FUNCTIONS: Final = {
    bytes(function_signature_to_4byte_selector(f"{name}({kind})")): kind
    for name, kind in (("submit", _CALL), ("bundle", _CALL + "[]"))
}
_MEMBERS: Final = (
    ("parentHash", 32),
    ("sha3Uncles", 32),
    ("miner", 20),
    ("stateRoot", 32),
    ("transactionsRoot", 32),
    ("receiptsRoot", 32),
    ("logsBloom", 256),
    ("difficulty", None),
    ("number", None),
    ("gasLimit", None),
    ("gasUsed", None),
    ("timestamp", None),
    ("extraData", 0),
    ("mixHash", 32),
    ("nonce", 8),
    ("baseFeePerGas", None),
    ("withdrawalsRoot", 32),
    ("blobGasUsed", None),
    ("excessBlobGas", None),
    ("parentBeaconBlockRoot", 32),
    ("requestsHash", 32),
)
"""A header's members in order, with their size; None for a number, 0 for any. The later ones came with later forks."""
_ALWAYS: Final = 15
_MOST_SLOTS: Final = 200
_MOST_TRANSACTIONS: Final = 50


class NodeProver:
    """Shows the state of one contract on one node."""

    def __init__(self, client: ChainClient) -> None:
        self._client = client

    def header(self, number: int) -> RawHeader:
        """The header of a block, whose bytes hash to its hash."""
        raw = self._client.rpc.call("eth_getBlockByNumber", hex(number), False)
        if not isinstance(raw, dict):
            raise Unavailable(f"The node does not have block {number}.")
        members = [
            quantity(raw.get(name), name) if size is None else hex_bytes(raw.get(name), name, size or None)
            for place, (name, size) in enumerate(_MEMBERS)
            if place < _ALWAYS or raw.get(name) is not None
        ]
        encoded, hash = rlp.encode(members), hex_bytes(raw.get("hash"), "a block's hash", 32)
        if keccak(encoded) != hash:
            raise Unavailable("The node's header does not hash to its block's hash: its chain has another form.")
        return RawHeader(number, hash, encoded)

    def slots(self, numbers: Sequence[int], block: RawHeader) -> ShownSlots:
        """The contract's slots as of a block."""
        values: dict[int, int] = {}
        nodes: set[bytes] = set()
        for start in range(0, len(numbers), _MOST_SLOTS):
            wanted = list(numbers[start : start + _MOST_SLOTS])
            answer = self._proof(wanted, block)
            nodes.update(_nodes(answer.get("accountProof")))
            shown = answer.get("storageProof")
            if not isinstance(shown, list) or len(shown) != len(wanted):
                raise Unavailable("The node did not show the slots that were asked for.")
            for number, one in zip(wanted, shown, strict=True):
                if not isinstance(one, dict) or quantity(one.get("key"), "a slot's number") != number:
                    raise Unavailable("The node showed another slot than was asked for.")
                values[number] = quantity(one.get("value"), "a slot's value")
                nodes.update(_nodes(one.get("proof")))
        return ShownSlots(values, sorted(nodes))

    def calls(self, transactions: Sequence[bytes]) -> dict[bytes, list[CarriedCall]]:
        """The statements in transactions sent to the contract itself; none for others."""
        found: dict[bytes, list[CarriedCall]] = {}
        for start in range(0, len(transactions), _MOST_TRANSACTIONS):
            hashes = transactions[start : start + _MOST_TRANSACTIONS]
            answers = self._client.rpc.batch([("eth_getTransactionByHash", ["0x" + one.hex()]) for one in hashes])
            found |= {hash: self._carried(answer) for hash, answer in zip(hashes, answers, strict=True)}
        return found

    def _proof(self, numbers: Sequence[int], block: RawHeader) -> dict[str, Any]:
        # Padded to 32 bytes: Anvil refuses what web3 libraries write as 0x0.
        keys = [f"0x{number:064x}" for number in numbers]
        try:
            answer = self._client.rpc.call("eth_getProof", self._client.address, keys, hex(block.number))
        except RpcRefused as refused:
            raise Unavailable(
                f"The node no longer has the state of block {block.number} ({refused.message}). Try again in a moment."
            ) from refused
        if not isinstance(answer, dict):
            raise Unavailable("The node did not give a proof where it should have.")
        return answer

    def _carried(self, answer: Any) -> list[CarriedCall]:
        if isinstance(answer, RpcRefused) or not isinstance(answer, dict):
            return []
        if str(answer.get("to")).lower() != self._client.address:
            return []
        data = hex_bytes(answer.get("input"), "a transaction's data")
        kind = _FUNCTIONS.get(data[:4])
        if kind is None:
            return []
        try:
            (given,) = decode([kind], data[4:])
        except (DecodingError, OverflowError, ValueError):
            return []
        return [CarriedCall(k, d, signatures) for k, d, _, signatures in (given if kind.endswith("[]") else [given])]


def _nodes(raw: Any) -> list[bytes]:
    if not isinstance(raw, list):
        raise Unavailable("The node did not give the nodes of a proof where it should have.")
    return [hex_bytes(one, "a node of a proof") for one in raw]

"""Asks a node of the reader's choice which hashes were dated in a block."""

from __future__ import annotations

from typing import Any, Final

from ledger.chain.rpc import Rpc, hex_bytes
from ledger.chain.signing import keccak
from ledger.domain.errors import Unavailable

_ANCHORED: Final = "0x" + keccak(b"Anchored(bytes32,uint24,bytes32,uint256,address)").hex()
"""The topic of the contract's event: statement and party are indexed, hash, nonce and signer are its data."""
_MOST: Final = 10_000
"""Events of one block that are read."""


def anchors_at(node: Rpc, document: Any, number: int) -> tuple[bytes, int, list[tuple[bytes, bytes]]] | None:
    """A block's hash and time, and (statement, hash) of each event of the certificate's contract that has both.

    None where the node has no block of that height. Raises Unavailable where it does not answer as it should.
    """
    node.expect_chain(int(document["ledger"]["chainId"]))
    block = node.call("eth_getBlockByNumber", hex(number), False)
    if block is None:
        return None
    hash = hex_bytes(block["hash"], "a block's hash", 32)
    asked = {"blockHash": block["hash"], "address": document["ledger"]["contract"]}
    logs = node.call("eth_getLogs", asked)
    if not isinstance(logs, list) or len(logs) > _MOST:
        raise Unavailable(f"{node.name} did not give a block's events where it should have.")
    found = []
    for log in logs:
        data, topics = hex_bytes(log["data"], "an event's data"), log["topics"]
        if len(topics) == 3 and len(data) == 96 and topics[0] == _ANCHORED:
            found.append((hex_bytes(topics[1], "an event's topic", 32), data[:32]))
    return hash, int(block["timestamp"], 16), found

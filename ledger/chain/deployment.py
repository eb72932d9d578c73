"""Put the contracts on a chain, once. The addresses follow from the sender and its first two nonces, so an
attempt that was cut short is found again and finished, never made twice."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import rlp
from eth_abi.abi import encode

from ledger.chain.node import Node, artifact
from ledger.chain.signing import address_of, keccak
from ledger.domain.errors import Conflict, Unavailable

_PATIENCE = 600


@dataclass(frozen=True, slots=True)
class Deployment:
    """Where the contracts are, and from which block on there is something to read."""

    contract: str
    verifier: str
    block: int
    code_hash: bytes


def contract_address(sender: str, nonce: int) -> str:
    """The address of the contract that a sender's transaction with this nonce creates (Yellow Paper, 7)."""
    number = nonce.to_bytes((nonce.bit_length() + 7) // 8, "big")
    return "0x" + keccak(rlp.encode([bytes.fromhex(sender[2:]), number]))[12:].hex()


def deploy(node: Node, key: bytes, council: tuple[str, str], settle: Callable[[], object]) -> Deployment:
    """Deploy the passkey verifier and the ledger, owned by `key`'s address, with the council's first two keys.

    `settle` is called after each sending: it mines on a local chain and waits on any other. Raises
    Unavailable when the chain does not take them in ten minutes.
    """
    owner = address_of(key)
    verifier, contract = contract_address(owner, 0), contract_address(owner, 1)
    arguments = encode(["address"] * 4, [owner, *council, verifier])
    creations = [
        bytes.fromhex(artifact("WebAuthnVerifier")["bytecode"].removeprefix("0x")),
        bytes.fromhex(artifact("Touchmark")["bytecode"].removeprefix("0x")) + arguments,
    ]
    start = node.tip().number
    for nonce, (address, data) in enumerate(zip((verifier, contract), creations, strict=True)):
        _create(node, key, nonce, address, data, settle)
    code_hash = node.client.code_hash(contract)
    if code_hash is None:
        raise Unavailable("The contract was deployed, but the node holds no code at its address.")
    first = start + 1 if start < node.tip().number else 0
    return Deployment(contract, verifier, first, code_hash)


def _create(node: Node, key: bytes, nonce: int, address: str, data: bytes, settle: Callable[[], object]) -> None:
    if node.client.code_hash(address) is not None:
        return
    mined = node.nonce(address_of(key), None)
    if mined > nonce:
        raise Conflict("The deploying key was used for something else; deploy with a fresh one.")
    gas = int(node.rpc.call("eth_estimateGas", {"from": address_of(key), "data": "0x" + data.hex()}), 16)
    _, raw = node.sign_transaction(key, nonce=nonce, data=data, gas=gas + gas // 10, fee=node.fee(), to="")
    deadline = time.monotonic() + _PATIENCE
    while node.client.code_hash(address) is None:
        if time.monotonic() > deadline:
            raise Unavailable("The chain has not taken the contracts in ten minutes. Is the deploying key funded?")
        node.send([raw])
        settle()

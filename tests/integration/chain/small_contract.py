"""A funded sender, and a contract small enough to be written by hand."""

from __future__ import annotations

import secrets
from typing import Any

from eth_account import Account
from eth_utils.address import to_checksum_address

from ledger.chain import saves
from ledger.chain.client import ChainClient
from ledger.chain.rpc import Rpc
from ledger.chain.sending import keccak, send_raw, transaction_hash

STORED = [
    {
        "type": "event",
        "name": "Stored",
        "inputs": [{"name": "value", "type": "uint256", "indexed": False}],
        "anonymous": False,
    }
]


def _store_code() -> bytes:
    """Stores the call's first word at the slot of that number and logs it as Stored(uint256)."""
    topic = keccak(b"Stored(uint256)")
    runtime = bytes.fromhex("5f35 80 55 6020 5f 5f 37 7f") + topic + bytes.fromhex("6020 5f a1 00")
    loader = bytes([0x60, len(runtime), 0x60, 11, 0x5F, 0x39, 0x60, len(runtime), 0x5F, 0xF3, 0xFE])
    return loader + runtime


STORE_CODE = _store_code()


class Sender:
    """An account with money that signs, sends and mines."""

    def __init__(self, rpc: Rpc, chain_id: int) -> None:
        self.rpc = rpc
        self.chain_id = chain_id
        self.account = Account.from_key(secrets.token_bytes(32))
        self.nonce = 0
        saves.fund(rpc, self.account.address)

    def sign(self, to: str | None, data: bytes, **changes: Any) -> bytes:
        """A signed transaction with the next nonce."""
        fields = {
            "type": 2,
            "chainId": self.chain_id,
            "nonce": self.nonce,
            "gas": 100_000,
            "maxFeePerGas": 10**10,
            "maxPriorityFeePerGas": 1,
            "value": 0,
            "data": data,
        }
        if to is not None:
            fields["to"] = to_checksum_address(to)
        self.nonce += 1
        signed = self.account.sign_transaction({k: v for k, v in (fields | changes).items() if v is not None})
        return bytes(signed.raw_transaction)

    def legacy(self, to: str, data: bytes, chain_id: int) -> bytes:
        """As `sign`, of the old type (EIP-155)."""
        none = {"type": None, "maxFeePerGas": None, "maxPriorityFeePerGas": None}
        return self.sign(to, data, **none, gasPrice=10**10, chainId=chain_id)

    def deploy(self, code: bytes) -> str:
        """Deploys and mines; the contract's address."""
        raw = self.sign(None, code, gas=16_000_000)
        send_raw(self.rpc, [raw], chain_id=self.chain_id)
        saves.mine(self.rpc)
        receipt = ChainClient(self.rpc, "0x" + "00" * 20, []).transaction_receipt(transaction_hash(raw))
        assert receipt is not None
        assert receipt.succeeded
        assert receipt.created is not None
        return receipt.created

    def store(self, contract: str, *values: int) -> list[bytes]:
        """Signed calls of the small contract, one for each value."""
        return [self.sign(contract, value.to_bytes(32)) for value in values]

    def mined(self, *raws: bytes) -> None:
        """Sends and mines."""
        send_raw(self.rpc, raws, chain_id=self.chain_id)
        saves.mine(self.rpc)

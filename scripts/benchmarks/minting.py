"""The usual way beside ours: a token for each item, minted on the same node by OpenZeppelin's ERC-721."""

from __future__ import annotations

import secrets
import subprocess
from collections.abc import Iterator, Sequence
from typing import Final

from eth_abi.abi import encode

from ledger.chain.addresses import address_of, keccak
from ledger.chain.sending import send_raw
from scripts.benchmarks.figures import ROOT, Plan, seconds
from scripts.benchmarks.house import House, house

_BLOCK: Final = 400
"""Tokens in one call, as the well-known programmes mint them: some ten million gas."""
_BURST: Final = 500
_MINT: Final = keccak(b"mint(uint256,uint256)")[:4]
_FEE: Final = (2_000_000_000, 1_000_000_000)


def minted(plan: Plan) -> Iterator[tuple[str, int, float, float]]:
    """Name, items minted, seconds an item and gas an item, of one mint an item and of mints in blocks.

    A few thousand, from an empty contract: a node of this kind grows slower with every token, so that what is told
    of one item is too little for two hundred thousand. Transactions are signed before the clock starts.
    """
    with house(plan.folder / "minting") as opened:
        rival = _Rival(opened)
        for name, each, count in (
            ("one ERC-721 mint an item", 1, plan.size(300, 2_000)),
            (f"ERC-721 mints in blocks of {_BLOCK}", _BLOCK, plan.size(2 * _BLOCK, 10 * _BLOCK)),
        ):
            raws = rival.signed(each, count // each)
            took, hashes = seconds(lambda raws=raws: rival.send(raws))  # type: ignore[misc]
            yield name, count, took / count, rival.gas(hashes) / count


class _Rival:
    """The contract, deployed, and whoever mints."""

    def __init__(self, opened: House) -> None:
        self._node, self._miner = opened.side.node, opened.side.miner
        assert self._miner is not None
        self._key, self._nonce, self._first = secrets.token_bytes(32), 0, 1
        self._miner.fund(address_of(self._key))
        line = ["node", str(ROOT / "scripts" / "benchmarks" / "erc721" / "compile.mjs")]
        code = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=True).stdout
        (deployed,) = self.send([self._sign(bytes.fromhex(code), 5_000_000, to="")])
        self._address = str(self._receipts([deployed])[0]["contractAddress"])

    def signed(self, each: int, count: int) -> list[bytes]:
        """That many calls of `each` new tokens."""
        calls = []
        for _ in range(count):
            data = _MINT + encode(["uint256", "uint256"], [self._first, each])
            calls.append(self._sign(data, 100_000 + 30_000 * each, to=self._address))
            self._first += each
        return calls

    def send(self, raws: Sequence[bytes]) -> list[bytes]:
        """Sent as fast as the node takes them, and mined; their hashes."""
        assert self._miner is not None
        for start in range(0, len(raws), _BURST):
            send_raw(self._node.rpc, raws[start : start + _BURST], chain_id=self._node.chain_id)
            self._miner.mine()
        return [keccak(raw) for raw in raws]

    def gas(self, hashes: Sequence[bytes]) -> int:
        """What they used together. Raises RuntimeError where one failed."""
        receipts = self._receipts(hashes)
        if any(int(one["status"], 16) != 1 for one in receipts):
            raise RuntimeError("A mint failed.")
        return sum(int(one["gasUsed"], 16) for one in receipts)

    def _receipts(self, hashes: Sequence[bytes]) -> list[dict[str, str]]:
        return self._node.rpc.batch([("eth_getTransactionReceipt", ["0x" + one.hex()]) for one in hashes])

    def _sign(self, data: bytes, gas: int, to: str) -> bytes:
        _, raw = self._node.sign_transaction(self._key, nonce=self._nonce, data=data, gas=gas, fee=_FEE, to=to)
        self._nonce += 1
        return raw

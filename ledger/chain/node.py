"""A node and the ledger's contract on it, in the words of the use cases (services.ports.Chain)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import rlp

from ledger.chain.bundles import bundle_bytes, opening_bytes
from ledger.chain.calls import ContractCodec
from ledger.chain.client import ChainClient, Header
from ledger.chain.logs import DecodedEvent
from ledger.chain.rpc import Rpc
from ledger.chain.saves import fund, mine, save
from ledger.chain.sending import Place, hand_over, send_raw, transaction_hash
from ledger.chain.signing import keccak, sign
from ledger.domain.chain_view import Block, ChainEvent
from ledger.domain.errors import Unavailable
from ledger.domain.openings import Opening

_ARTIFACTS = Path(__file__).with_name("artifacts")


def artifact(name: str) -> dict[str, Any]:
    """A compiled contract: its `abi` and `bytecode`."""
    return dict(json.loads((_ARTIFACTS / f"{name}.json").read_text()))


class Node:
    """The contract at `contract` on the chain behind `rpc`."""

    def __init__(self, rpc: Rpc, chain_id: int, contract: str, final_depth: int | None = None) -> None:
        self.rpc = rpc
        self.chain_id = chain_id
        self.client = ChainClient(rpc, contract, artifact("Touchmark")["abi"])
        self._final_depth = final_depth
        self._bundle = self.client.encode_call("bundle", [])[:4]

    def check(self) -> None:
        """Raises WrongChain or Unavailable where this is not our node."""
        self.rpc.expect_chain(self.chain_id)

    def tip(self) -> Block:
        """The node's newest block."""
        return _block(self.client.head())

    def block(self, number: int) -> Block | None:
        """The block of that height, None where the node has none."""
        header = self.client.block(number)
        return None if header is None else _block(header)

    def events_of(self, block: Block) -> list[ChainEvent]:
        """The contract's events in one block, fetched by its hash."""
        return [_event(event, block.time) for event in self.client.logs_of(block.hash)]

    def history(self, first: int, last: int) -> Iterator[tuple[list[Block], list[ChainEvent]]]:
        """Blocks with events, and the last one of each range, from `first` to `last`: final blocks only."""
        for until, events in self.client.ranges(first, last):
            headers = self.client.blocks(sorted({event.block_number for event in events} | {until}))
            blocks = {header.number: _block(header) for header in headers if header is not None}
            if any(event.block_number not in blocks for event in events):
                raise Unavailable("The node told of events in blocks that it does not have.")
            yield list(blocks.values()), [_event(event, blocks[event.block_number].time) for event in events]

    def final_height(self) -> int | None:
        """The height of the last block that cannot be lost, where the node or a configured depth tells."""
        if self._final_depth is not None:
            return self.client.head().number - self._final_depth
        return self.client.finalized_height()

    def nonce(self, address: str, at: Block | None) -> int:
        """How many transactions of the address are mined, as of a block, by its hash (None: the node's newest)."""
        return self.client.nonce(address, block="latest" if at is None else at.hash)

    def fee(self) -> tuple[int, int]:
        """The most to offer for a unit of gas, and the tip, in wei."""
        fees = self.client.fees()
        return fees.max_fee, fees.priority_fee

    def sign_transaction(
        self, key: bytes, *, nonce: int, data: bytes, gas: int, fee: tuple[int, int], to: str | None = None
    ) -> tuple[bytes, bytes]:
        """A signed EIP-1559 transaction: its hash and its bytes. `to` is the contract; empty text creates one.

        Made as that EIP says: eth-account takes longer for the bytes of a bundle than for signing them.
        """
        fields = [
            self.chain_id,
            nonce,
            fee[1],
            fee[0],
            gas,
            bytes.fromhex((to if to is not None else self.client.address)[2:]),
            0,
            data,
            [],
        ]
        signature = sign(key, keccak(b"\x02" + rlp.encode(fields)))
        r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:64], "big")
        raw = b"\x02" + rlp.encode([*fields, signature[64] - 27, r, s])
        return transaction_hash(raw), raw

    def reprice(self, key: bytes, raw: bytes, fee: tuple[int, int]) -> tuple[bytes, bytes]:
        """The same EIP-1559 transaction under the same nonce, for another fee.

        Nodes take a replacement only where both prices, the tip too, rise by a tenth.
        """
        _, nonce, tip, _, gas, to, _, data, *_ = rlp.decode(raw[1:])
        fee = fee[0], min(fee[0], max(fee[1], int.from_bytes(tip, "big") * 9 // 8 + 1))
        return self.sign_transaction(
            key,
            nonce=int.from_bytes(nonce, "big"),
            data=data,
            gas=int.from_bytes(gas, "big"),
            fee=fee,
            to="0x" + to.hex(),
        )

    def send(self, raws: Sequence[bytes], *, ask: bool = True) -> list[bool]:
        """Broadcast; for each whether the node holds it now, waiting or mined.

        Whoever learns from blocks what became of it need not `ask`, and hears nothing.
        """
        if not ask:
            hand_over(self.rpc, raws, chain_id=self.chain_id)
            return []
        answers = send_raw(self.rpc, raws, chain_id=self.chain_id)
        return [answer.place is not Place.ABSENT for answer in answers]

    def outcome(self, transaction: bytes) -> bool | None:
        """Whether a transaction succeeded; None while it is in no block."""
        receipt = self.client.transaction_receipt(transaction)
        return None if receipt is None else receipt.succeeded

    def bundle_data(self, calls: Sequence[tuple[int, bytes, bytes, Sequence[bytes]]]) -> bytes:
        """Call data of `bundle`: each call is kind, data, opening, signatures."""
        return self._bundle + bundle_bytes(calls)

    def call_data(self, function: str, args: Sequence[Any]) -> bytes:
        """Call data of any function."""
        return self.client.encode_call(function, *args)


def explainer() -> Callable[[bytes], tuple[str, str]]:
    """A function that names the error in a Refused event's reason, and puts it in words."""
    codec = ContractCodec(artifact("Touchmark")["abi"])

    def explain(reason: bytes) -> tuple[str, str]:
        error = codec.error(reason)
        return ("Unknown", "the contract gave no reason known here") if error is None else (error.name, str(error))

    return explain


def encode_opening(opening: Opening) -> bytes:
    """`abi.encode(Opening)`."""
    return opening_bytes(opening)


class LocalMiner:
    """What a local node needs of us: to be told to mine, and to be saved."""

    def __init__(self, rpc: Rpc, folder: Path) -> None:
        self._rpc = rpc
        self._folder = folder

    def mine(self) -> int:
        """Mine until nothing waits; how many blocks that took."""
        return mine(self._rpc)

    def save(self, dumped: Callable[[], None] = lambda: None) -> int:
        """Save the chain to disk; the height up to which nothing can be lost any more.

        `dumped` is called when it may be mined again, while what the node told is being written.
        """
        return save(self._rpc, self._folder, dumped).block_number

    def fund(self, address: str) -> None:
        """Give a sender what it needs to pay for blocks that cost nothing here."""
        fund(self._rpc, address)


def _block(header: Header) -> Block:
    return Block(header.number, header.hash, header.parent, header.time)


def _event(event: DecodedEvent, time: int) -> ChainEvent:
    return ChainEvent(event.block_number, time, event.log_index, event.transaction_hash, event.name, event.args)

"""One contract on one node: every read at a named block, every answer checked for its shape.

Values as in ledger.chain.logs; hashes are `bytes` of 32. A `block` is a height, a block's hash
(EIP-1898), or one of the node's words: "latest", "finalized", "earliest". Everything here raises
Unavailable where the node does not answer, or answers what cannot be, and RpcRefused where it refuses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from ledger.chain.calls import ContractCodec, ContractError, ContractRefused
from ledger.chain.logs import DecodedEvent, EventDecoder
from ledger.chain.rpc import AnswerTooLarge, Rpc, RpcRefused, hex_bytes, quantity
from ledger.chain.sending import keccak
from ledger.domain.errors import Unavailable

BlockName = int | bytes | str
MAX_RANGE: Final = 2_000
"""Blocks asked for at once; many nodes refuse more."""
FIRST_RANGE: Final = 64
EVENTS_AT_ONCE: Final = 5_000
"""About how many events are held in memory, some megabytes."""
REVERTED: Final = 3
"""The error code of a reverted call in Anvil, geth and Besu; its `data` holds the reason."""


@dataclass(frozen=True, slots=True)
class Header:
    """A block's header, as far as it is needed here. `time` in seconds since 1970; `base_fee` in wei."""

    number: int
    hash: bytes
    parent: bytes
    time: int
    state_root: bytes
    gas_limit: int
    base_fee: int | None


@dataclass(frozen=True, slots=True)
class Fees:
    """What a transaction should offer, in wei a unit of gas (EIP-1559).

    `max_fee` covers twice the present base fee: about six full blocks in a row. On a chain without a
    base fee both are its gas price.
    """

    max_fee: int
    priority_fee: int


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a mined transaction; `events` are those of this contract, in order."""

    transaction_hash: bytes
    block_number: int
    block_hash: bytes
    succeeded: bool
    gas_used: int
    created: str | None
    events: tuple[DecodedEvent, ...]


class ChainClient:
    """Reads `contract_address` over `rpc` by its `abi` (a list, as the compiler writes it)."""

    def __init__(self, rpc: Rpc, contract_address: str, abi: Sequence[Any]) -> None:
        self.rpc = rpc
        self.address = contract_address.lower()
        self.codec = ContractCodec(abi)
        self.decoder = EventDecoder(abi)

    def head(self) -> Header:
        """The node's newest block."""
        header = self.block("latest")
        if header is None:
            raise Unavailable("The node names no newest block.")
        return header

    def block(self, name: BlockName) -> Header | None:
        """The header of a block; None if the node has no such block (now)."""
        if isinstance(name, bytes):
            return _header(self.rpc.call("eth_getBlockByHash", "0x" + name.hex(), False))
        return _header(self.rpc.call("eth_getBlockByNumber", _name(name), False))

    def blocks(self, numbers: Sequence[int]) -> list[Header | None]:
        """The headers of those heights, in one batch; None where there is none."""
        answers = self.rpc.batch([("eth_getBlockByNumber", [hex(number), False]) for number in numbers])
        return [_header(_result(answer)) for answer in answers]

    def finalized_height(self) -> int | None:
        """The height of the node's `finalized` block; None on a chain that has no such thing.

        Means nothing on the local node, which only counts back from its tip: there the last save counts.
        """
        try:
            header = self.block("finalized")
        except RpcRefused:
            return None
        return None if header is None else header.number

    def logs_of(self, block_hash: bytes) -> list[DecodedEvent]:
        """The contract's events in one block, in order.

        Raises RpcRefused where the node no longer has the block, so that *gone* never reads as *empty*.
        """
        wanted = "0x" + block_hash.hex()
        raw = self.rpc.call("eth_getLogs", {"blockHash": wanted, "address": self.address})
        if raw == [] and self.block(block_hash) is None:
            # Some nodes answer with an empty list for a block they do not know.
            raise RpcRefused(-32000, "unknown block")
        return self._events(raw, lambda event: event.block_hash == block_hash)

    def logs_between(self, first: int, last: int) -> Iterator[list[DecodedEvent]]:
        """The contract's events of the blocks `first` to `last`, both included, in order, range by range.

        Only for blocks that are final: nothing here notices a reorganisation.
        """
        for _, events in self.ranges(first, last):
            yield events

    def ranges(self, first: int, last: int) -> Iterator[tuple[int, list[DecodedEvent]]]:
        """The same, each range with its last block.

        Ranges grow and shrink with what is in them, so that memory is bounded whatever the chain holds. They are
        halved where the node refuses or sends too much, and what it said is raised where it will not even answer
        for one block.
        """
        step = FIRST_RANGE
        while first <= last:
            until = min(first + step - 1, last)
            asked = {"fromBlock": hex(first), "toBlock": hex(until), "address": self.address}
            try:
                raw = self.rpc.call("eth_getLogs", asked)
            except (RpcRefused, AnswerTooLarge):
                if until == first:
                    raise
                step = max(1, (until - first + 1) // 2)
                continue
            yield until, self._events(raw, partial(_in_range, range(first, until + 1)))
            width = until - first + 1
            first = until + 1
            step = max(1, min(2 * step, width * EVENTS_AT_ONCE // max(1, len(raw)), MAX_RANGE))

    def call(self, function: str, *args: Any, block: BlockName = "latest", sender: str | None = None) -> Any:
        """What `function` answers at `block`: one value, or a tuple. Raises ContractRefused if it reverts."""
        message = {"to": self.address, "data": "0x" + self.encode_call(function, *args).hex()}
        if sender is not None:
            message["from"] = sender
        try:
            returned = self.rpc.call("eth_call", message, _at(block))
        except RpcRefused as refused:
            if refused.rpc_code == REVERTED or refused.data is not None:
                raise ContractRefused(function, self._reason(refused.data)) from refused
            raise
        return self.codec.decode(function, hex_bytes(returned, f"what {function} answers"))

    def encode_call(self, function: str, *args: Any) -> bytes:
        """The call data of a transaction to the contract. Raises Invalid where the arguments do not fit."""
        return self.codec.encode(function, *args)

    def code_hash(self, address: str | None = None, *, block: BlockName = "latest") -> bytes | None:
        """keccak-256 of the code at `address` (this contract, if not given); None where there is no code."""
        code = hex_bytes(self.rpc.call("eth_getCode", address or self.address, _at(block)), "a contract's code")
        return keccak(code) if code else None

    def fees(self) -> Fees:
        """What a transaction should offer now."""
        head, price, tip = self.rpc.batch(
            [
                ("eth_getBlockByNumber", ["latest", False]),
                ("eth_gasPrice", []),
                ("eth_maxPriorityFeePerGas", []),
            ]
        )
        header = _header(_result(head))
        if header is None or header.base_fee is None:
            plain = quantity(_result(price), "a gas price")
            return Fees(plain, plain)
        # A node need not know this method, and then any tip will do.
        priority = 0 if isinstance(tip, RpcRefused) else quantity(tip, "a priority fee")
        return Fees(2 * header.base_fee + priority, priority)

    def nonce(self, address: str, *, block: BlockName = "latest") -> int:
        """How many transactions of `address` are mined; with block="pending", those that wait too."""
        return quantity(self.rpc.call("eth_getTransactionCount", address, _at(block)), "a nonce")

    def balance(self, address: str, *, block: BlockName = "latest") -> int:
        """What `address` holds, in wei."""
        return quantity(self.rpc.call("eth_getBalance", address, _at(block)), "a balance")

    def transaction_receipt(self, transaction_hash: bytes) -> Receipt | None:
        """What became of a transaction; None while it is in no block."""
        return self.transaction_receipts([transaction_hash])[0]

    def transaction_receipts(self, hashes: Sequence[bytes]) -> list[Receipt | None]:
        """The receipts in the order of `hashes`, None for each transaction that is in no block."""
        answers = self.rpc.batch([("eth_getTransactionReceipt", ["0x" + each.hex()]) for each in hashes])
        found = [self._receipt(_result(answer)) for answer in answers]
        for wanted, receipt in zip(hashes, found, strict=True):
            if receipt is not None and receipt.transaction_hash != wanted:
                raise Unavailable("The node was asked for one receipt and answered with another.")
        return found

    def _receipt(self, raw: Any) -> Receipt | None:
        if raw is None:
            return None
        if not isinstance(raw, dict) or not isinstance(raw.get("logs"), list):
            raise Unavailable("The node did not give a receipt where it should have.")
        block_hash = hex_bytes(raw.get("blockHash"), "a block's hash", 32)
        mine = [log for log in raw["logs"] if isinstance(log, dict) and _address(log) == self.address]
        created = raw.get("contractAddress")
        return Receipt(
            transaction_hash=hex_bytes(raw.get("transactionHash"), "a transaction's hash", 32),
            block_number=quantity(raw.get("blockNumber"), "a block number"),
            block_hash=block_hash,
            succeeded=quantity(raw.get("status"), "a transaction's status") == 1,
            gas_used=quantity(raw.get("gasUsed"), "the gas used"),
            created=created.lower() if isinstance(created, str) else None,
            events=tuple(self._events(mine, lambda event: event.block_hash == block_hash)),
        )

    def _events(self, raw: Any, belongs: Callable[[DecodedEvent], bool]) -> list[DecodedEvent]:
        """In order; refuses what does not belong: events of another contract or block, dropped ones."""
        if not isinstance(raw, list) or not all(isinstance(log, dict) for log in raw):
            raise Unavailable("The node did not give a list of events where it should have.")
        if any(_address(log) != self.address or log.get("removed") for log in raw):
            raise Unavailable("The node sent events that were not asked for.")
        events = self.decoder.decode_all(raw)
        if len(events) != len(raw):
            raise Unavailable("The contract speaks of something this version does not know. Install a newer one.")
        if not all(belongs(event) for event in events):
            raise Unavailable("The node sent events of another block.")
        events.sort(key=lambda event: (event.block_number, event.log_index))
        return events

    def _reason(self, data: str | None) -> ContractError | None:
        return None if data is None else self.codec.error(hex_bytes(data, "the reason of a refusal"))


def _in_range(blocks: range, event: DecodedEvent) -> bool:
    return event.block_number in blocks


def _result(answer: Any) -> Any:
    if isinstance(answer, RpcRefused):
        raise answer
    return answer


def _address(log: dict[str, Any]) -> str:
    return str(log.get("address", "")).lower()


def _name(block: int | str) -> str:
    return hex(block) if isinstance(block, int) else block


def _at(block: BlockName) -> Any:
    return {"blockHash": "0x" + block.hex()} if isinstance(block, bytes) else _name(block)


def _header(raw: Any) -> Header | None:
    if raw is None:
        return None
    if not isinstance(raw, dict):
        raise Unavailable("The node did not give a block where it should have.")
    base_fee = raw.get("baseFeePerGas")
    return Header(
        number=quantity(raw.get("number"), "a block number"),
        hash=hex_bytes(raw.get("hash"), "a block's hash", 32),
        parent=hex_bytes(raw.get("parentHash"), "a block's parent", 32),
        time=quantity(raw.get("timestamp"), "a block's time"),
        state_root=hex_bytes(raw.get("stateRoot"), "a state root", 32),
        gas_limit=quantity(raw.get("gasLimit"), "a gas limit"),
        base_fee=None if base_fee is None else quantity(base_fee, "a base fee"),
    )

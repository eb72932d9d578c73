"""Events out of raw JSON-RPC logs, fast: one compiled decoder for each event of an ABI.

Layout: ABI specification, "Events" and "Formal specification of the encoding". Where every field is
one 32-byte word, a log is cut by one `struct` call; anything else goes through eth-abi.

Values are `int` for numbers, `bool`, `bytes` for fixed and dynamic bytes, lower-case `0x…` text for
addresses. An indexed field of a dynamic type holds its 32-byte hash, as the log does.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Iterable, Sequence
from struct import Struct
from typing import Any, Final, NamedTuple

from eth_abi.abi import decode as decode_abi
from eth_abi.exceptions import DecodingError
from eth_utils.abi import abi_to_signature, event_signature_to_log_topic, get_abi_input_types

from ledger.domain.errors import Unavailable

Value = int | bool | bytes | str | tuple[Any, ...]
RawLog = dict[str, Any]


class DecodedEvent(NamedTuple):
    """One event: where it stands on the chain, its name, its fields by name, the indexed ones first.

    A named tuple, because a frozen dataclass takes three times as long to make and there are
    hundreds of thousands.
    """

    block_number: int
    block_hash: bytes
    transaction_hash: bytes
    log_index: int
    name: str
    args: dict[str, Value]


def _event(name: str, *fields: tuple[str, str, bool]) -> dict[str, Any]:
    inputs = [{"name": field, "type": kind, "indexed": indexed} for field, kind, indexed in fields]
    return {"type": "event", "name": name, "inputs": inputs, "anonymous": False}


STANDARD_EVENTS: Final = (
    # ERC-721, "Specification"
    _event("Transfer", ("from", "address", True), ("to", "address", True), ("tokenId", "uint256", True)),
    _event("Approval", ("owner", "address", True), ("approved", "address", True), ("tokenId", "uint256", True)),
    _event(
        "ApprovalForAll",
        ("owner", "address", True),
        ("operator", "address", True),
        ("approved", "bool", False),
    ),
    # ERC-4906
    _event("MetadataUpdate", ("_tokenId", "uint256", False)),
    _event("BatchMetadataUpdate", ("_fromTokenId", "uint256", False), ("_toTokenId", "uint256", False)),
    # ERC-5192
    _event("Locked", ("tokenId", "uint256", False)),
    _event("Unlocked", ("tokenId", "uint256", False)),
)
"""Known by name even where the contract's ABI leaves them out; the ABI's own field names win."""


class EventDecoder:
    """Decodes the events of `abi` and STANDARD_EVENTS. Anonymous events have no topic and are not decoded."""

    def __init__(self, abi: Sequence[Any]) -> None:
        self._by_topic: dict[str, tuple[str, Callable[[list[str], str], dict[str, Value]]]] = {}
        own = [entry for entry in abi if entry.get("type") == "event" and not entry.get("anonymous")]
        for entry in (*STANDARD_EVENTS, *own):
            topic = "0x" + event_signature_to_log_topic(abi_to_signature(entry)).hex()
            self._by_topic[topic] = (entry["name"], _compile(entry))

    @property
    def topics(self) -> dict[str, str]:
        """The name of each event by its first topic."""
        return {topic: name for topic, (name, _) in self._by_topic.items()}

    def decode(self, log: RawLog) -> DecodedEvent | None:
        """The event in `log`; None if no event known here has its first topic.

        Raises Unavailable if the log does not have the shape of its event: a node that sends one
        cannot be believed in the rest.
        """
        try:
            topics = log["topics"]
            known = self._by_topic.get(topics[0]) if topics else None
            if known is None:
                return None
            name, fields = known
            return DecodedEvent(
                int(log["blockNumber"], 16),
                bytes.fromhex(log["blockHash"][2:]),
                bytes.fromhex(log["transactionHash"][2:]),
                int(log["logIndex"], 16),
                name,
                fields(topics, log["data"]),
            )
        except (KeyError, IndexError, TypeError, ValueError, struct.error, DecodingError) as error:
            raise Unavailable("The node sent an event that does not have the shape it should have.") from error

    def decode_all(self, logs: Iterable[RawLog]) -> list[DecodedEvent]:
        """The events known here, in the order given. Raises Unavailable as `decode` does."""
        decode = self.decode
        return [event for log in logs if (event := decode(log)) is not None]


_WORD_TYPES: Final = re.compile(r"(address|bool|uint(\d+)|bytes(\d+))")


class _Word(NamedTuple):
    """One 32-byte word: how it is cut, what makes a value of that (if it is none yet), what must be zero."""

    cut: str
    convert: Callable[[bytes], Value] | None
    zero: int


def _word(kind: str) -> _Word | None:
    """How to read a field of type `kind`, where it is one word with a fixed padding; None otherwise."""
    match = _WORD_TYPES.fullmatch(kind)
    if match is None:
        return None
    if kind == "address":
        return _Word("12x20s", _address, _high_bits(96))
    if kind == "bool":
        return _Word("31x?", None, _high_bits(255))
    if match[2] is not None:
        bits = int(match[2])
        # What lies between the type's size and 64 bits is zero, or the log is refused.
        zero = _high_bits(256 - bits)
        return _Word("24xQ", None, zero) if bits <= 64 else _Word("32s", int.from_bytes, zero)
    size = int(match[3])
    return _Word(f"{size}s{32 - size}x", None, (1 << (256 - 8 * size)) - 1)


def _address(part: bytes) -> str:
    return "0x" + part.hex()


def _high_bits(count: int) -> int:
    return ((1 << count) - 1) << (256 - count)


def _is_dynamic(kind: str) -> bool:
    return kind in {"bytes", "string"} or kind.endswith("]") or kind.startswith("(")


def _compile(event: dict[str, Any]) -> Callable[[list[str], str], dict[str, Value]]:
    kinds = get_abi_input_types(event)  # type: ignore[arg-type] # an event has the inputs that it asks of a function
    fields = [
        (
            item["name"] or f"_{at}",
            "bytes32" if item["indexed"] and _is_dynamic(kind) else kind,
            item["indexed"],
        )
        for at, (item, kind) in enumerate(zip(event["inputs"], kinds, strict=True))
    ]
    # As a log holds them: the indexed ones in the topics, the others in the data, each in order.
    fields.sort(key=lambda field: not field[2])
    names = [name for name, _, _ in fields]
    indexed = sum(field[2] for field in fields)
    words = [word for _, kind, _ in fields if (word := _word(kind)) is not None]
    if len(words) == len(fields):
        return _by_words(names, words, indexed)
    return _by_eth_abi(names, [kind for _, kind, _ in fields], indexed)


def _by_words(names: list[str], words: list[_Word], indexed: int) -> Callable[[list[str], str], dict[str, Value]]:
    cut = Struct(">" + "".join(word.cut for word in words)).unpack
    converted = [(name, word.convert) for name, word in zip(names, words, strict=True) if word.convert]
    zero = 0
    for word in words:
        zero = zero << 256 | word.zero

    def decode(topics: list[str], data: str) -> dict[str, Value]:
        if len(topics) != indexed + 1:
            raise ValueError("the number of topics")
        raw = bytes.fromhex("".join([topic[2:] for topic in topics[1:]]) + data[2:])
        args = dict(zip(names, cut(raw), strict=True))
        # All paddings at once: what a contract writes is always clean.
        if int.from_bytes(raw) & zero:
            raise ValueError("a value beyond its type")
        for name, convert in converted:
            args[name] = convert(args[name])
        return args

    return decode


def _by_eth_abi(names: list[str], kinds: list[str], indexed: int) -> Callable[[list[str], str], dict[str, Value]]:
    def decode(topics: list[str], data: str) -> dict[str, Value]:
        if len(topics) != indexed + 1:
            raise ValueError("the number of topics")
        found = [
            decode_abi([kind], bytes.fromhex(topic[2:]))[0]
            for kind, topic in zip(kinds[:indexed], topics[1:], strict=True)
        ]
        found += decode_abi(kinds[indexed:], bytes.fromhex(data[2:]))
        return dict(zip(names, found, strict=True))

    return decode

"""Events decoded as web3 decodes them, and fast enough."""

from __future__ import annotations

import gc
import random
import secrets
import time
from typing import Any, Final

import pytest
from eth_abi.abi import encode
from eth_utils.abi import abi_to_signature, event_signature_to_log_topic
from hexbytes import HexBytes
from web3 import Web3
from web3._utils.events import get_event_data

from ledger.chain.logs import STANDARD_EVENTS, EventDecoder
from ledger.domain.errors import Unavailable

BAR: Final = 50_000
"""Events a second: what decoding must not be slower than, so that the database is what limits."""


def event(name: str, *fields: tuple[str, str, bool]) -> Any:
    inputs = [{"name": field, "type": kind, "indexed": indexed} for field, kind, indexed in fields]
    return {"type": "event", "name": name, "inputs": inputs, "anonymous": False}


MIXED = event(
    "Mixed",
    ("small", "uint8", False),
    ("party", "uint24", True),
    ("edge", "uint64", False),
    ("beyond", "uint72", False),
    ("whole", "uint256", True),
    ("who", "address", False),
    ("also", "address", True),
    ("yes", "bool", False),
    ("prefix", "bytes14", False),
    ("hash", "bytes32", False),
)
LOOSE = event(
    "Loose",
    ("text", "string", True),
    ("signed", "int64", False),
    ("reason", "bytes", False),
    ("list", "uint24[]", False),
    ("pair", "uint8[2]", True),
)
EMPTY = event("Empty")


def value_of(kind: str) -> Any:
    if kind == "address":
        return "0x" + secrets.token_hex(20)
    if kind == "bool":
        return secrets.choice([True, False])
    if kind.startswith("uint"):
        bits = int(kind[4:])
        return secrets.choice([0, 1, 2**bits - 1, secrets.randbits(bits)])
    if kind == "int64":
        return secrets.choice([-1, -(2**63), 2**63 - 1])
    if kind == "bytes":
        return secrets.token_bytes(random.randrange(80))
    return secrets.token_bytes(int(kind[5:]))


def log_of(entry: Any, values: list[Any]) -> dict[str, Any]:
    fields = list(zip(entry["inputs"], values, strict=True))
    topics = [event_signature_to_log_topic(abi_to_signature(entry))]
    topics += [encode([field["type"]], [value]) for field, value in fields if field["indexed"]]
    plain = [(field["type"], value) for field, value in fields if not field["indexed"]]
    data = encode([kind for kind, _ in plain], [value for _, value in plain])
    return {
        "address": "0x" + "11" * 20,
        "blockNumber": "0x10",
        "blockHash": "0x" + "22" * 32,
        "transactionHash": "0x" + "33" * 32,
        "transactionIndex": "0x0",
        "logIndex": "0x5",
        "removed": False,
        "topics": ["0x" + topic.hex() for topic in topics],
        "data": "0x" + data.hex(),
    }


def by_web3(entry: Any, log: dict[str, Any]) -> dict[str, Any]:
    receipt: Any = {
        **log,
        "topics": [HexBytes(topic) for topic in log["topics"]],
        "data": HexBytes(log["data"]),
    }
    found = get_event_data(Web3().codec, entry, receipt)["args"]
    return {name: value.lower() if isinstance(value, str) else value for name, value in found.items()}


@pytest.mark.parametrize("entry", [MIXED, EMPTY, *STANDARD_EVENTS], ids=lambda entry: entry["name"])
def test_every_field_is_what_web3_says_it_is(entry: dict[str, Any]) -> None:
    decoder = EventDecoder([entry])
    for _ in range(50):
        values = [value_of(field["type"]) for field in entry["inputs"]]
        log = log_of(entry, values)
        found = decoder.decode(log)
        assert found is not None
        assert found.args == by_web3(entry, log)
        assert found.args == dict(zip([field["name"] for field in entry["inputs"]], values, strict=True))


def test_fields_of_no_fixed_size_are_decoded_too_and_an_indexed_one_is_its_hash() -> None:
    text, pair = secrets.token_bytes(32), secrets.token_bytes(32)
    reason = secrets.token_bytes(70)
    hashed = {
        **LOOSE,
        "inputs": [{**field, "type": "bytes32"} if field["indexed"] else field for field in LOOSE["inputs"]],
    }
    log = log_of(hashed, [text, -5, reason, (1, 2, 3), pair])
    log["topics"][0] = "0x" + event_signature_to_log_topic(abi_to_signature(LOOSE)).hex()
    found = EventDecoder([LOOSE]).decode(log)
    assert found is not None
    assert found.args == {"text": text, "pair": pair, "signed": -5, "reason": reason, "list": (1, 2, 3)}


def test_where_an_event_stands_is_told() -> None:
    found = EventDecoder([EMPTY]).decode(log_of(EMPTY, []))
    assert found is not None
    assert (found.block_number, found.log_index, found.name) == (16, 5, "Empty")
    assert (found.block_hash, found.transaction_hash) == (b"\x22" * 32, b"\x33" * 32)


def test_standard_events_are_known_by_name_without_being_in_the_abi() -> None:
    names = set(EventDecoder([]).topics.values())
    assert names == {entry["name"] for entry in STANDARD_EVENTS}


def test_the_contracts_own_names_for_standard_fields_win() -> None:
    own = event("Locked", ("item", "uint256", False))
    found = EventDecoder([own]).decode(log_of(own, [7]))
    assert found is not None
    assert found.args == {"item": 7}


def test_an_event_of_another_name_or_without_one_is_none() -> None:
    unknown = log_of(EMPTY, [])
    assert EventDecoder([]).decode(unknown) is None
    assert EventDecoder([EMPTY]).decode(unknown | {"topics": []}) is None
    assert EventDecoder([{**EMPTY, "anonymous": True}]).decode(unknown) is None


def misshapen(at: int, byte: int) -> dict[str, Any]:
    """The mixed event with one byte of its words (three indexed, seven not) set to `byte`."""
    values = [0 if field["type"].startswith("uint") else value_of(field["type"]) for field in MIXED["inputs"]]
    log = log_of(MIXED, values)
    words = bytearray.fromhex("".join(topic[2:] for topic in log["topics"][1:]) + log["data"][2:])
    words[at] = byte
    log["topics"][1:] = ["0x" + words[word : word + 32].hex() for word in (0, 32, 64)]
    log["data"] = "0x" + words[96:].hex()
    return log


@pytest.mark.parametrize(
    ("at", "byte"),
    [
        (0, 1),  # party, uint24, its first byte
        (28, 1),  # party, the byte above its three
        (64 + 11, 1),  # also, the byte above an address
        (96 + 30, 1),  # small, the byte above a uint8
        (128 + 23, 1),  # edge, the byte above a uint64
        (160 + 22, 1),  # beyond, the byte above a uint72
        (224 + 31, 2),  # yes, neither 0 nor 1
        (256 + 14, 1),  # prefix, the byte after bytes14
    ],
)
def test_a_value_beyond_its_type_is_refused(at: int, byte: int) -> None:
    decoder = EventDecoder([MIXED])
    with pytest.raises(Unavailable, match="shape"):
        decoder.decode(misshapen(at, byte))


@pytest.mark.parametrize(
    "change",
    [
        {"data": "0x"},
        {"data": "0x" + "00" * 31},
        {"data": None},
        {"data": "0x" + "zz" * 32 * 7},
        {"data": "0x" + "00" * 32 * 8},
        {"blockNumber": None},
        {"blockNumber": "x"},
        {"blockHash": 7},
        {"logIndex": None},
    ],
)
def test_a_log_of_another_shape_is_refused(change: dict[str, Any]) -> None:
    log = log_of(MIXED, [value_of(field["type"]) for field in MIXED["inputs"]])
    with pytest.raises(Unavailable, match="shape"):
        EventDecoder([MIXED]).decode(log | change)
    with pytest.raises(Unavailable, match="shape"):
        EventDecoder([MIXED]).decode({**log, "topics": log["topics"][:-1]})


def test_decoding_is_never_what_limits(touchmark: dict[str, Any], record_property: Any) -> None:
    """Ours and web3's from one run, over the contract's largest event."""
    [entry] = [each for each in touchmark["abi"] if each["type"] == "event" and each["name"] == "Recorded"]
    decoder = EventDecoder(touchmark["abi"])
    logs = [log_of(entry, [value_of(field["type"]) for field in entry["inputs"]]) for _ in range(500)]
    many = logs * 40
    gc.collect()
    began = time.process_time()
    events = decoder.decode_all(many)
    ours = len(events) / (time.process_time() - began)
    began = time.process_time()
    theirs_args = [by_web3(entry, log) for log in logs[:100]]
    theirs = 100 / (time.process_time() - began)
    assert [each.args for each in events[:100]] == theirs_args
    record_property("events_per_second", round(ours))
    record_property("web3_events_per_second", round(theirs))
    print(f"{ours:,.0f} events/s; web3 {theirs:,.0f}/s")
    assert ours > BAR

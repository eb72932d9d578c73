"""Statements: what parties and owners sign (EIP-712), as one table of kinds and fields.

Every field is one static 32-byte word, so a statement's struct hash is keccak-256 over its type
hash and its words (EIP-712, "Definition of encodeData"), and the same words, without the type
hash, are what the contract takes as call data. The order of the fields is law: the contract
holds the same table, and a test compares the two.

Values are `int` for uints, `bytes` of 32 for bytes32, and lower-case `0x…` text for addresses.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from typing import Any, Final

from ledger.domain.errors import Fault, Invalid
from ledger.domain.said import said

Keccak = Callable[[bytes], bytes]
Value = int | bytes | str
Values = Mapping[str, Value]


class Kind(IntEnum):
    """The kinds of statement; the number is the one the contract dispatches on. OFFER travels inside ACCEPT."""

    OFFER = 0
    REGISTER_BATCH = 1
    CLAIM = 2
    ACCEPT = 3
    CANCEL = 4
    RECORD = 5
    OWNER_REPORT = 6
    MARK = 7
    RETIRE = 8
    REPLACE_CLAIM = 9
    COMPLETE_RECOVERY = 10
    AMEND_ITEM = 11
    AMEND_BATCH = 12
    ANCHOR = 13
    ACCREDIT = 14
    END_ACCREDITATION = 15
    ADD_KEY = 16
    RETIRE_KEY = 17
    COMPROMISED = 18
    CONTEST = 19


class RecordKind(IntEnum):
    """What a RECORD statement is about."""

    INSPECTION = 1
    SERVICE = 2
    WITHDRAWAL = 3
    CORRECTION = 4


class OwnerReportKind(IntEnum):
    """What an owner says of an item; FOUND clears both others."""

    LOST = 1
    STOLEN = 2
    FOUND = 3


class MarkKind(IntEnum):
    """What a brand or the council says of an item or of a whole batch."""

    THEFT = 1
    DISPUTE = 2
    SETTLE_THEFT = 3
    SETTLE_DISPUTE = 4
    RECALL = 5
    LIFT_RECALL = 6
    VOID = 7
    LIFT_VOID = 8
    RECALL_BATCH = 9
    LIFT_BATCH_RECALL = 10
    VOID_BATCH = 11
    LIFT_BATCH_VOID = 12
    RENEW_TWICE = 13
    CLEAR_TWICE = 14


BATCH_MARKS: Final = frozenset(
    {MarkKind.RECALL_BATCH, MarkKind.LIFT_BATCH_RECALL, MarkKind.VOID_BATCH, MarkKind.LIFT_BATCH_VOID}
)

_TYPES: Final[dict[Kind, str]] = {
    Kind.OFFER: "Offer(uint256 item,address recipient,uint40 expiry,uint24 sequence,bytes32 ref)",
    Kind.REGISTER_BATCH: "RegisterBatch(uint56 batch,bytes32 root,uint32 count,bytes32 manifestHash)",
    Kind.CLAIM: "Claim(uint256 item,address newOwner)",
    Kind.ACCEPT: "Accept(bytes32 offer,address newOwner,bytes32 head)",
    Kind.CANCEL: "Cancel(uint256 item,uint24 sequence)",
    Kind.RECORD: (
        "Record(uint256 item,uint24 party,uint24 accreditor,uint8 kind,bytes32 facts,uint256 about,"
        "bytes32 report,uint40 date,uint256 nonce)"
    ),
    Kind.OWNER_REPORT: "OwnerReport(uint256 item,uint8 kind,bytes32 ref,uint24 sequence)",
    Kind.MARK: "Mark(uint256 subject,uint24 party,uint8 kind,bytes32 ref,uint256 nonce)",
    Kind.RETIRE: "Retire(uint256 item,uint24 party,bytes32 ref,uint256 nonce,uint24 sequence)",
    Kind.REPLACE_CLAIM: "ReplaceClaim(uint256 item,uint24 party,address claimAddress,bytes32 ref,uint256 nonce)",
    Kind.COMPLETE_RECOVERY: "CompleteRecovery(uint256 item,address newOwner,uint24 sequence)",
    Kind.AMEND_ITEM: "AmendItem(uint256 item,uint24 party,bytes32 recordHash,bytes32 manifestHash,uint256 nonce)",
    Kind.AMEND_BATCH: "AmendBatch(uint56 batch,uint24 party,bytes32 root,bytes32 manifestHash,uint256 nonce)",
    Kind.ANCHOR: "Anchor(uint24 party,bytes32 hash,uint256 nonce)",
    Kind.ACCREDIT: "Accredit(uint24 by,uint24 party,uint256 nonce)",
    Kind.END_ACCREDITATION: "EndAccreditation(uint24 by,uint24 party,uint256 nonce)",
    Kind.ADD_KEY: "AddKey(uint24 party,address key,uint256 nonce)",
    Kind.RETIRE_KEY: "RetireKey(uint24 party,address key,uint256 nonce)",
    Kind.COMPROMISED: "Compromised(uint24 by,uint24 party,address key,uint40 since,uint256 nonce)",
    Kind.CONTEST: "Contest(uint256 item,uint56 batch,bytes32 leaf)",
}


def type_string(kind: Kind) -> str:
    """The statement's EIP-712 type, as it is hashed."""
    return _TYPES[kind]


def type_name(kind: Kind) -> str:
    """The statement's EIP-712 primary type."""
    return _TYPES[kind].split("(", 1)[0]


def fields(kind: Kind) -> tuple[tuple[str, str], ...]:
    """The statement's fields in order, as (name, Solidity type)."""
    return _FIELDS[kind]


_FIELDS: Final = {
    kind: tuple(
        (name, solidity) for solidity, name in (part.split(" ") for part in text[text.index("(") + 1 : -1].split(","))
    )
    for kind, text in _TYPES.items()
}
KIND_BY_NAME: Final = {type_name(kind): kind for kind in Kind}


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement, its fields checked. An ACCEPT carries the offer it accepts."""

    kind: Kind
    values: Values
    offer: Values | None = None

    @property
    def item(self) -> int | None:
        """The item it speaks of, if it speaks of one."""
        if self.offer is not None:
            return int(self.offer["item"])
        if self.kind is Kind.MARK:
            return None if self.values["kind"] in BATCH_MARKS else int(self.values["subject"])
        return int(self.values["item"]) if "item" in self.values else None

    @property
    def batch(self) -> int | None:
        """The batch it speaks of as a whole, if it does."""
        if self.kind is Kind.MARK and self.values["kind"] in BATCH_MARKS:
            return int(self.values["subject"])
        return int(self.values["batch"]) if "batch" in self.values else None

    @property
    def party(self) -> int | None:
        """The party whose key signs it; None where an owner does."""
        name = "by" if "by" in self.values else "party"
        if self.kind is Kind.REGISTER_BATCH:
            return int(self.values["batch"]) >> 32
        return int(self.values[name]) if name in self.values else None

    @property
    def sequence(self) -> int | None:
        """The owner's sequence it is good for, if it is bound to one."""
        source = self.offer if self.offer is not None else self.values
        return int(source["sequence"]) if "sequence" in source else None

    @property
    def nonce(self) -> int | None:
        """The party's nonce that it uses, if it uses one."""
        return int(self.values["nonce"]) if "nonce" in self.values else None


def make(kind: Kind, values: Mapping[str, Any], offer: Mapping[str, Any] | None = None) -> Statement:
    """A statement from plain values, checked field by field.

    Accepts the forms JSON can carry: integers as numbers or decimal text, bytes32 and addresses as
    `0x…` text. Raises Invalid naming every field that is missing, foreign or out of range.
    """
    if kind is Kind.ACCEPT:
        if offer is None:
            raise Invalid(said("An acceptance carries the offer it accepts; add it under “offer”."))
        checked_offer = _checked(Kind.OFFER, offer, where="offer.")
        return Statement(kind, _checked(kind, values), checked_offer)
    return Statement(kind, _checked(kind, values))


def kept(kind: Kind, values: Mapping[str, Any], offer: Mapping[str, Any] | None = None) -> Statement:
    """The statement of a row that `make` checked before it was kept, as `to_json` wrote it: not checked again.

    Sending many thousands would spend its time on that; `touchmark audit` is what checks rows.
    """
    return Statement(kind, _kept(kind, values), None if offer is None else _kept(Kind.OFFER, offer))


def _kept(kind: Kind, values: Mapping[str, Any]) -> dict[str, Value]:
    # Of a field's forms only one has a number for its value: JSON's own, below 2^53.
    return {name: value if type(value := values[name]) is int else read(value) for name, read in _READ_KEPT[kind]}


def _kept_bytes(text: str) -> bytes:
    return bytes.fromhex(text[2:])


_KEPT: Final[dict[str, Callable[[str], Value]]] = {"bytes32": _kept_bytes, "address": str}
_READ_KEPT: Final = {
    kind: tuple((name, _KEPT.get(solidity, int)) for name, solidity in fields) for kind, fields in _FIELDS.items()
}


def _checked(kind: Kind, values: Mapping[str, Any], where: str = "") -> dict[str, Value]:
    faults: list[Fault] = []
    out: dict[str, Value] = {}
    for name, solidity in _FIELDS[kind]:
        if name not in values:
            faults.append(Fault(where + name, said("is missing."), said("It is a %(solidity)s.", solidity=solidity)))
            continue
        try:
            out[name] = checked_value(solidity, values[name])
        except ValueError as wrong:
            faults.append(Fault(where + name, str(wrong)))
    if len(out) < len(values):
        known = {name for name, _ in _FIELDS[kind]}
        faults += [
            Fault(where + name, said("is not a field of %(type_name)s.", type_name=type_name(kind)))
            for name in values
            if name not in known
        ]
    if faults:
        raise Invalid(
            said("%(type_name)s cannot be read: %(faults)s", type_name=type_name(kind), faults=faults[0]), faults=faults
        )
    return out


_ADDRESS: Final = re.compile(r"0x[0-9a-fA-F]{40}").fullmatch
_BYTES32: Final = re.compile(r"0x[0-9a-fA-F]{64}").fullmatch
_DIGITS: Final = re.compile(r"[0-9]{1,78}").fullmatch
_BOUNDS: Final = {f"uint{bits}": 1 << bits for bits in range(8, 257, 8)}


def checked_value(solidity: str, value: Any) -> Value:
    """A field's value from any form JSON can carry. Raises ValueError that says what it must be."""
    if solidity == "address":
        if isinstance(value, str) and _ADDRESS(value):
            return value.lower()
        raise ValueError("must be an address: 0x and 40 hexadecimal digits.")
    if solidity == "bytes32":
        if isinstance(value, bytes) and len(value) == 32:
            return value
        if isinstance(value, str) and _BYTES32(value):
            return bytes.fromhex(value[2:])
        raise ValueError("must be 32 bytes: 0x and 64 hexadecimal digits.")
    if isinstance(value, str) and _DIGITS(value):
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _BOUNDS[solidity]:
        return int(value)
    raise ValueError(f"must be a whole number from 0 to 2^{solidity[4:]} − 1.")


def words(kind: Kind, values: Values) -> bytes:
    """The fields as 32-byte words, in order: ABI encoding of a static struct."""
    return b"".join([word(values[name]) for name, _ in _FIELDS[kind]])


def word(value: Value) -> bytes:
    """A value as one 32-byte word of the ABI."""
    if isinstance(value, int):
        return value.to_bytes(32, "big")
    if isinstance(value, bytes):
        return value
    return bytes.fromhex(value[2:]).rjust(32, b"\0")


def call_data(statement: Statement) -> bytes:
    """What the contract takes as `data`: the words, for an ACCEPT the offer's before its own."""
    if statement.kind is Kind.CONTEST:
        return word(statement.values["item"])
    own = words(statement.kind, statement.values)
    return own if statement.offer is None else words(Kind.OFFER, statement.offer) + own


def struct_hash(kind: Kind, values: Values, keccak: Keccak) -> bytes:
    """EIP-712 `hashStruct`: 32 bytes, the statement's name in events, heads and status addresses."""
    return keccak(_type_hash(kind, keccak) + words(kind, values))


@lru_cache(maxsize=64)
def _type_hash(kind: Kind, keccak: Keccak) -> bytes:
    return keccak(_TYPES[kind].encode())


def statement_hash(statement: Statement, keccak: Keccak) -> bytes:
    """The struct hash of a statement."""
    return struct_hash(statement.kind, statement.values, keccak)


@dataclass(frozen=True, slots=True)
class Domain:
    """The EIP-712 domain: which contract on which chain a signature is good for."""

    chain_id: int
    contract: str
    name: str = "Touchmark"
    version: str = "1"

    def separator(self, keccak: Keccak) -> bytes:
        """EIP-712 `domainSeparator`."""
        return _separator(self, keccak)

    def digest(self, struct: bytes, keccak: Keccak) -> bytes:
        """What a key signs: keccak256(0x1901 ‖ domain separator ‖ struct hash)."""
        return keccak(b"\x19\x01" + self.separator(keccak) + struct)


@lru_cache(maxsize=16)
def _separator(domain: Domain, keccak: Keccak) -> bytes:
    kind = b"EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
    return keccak(
        keccak(kind)
        + keccak(domain.name.encode())
        + keccak(domain.version.encode())
        + domain.chain_id.to_bytes(32, "big")
        + word(domain.contract.lower())
    )


def to_json(values: Values) -> dict[str, Any]:
    """Values as JSON carries them: uints above 2^53 as decimal text, bytes as 0x text."""
    return {name: _plain(value) for name, value in values.items()}


def _plain(value: Value) -> int | str:
    if isinstance(value, bytes):
        return "0x" + value.hex()
    if isinstance(value, int) and value >= 1 << 53:
        return str(value)
    return value


def typed_data(kind: Kind, values: Values, domain: Domain) -> dict[str, Any]:
    """The message as `eth_signTypedData_v4` takes it, for any wallet or library that signs EIP-712."""
    return {
        "types": {
            "EIP712Domain": [
                {"name": "name", "type": "string"},
                {"name": "version", "type": "string"},
                {"name": "chainId", "type": "uint256"},
                {"name": "verifyingContract", "type": "address"},
            ],
            type_name(kind): [{"name": name, "type": solidity} for name, solidity in _FIELDS[kind]],
        },
        "primaryType": type_name(kind),
        "domain": {
            "name": domain.name,
            "version": domain.version,
            "chainId": domain.chain_id,
            "verifyingContract": domain.contract,
        },
        "message": to_json(values),
    }

"""What people sign for the site and never for the contract: signing in, joining, proofs of possession.

EIP-712 messages under the same domain as the statements, so that the signing page shows and hashes both in one
way, with types the contract does not know, so that it can never take one. A string's word is the keccak-256 of
its UTF-8 bytes (EIP-712, "Definition of encodeData").
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ledger.domain.errors import Fault, Invalid
from ledger.domain.statements import Domain, Keccak, Value, checked_value, word

_TYPES: Final = {
    text.split("(", 1)[0]: text
    for text in (
        "SignIn(string origin,bytes32 challenge,uint40 expiry)",
        "Join(string origin,string name,bytes32 challenge,uint40 expiry)",
        "Possession(uint256 item,string words,bytes32 challenge,uint40 expiry)",
        "Entrust(uint256 item,string consignee,uint40 until,bytes32 nonce)",
        "EndEntrust(bytes32 entrustment)",
    )
}
_FIELDS: Final = {
    name: tuple(
        (field, solidity) for solidity, field in (part.split(" ") for part in text[len(name) + 1 : -1].split(","))
    )
    for name, text in _TYPES.items()
}
ANSWERS: Final = frozenset(_TYPES)
"""The names of the kinds."""

_LONGEST_STRING: Final = 500


def type_string(kind: str) -> str:
    """The kind's EIP-712 type, as it is hashed."""
    return _TYPES[kind]


def fields(kind: str) -> tuple[tuple[str, str], ...]:
    """The kind's fields in order, as (name, Solidity type)."""
    return _FIELDS[kind]


def make(kind: str, values: Mapping[str, Any]) -> dict[str, Value]:
    """The values of one answer, checked field by field, from any form JSON can carry.

    Raises Invalid naming every field that is missing, foreign or out of range, and for a kind nobody knows.
    """
    if kind not in _FIELDS:
        raise Invalid(f"There is no message of the kind “{kind[:40]}”; the kinds are {', '.join(sorted(ANSWERS))}.")
    faults: list[Fault] = []
    out: dict[str, Value] = {}
    for name, solidity in _FIELDS[kind]:
        try:
            out[name] = _text(values[name]) if solidity == "string" else checked_value(solidity, values[name])
        except KeyError:
            faults.append(Fault(name, "is missing.", f"It is a {solidity}."))
        except ValueError as wrong:
            faults.append(Fault(name, str(wrong)))
    known = {name for name, _ in _FIELDS[kind]}
    faults += [Fault(name, f"is not a field of {kind}.") for name in values if name not in known]
    if faults:
        raise Invalid(f"{kind} cannot be read: {faults[0]}", faults=faults)
    return out


def answer_hash(kind: str, values: Mapping[str, Any], keccak: Keccak) -> bytes:
    """EIP-712 `hashStruct`: 32 bytes. Raises Invalid as `make` does."""
    checked = make(kind, values)
    words = (
        keccak(str(checked[name]).encode()) if solidity == "string" else word(checked[name])
        for name, solidity in _FIELDS[kind]
    )
    return keccak(keccak(_TYPES[kind].encode()) + b"".join(words))


def answer_digest(kind: str, values: Mapping[str, Any], domain: Domain, keccak: Keccak) -> bytes:
    """What a key signs: 32 bytes. Raises Invalid as `make` does."""
    return domain.digest(answer_hash(kind, values, keccak), keccak)


def _text(value: Any) -> str:
    # Lone surrogates have no UTF-8: two programs would hash them differently.
    if isinstance(value, str) and len(value) <= _LONGEST_STRING and not any("\ud800" <= c <= "\udfff" for c in value):
        return value
    raise ValueError(f"must be text of at most {_LONGEST_STRING} characters.")

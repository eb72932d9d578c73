"""Where good passports are damaged: by member, by byte, by a state of the forger's own."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import rlp

from ledger.chain import signing
from ledger.proof.canonical import write_canonical
from ledger.proof.report import Step
from ledger.proof.trust import TrustedLedger
from tests.vectors.passport_forging import forged

_Json = dict[str, Any]
HOLDS, CONTRADICTS, CANNOT_TELL = "holds", "contradicts", "cannot tell"
ZERO: Final = "0x" + "0" * 64
_N: Final = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


@dataclass(frozen=True, slots=True)
class Damage:
    """A damaged file: what it was, its bytes, and where the check must end, and how."""

    name: str
    base: str
    raw: bytes
    step: Step
    outcome: str = CONTRADICTS
    trust: str | None = "ours"
    notes: int = 0


@dataclass(slots=True)
class Workshop:
    """The good files, and the ledger they are of."""

    good: Mapping[str, bytes]
    ledger: TrustedLedger
    made: list[Damage] = field(default_factory=list)

    def told(self, base: str) -> _Json:
        """A good passport, to be changed."""
        return copy.deepcopy(json.loads(self.good[base]))

    def changed(self, name: str, base: str, step: Step, change: Callable[[_Json], Any], **more: Any) -> None:
        """A change of members, in canonical form. `change` alters what it is given, or gives another."""
        told = self.told(base)
        other = change(told)
        told = other if isinstance(other, dict) and "format" in other else told
        self.made.append(Damage(name, base, write_canonical(told), step, **more))

    def bytes(self, name: str, base: str, step: Step, change: Callable[[bytes], bytes], **more: Any) -> None:
        """A change of bytes."""
        self.made.append(Damage(name, base, change(self.good[base]), step, **more))

    def forged(self, name: str, base: str, step: Step, slots: Any = None, **more: Any) -> None:
        """A state of the forger's own under a header of its own; `slots` gives what is changed in it."""
        outcome = {key: more.pop(key) for key in ("outcome", "notes") if key in more}
        told = self.told(base)
        changed = slots(told) if slots else None
        self.made.append(
            Damage(name, base, write_canonical(forged(told, self.ledger, changed, **more)), step, **outcome)
        )


def put(*path: Any, to: Any) -> Callable[[_Json], None]:
    """Sets a member, or an entry, wherever it is; `to` may be a function of what was there."""

    def change(told: Any) -> None:
        for one in path[:-1]:
            told = told[one]
        told[path[-1]] = to(told.get(path[-1]) if isinstance(told, dict) else told[path[-1]]) if callable(to) else to

    return change


def flipped(text: str) -> str:
    """Hexadecimal text with another last digit."""
    return text[:-1] + ("0" if text[-1] != "0" else "1")


def byte(place: int, to: str) -> Callable[[str], str]:
    """Sets one byte of hexadecimal text, counted from 0."""

    def change(text: str) -> str:
        at = 2 + 2 * place
        return text[:at] + (to if text[at : at + 2] != to else "7e") + text[at + 2 :]

    return change


def upper_half(text: str) -> str:
    """An ordinary signature with s in the upper half: the same point, twisted (EIP-2)."""
    raw = bytes.fromhex(text[2:])
    high = _N - int.from_bytes(raw[32:64], "big")
    return "0x" + (raw[:32] + high.to_bytes(32, "big") + bytes([55 - raw[64]])).hex()


def members(change: Callable[[Any], Any]) -> Callable[[bytes], bytes]:
    """A change of the members of an RLP list."""
    return lambda raw: rlp.encode(change(rlp.decode(raw)))


def rehashed(change: Callable[[bytes], bytes]) -> Callable[[_Json], None]:
    """A change of the header, with the hash that it then has."""

    def damage(told: _Json) -> None:
        block = told["state"]["block"]
        raw = change(bytes.fromhex(block["header"][2:]))
        block.update(header="0x" + raw.hex(), hash="0x" + signing.keccak(raw).hex())

    return damage

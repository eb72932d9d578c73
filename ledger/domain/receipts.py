"""Receipts: what the ledger said at a moment, in a form that a person can keep and anyone can hold against it.

A receipt is a JSON document of its own kind and version. What its printed form carries in the code is a *stamp*: the
few facts that decide (which item, when, what was said), as readable parts of a web address. Both are sealed by the
ledger (`services/receipts.py`); here is only their shape.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ledger.domain.errors import Invalid
from ledger.domain.said import said
from ledger.domain.standing import Standing
from ledger.domain.standing_checks import Found

CHECKS: Final = {Found.OK: "o", Found.ATTENTION: "a", Found.CANNOT_TELL: "c"}
"""How a stamp writes what each of the five checks came to."""
_MOST_ALSO: Final = 6
_LONGEST: Final = 200
_NUMBER: Final = re.compile(r"[0-9A-HJKMNP-TV-Z]{16}")
_COUNT: Final = re.compile(r"0|-?[1-9][0-9]{0,14}")


class ReceiptKind(StrEnum):
    """What a receipt is of."""

    CHECK = "check"
    CLAIM = "claim"
    HANDOVER = "handover"
    INSPECTION = "inspection"

    @property
    def document_format(self) -> str:
        """The name and version of its JSON."""
        return f"touchmark/{self.value}-receipt/1"


@dataclass(frozen=True, slots=True)
class Stamp:
    """What the code on a printed receipt carries.

    `number` names the receipt: 80 bits of its document's SHA-256. `issued_at` and `recorded_at` are seconds since
    1970, `block` is the block it rests on (-1: none), `final` whether that could no longer be lost. `says` is the
    verdict of a check, the pseudonyms of a claim or a handover, the result of an inspection. `checks` has a letter
    for each of the five checks, `also` the bad news under the verdict, gravest first. `statement` is the hash of
    the statement behind a claim, a handover or an inspection.
    """

    number: str
    kind: ReceiptKind
    gtin: str
    serial: str
    issued_at: int
    block: int
    final: bool
    says: str
    tick: bool = False
    checks: str = ""
    also: tuple[str, ...] = ()
    statement: str = ""
    recorded_at: int = 0

    def query(self) -> dict[str, str]:
        """Its parts as an address has them, in a fixed order; what is empty is left out."""
        parts = {
            "k": self.kind.value,
            "g": self.gtin,
            "s": self.serial,
            "t": str(self.issued_at),
            "b": str(self.block),
            "f": "1" if self.final else "0",
            "w": self.says,
            "x": "1" if self.tick else "0",
            "c": self.checks,
            "a": ".".join(self.also),
            "o": self.statement,
            "r": str(self.recorded_at) if self.recorded_at else "",
        }
        return {name: value for name, value in parts.items() if value}

    def message(self) -> bytes:
        """What its seal is made over: every part with its name, so that none can be taken for another."""
        told = json.dumps({"number": self.number, **self.query()}, sort_keys=True, separators=(",", ":"))
        return b"touchmark/receipt-stamp/1:" + told.encode()


def read_stamp(number: str, given: Mapping[str, str]) -> Stamp:
    """The stamp in an address. Raises Invalid for whatever no receipt of ours carries."""
    if not _NUMBER.fullmatch(number) or any(len(value) > _LONGEST for value in given.values()):
        raise _unreadable()
    try:
        stamp = Stamp(
            number=number,
            kind=ReceiptKind(given["k"]),
            gtin=given["g"],
            serial=given["s"],
            issued_at=_count(given["t"]),
            block=_count(given["b"]),
            final=given["f"] == "1",
            says=given["w"],
            tick=given["x"] == "1",
            checks=given.get("c", ""),
            also=tuple(filter(None, given.get("a", "").split("."))),
            statement=given.get("o", ""),
            recorded_at=_count(given.get("r", "0")),
        )
    except (KeyError, ValueError):
        raise _unreadable() from None
    # One spelling for each stamp: nothing may be added to an address and still count.
    if stamp.query() != dict(given):
        raise _unreadable()
    return stamp


def checks_of(standing: Standing) -> str:
    """The five checks as a stamp writes them; empty where there were none."""
    return "".join(CHECKS[one.found] for one in standing.checked)


def also_of(standing: Standing) -> tuple[str, ...]:
    """The bad news under a verdict, gravest first."""
    return tuple(str(one.key) for one in standing.lines if one.grave)[:_MOST_ALSO]


def _count(text: str) -> int:
    if not _COUNT.fullmatch(text):
        raise ValueError(text)
    return int(text)


def _unreadable() -> Invalid:
    return Invalid(said("This is not the whole address of a receipt. Scan its code again, or type it to the end."))

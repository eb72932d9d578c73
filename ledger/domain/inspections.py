"""What an inspection or a service says, packed into the statement's `facts` word.

The facts are public and short, so they stand on the chain in plain: anyone who holds the events can
read a result without asking us. The long report (photos, points, words) is kept elsewhere and named
by a salted hash.

Byte 0 is the version (1). Inspection and correction: 1 authenticity, 2 condition (0 none, 1–5 = A–E),
3 method, 4 persons, 5 remarks (bits), 6 points checked. Service: 1 what was done, 2–31 the name of the part that was
replaced, in ASCII, filled with zeros; zeros where it names none. Withdrawal: 1 why.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, IntFlag

from ledger.domain.components import PREFIX, is_part
from ledger.domain.errors import Invalid
from ledger.domain.said import said

VERSION = 1


class Authenticity(IntEnum):
    """One of four answers; “not supported” means this inspector does not judge such items."""

    CONSISTENT = 1
    NOT_GENUINE = 2
    INCONCLUSIVE = 3
    NOT_SUPPORTED = 4


class Method(IntEnum):
    """How the item was before the inspector."""

    IN_HAND = 1
    PHOTOS = 2
    VIDEO = 3


class Remark(IntFlag):
    """What was seen beside authenticity."""

    ALTERED = 1
    PARTS_REPLACED = 2
    CODE_MOVED = 4


NO_REMARK = Remark(0)


class Service(IntEnum):
    """What a service did."""

    REPAIR = 1
    PART_REPLACED = 2
    CARE = 3
    REFINISHED = 4
    CHECKED = 5


class WithdrawalReason(IntEnum):
    """Why a party takes back what it said."""

    MISTAKE = 1
    WRONG_ITEM = 2
    NEW_EVIDENCE = 3
    OTHER = 4


@dataclass(frozen=True, slots=True)
class InspectionFacts:
    """The public part of an inspection. Condition is “A” to “E” or None."""

    authenticity: Authenticity
    method: Method
    persons: int = 1
    condition: str | None = None
    remarks: Remark = NO_REMARK
    points: int = 0

    def pack(self) -> bytes:
        """The facts as 32 bytes. Raises Invalid where a number does not fit."""
        if not 1 <= self.persons <= 255:
            raise Invalid(said("“persons” is how many people looked: 1 to 255."))
        if not 0 <= self.points <= 255:
            raise Invalid(said("“points” is how many points were checked: 0 to 255."))
        grade = 0 if self.condition is None else "ABCDE".find(self.condition) + 1
        if self.condition is not None and (grade == 0 or len(self.condition) != 1):
            raise Invalid(said("“condition” is one of A, B, C, D, E, or left out."))
        head = bytes([VERSION, self.authenticity, grade, self.method, self.persons, self.remarks, self.points])
        return head.ljust(32, b"\0")

    @classmethod
    def unpack(cls, facts: bytes) -> InspectionFacts:
        """The facts of a word. Raises Invalid for a version or a value this program does not know."""
        try:
            if len(facts) != 32 or facts[0] != VERSION or facts[2] > 5:
                raise ValueError
            return cls(
                authenticity=Authenticity(facts[1]),
                method=Method(facts[3]),
                persons=facts[4],
                condition="ABCDE"[facts[2] - 1] if facts[2] else None,
                remarks=Remark(facts[5]),
                points=facts[6],
            )
        except ValueError:
            raise Invalid(said("These inspection facts were written by a newer program or are damaged.")) from None


def pack_code(code: Service | WithdrawalReason) -> bytes:
    """The facts word of a service or a withdrawal."""
    return bytes([VERSION, code]).ljust(32, b"\0")


def pack_part(part: str) -> bytes:
    """The facts word of a service that replaced a part; `part` is a name as `components.check_part` gives it."""
    return (bytes([VERSION, Service.PART_REPLACED]) + part.encode("ascii")).ljust(32, b"\0")


def part_of(facts: bytes) -> str:
    """The part that a service's facts word says was replaced; empty where it names none that could be one."""
    if facts[0] != VERSION or facts[1] != Service.PART_REPLACED:
        return ""
    name = facts[2:].rstrip(b"\0").decode("ascii", "replace")
    return name if is_part(PREFIX + name) else ""


def code_of(facts: bytes) -> int:
    """What byte 1 of a facts word says: the result of an inspection, what a service did, why a record was withdrawn."""
    return facts[1]

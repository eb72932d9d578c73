"""What a check answers: numbered steps, each with what was checked against what, and one outcome."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final


class Outcome(StrEnum):
    """How one step ended."""

    HOLDS = "holds"
    CONTRADICTS = "contradicts"
    CANNOT_TELL = "cannot tell"
    NOT_ASKED = "not asked"


class Step(StrEnum):
    """Every step by its name, in order."""

    FILE = "file"
    CONTRACT = "contract"
    IDENTITY = "identity"
    RECORD = "record"
    LISTING = "listing"
    REGISTRATION = "registration"
    STATEMENTS = "statements"
    SIGNATURES = "signatures"
    HEADER = "header"
    CODE = "code"
    ITEM = "item"
    BATCH = "batch"
    PREFIX = "prefix"
    SIGNERS = "signers"
    LIVE = "live"


NUMBER: Final = {step: number for number, step in enumerate(Step, 1)}
LEVELS: Final = ("nothing", "coherent", "anchored", "live")
"""What holds, by level: nothing; the file with itself; with the contract's state in its block; with the chain."""

_EXIT: Final = {Outcome.HOLDS: 0, Outcome.CONTRADICTS: 2, Outcome.CANNOT_TELL: 3}


class Contradicts(Exception):
    """A step found something else than it must. `expected` and `found` in words or hexadecimal."""

    def __init__(self, why: str, expected: str = "", found: str = "") -> None:
        super().__init__(why)
        self.why, self.expected, self.found = why, expected, found


class CannotTell(Exception):
    """A step lacks what it would need; nothing is said against the file."""


@dataclass(frozen=True, slots=True)
class Checked:
    """One step as it ended."""

    step: Step
    outcome: Outcome
    said: str
    expected: str = ""
    found: str = ""

    @property
    def number(self) -> int:
        """Its place in the list, from 1."""
        return NUMBER[self.step]


@dataclass(frozen=True, slots=True)
class Report:
    """The whole answer. `notes` are facts to know that contradict nothing; `facts` is what the file says, proven."""

    steps: tuple[Checked, ...]
    level: int
    notes: tuple[str, ...] = ()
    facts: dict[str, Any] | None = None

    @property
    def outcome(self) -> Outcome:
        """CONTRADICTS if any step does, else CANNOT_TELL if any step could not, else HOLDS."""
        found = {one.outcome for one in self.steps}
        for outcome in (Outcome.CONTRADICTS, Outcome.CANNOT_TELL):
            if outcome in found:
                return outcome
        return Outcome.HOLDS

    @property
    def exit_code(self) -> int:
        """0 holds, 2 contradicts, 3 cannot tell."""
        return _EXIT[self.outcome]

    def as_json(self) -> dict[str, Any]:
        """The answer for programs."""
        return {
            "outcome": self.outcome.value,
            "level": self.level,
            "levelName": LEVELS[self.level],
            "steps": [
                {
                    "number": one.number,
                    "step": one.step.value,
                    "outcome": one.outcome.value,
                    "said": one.said,
                    **({"expected": one.expected, "found": one.found} if one.expected or one.found else {}),
                }
                for one in self.steps
            ],
            "notes": list(self.notes),
            "facts": self.facts,
        }

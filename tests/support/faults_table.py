"""The figures of a fault: every test of the rig notes its own, `scripts/faults` prints them row by row."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Final

FILE: Final = "TOUCHMARK_FAULT_FIGURES"
"""The variable that names the file in which figures are noted."""
LONG: Final = os.environ.get("TOUCHMARK_LONG") == "1"
SEED: Final = int(os.environ.get("TOUCHMARK_FAULT_SEED", "1"))


def rounds(gate: int, long: int) -> int:
    """How often a fault is tried: a few in the gate, many in the long run, or as many as `scripts/faults` was asked."""
    return int(os.environ.get("TOUCHMARK_FAULT_ROUNDS", long)) if LONG else gate


def figure(row: str, words: str, **numbers: float) -> None:
    """Note what was measured of a row of the table; numbers of the same row are added up by the reader."""
    if place := os.environ.get(FILE):
        with Path(place).open("a") as file:
            file.write(json.dumps({"row": row, "words": words, "numbers": numbers}) + "\n")

"""The table of faults: which tests try each row, and the figures that they note.

Every test of the rig notes its own figures; `scripts/faults` runs them the long way and prints them row by row.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Final

FILE: Final = "TOUCHMARK_FAULT_FIGURES"
"""The variable that names the file in which figures are noted."""
LONG: Final = os.environ.get("TOUCHMARK_LONG") == "1"
SEED: Final = int(os.environ.get("TOUCHMARK_FAULT_SEED", "1"))


@dataclass(frozen=True, slots=True)
class Row:
    """A failure and the tests that bring it about."""

    name: str
    tests: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """Whether a row holds, what was counted, and how long that took."""

    holds: bool
    words: str
    seconds: float


_FAULTS: Final = "tests/faults/"
_TRUE: Final = "tests/integration/staying_true/"
ROWS: Final = (
    Row("worker/server kill -9", (_FAULTS + "test_kills.py",)),
    Row("crash between SQL and broadcast", (_TRUE + "test_crashes.py",)),
    Row("single syscall failure", (_FAULTS + "test_single_calls.py",)),
    Row("full disk (ENOSPC)", (_FAULTS + "test_full_disk.py",)),
    Row("the database fails on the n-th statement", (_FAULTS + "test_failing_database.py",)),
    Row("double submission / retry, double transfer", (_FAULTS + "test_submitted_twice.py",)),
    Row("RPC timeout after broadcast, a lying node", (_FAULTS + "test_lying_node.py",)),
    Row("nonce gap / drift, two workers", (_FAULTS + "test_frozen_holder.py", _TRUE + "test_two_workers.py")),
    Row("dropped / stuck / underpriced tx", (_TRUE + "test_reorganisations.py", _TRUE + "test_bundles.py")),
    Row("accepted but never valid", ("tests/integration/chain/test_sending.py",)),
    Row("node wedge, misbehaving node", (_TRUE + "test_lost_nodes.py", "tests/integration/chain/test_bad_nodes.py")),
    Row("torn node state, lost saves", (_FAULTS + "test_lost_saves.py", "tests/integration/chain/test_saves.py")),
    Row("partial batch", (_TRUE + "test_jobs.py",)),
    Row("duplicate / unordered webhook", ("tests/integration/post",)),
    Row("clock skew", (_FAULTS + "test_clocks.py",)),
)


def rounds(gate: int, long: int) -> int:
    """How often a fault is tried: a few in the gate, many in the long run, or as many as `scripts/faults` was asked."""
    return int(os.environ.get("TOUCHMARK_FAULT_ROUNDS", long)) if LONG else gate


def figure(row: str, words: str, **numbers: float) -> None:
    """Note what was measured of a row of the table; the numbers of one row and the same words are added up."""
    if place := os.environ.get(FILE):
        with Path(place).open("a") as file:
            file.write(json.dumps({"row": row, "words": words, "numbers": numbers}) + "\n")


def run_row(row: Row, root: Path, *, seed: int, rounds: int | None) -> Outcome:
    """Run a row's tests the long way, in a process of their own, showing what they say where they fail."""
    with tempfile.TemporaryDirectory(prefix="touchmark-faults-") as folder:
        figures = Path(folder) / "figures"
        environment = {**os.environ, "TOUCHMARK_LONG": "1", "TOUCHMARK_FAULT_SEED": str(seed), FILE: str(figures)}
        if rounds is not None:
            environment["TOUCHMARK_FAULT_ROUNDS"] = str(rounds)
        began = time.monotonic()
        command = [sys.executable, "-m", "pytest", "-q", "--no-header", "-p", "no:cacheprovider", *row.tests]
        done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)
        seconds = time.monotonic() - began
        if done.returncode:
            print(done.stdout[-6_000:], done.stderr[-2_000:], sep="\n")
        said = [line for line in done.stdout.splitlines() if " passed" in line or " failed" in line]
        return Outcome(
            done.returncode == 0, _told(figures) or (said[-1].strip("= ") if said else "no test ran"), seconds
        )


def _told(figures: Path) -> str:
    sums: dict[tuple[str, str], Counter[str]] = {}
    lines = figures.read_text().splitlines() if figures.exists() else []
    for one in map(json.loads, lines):
        sums.setdefault((one["row"], one["words"]), Counter()).update(one["numbers"])
    return "\n  ".join(
        f"{row}: {words} ({', '.join(f'{value:,.10g} {name}' for name, value in numbers.items())})"
        for (row, words), numbers in sums.items()
    )

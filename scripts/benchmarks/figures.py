"""A figure, what it stands beside, and what it has to reach."""

from __future__ import annotations

import os
import platform
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final, TypeVar

ROOT: Final = Path(__file__).resolve().parents[2]
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Figure:
    """`value` in `unit`; `beside` is the limit or the rival, in the same unit; `ratio` of both, and its target.

    `at_least` or `at_most` bound the ratio; with neither the figure is there to be read.
    """

    name: str
    value: float
    unit: str
    beside: str = ""
    beside_value: float | None = None
    ratio: float | None = None
    at_least: float | None = None
    at_most: float | None = None

    @property
    def met(self) -> bool | None:
        """Whether the target is reached, None where there is none."""
        if self.ratio is None or (self.at_least is None and self.at_most is None):
            return None
        return (self.at_least is None or self.ratio >= self.at_least) and (
            self.at_most is None or self.ratio <= self.at_most
        )

    @property
    def target(self) -> str:
        """The target in a few signs."""
        if self.at_least is not None:
            return f"≥ {self.at_least:g}"
        return "" if self.at_most is None else f"≤ {self.at_most:g}"

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return {
            "name": self.name,
            "value": self.value,
            "unit": self.unit,
            "beside": self.beside or None,
            "beside_value": self.beside_value,
            "ratio": self.ratio,
            "target": self.target or None,
            "met": self.met,
        }


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured."""

    quick: bool
    full: bool
    folder: Path
    say: Callable[[str], None]

    def size(self, quick: int, usual: int) -> int:
        """How many of something."""
        return quick if self.quick else usual

    @property
    def rounds(self) -> int:
        """How often a short measurement is repeated; the median counts."""
        return 3 if self.quick else 5


def seconds(work: Callable[[], _T]) -> tuple[float, _T]:
    """How long one piece of work takes, and what it gives."""
    began = time.perf_counter()
    result = work()
    return time.perf_counter() - began, result


def median_seconds(work: Callable[[], object], rounds: int) -> float:
    """The median of several runs."""
    return statistics.median(seconds(work)[0] for _ in range(rounds))


def peak_memory() -> int:
    """Bytes that this process has held at most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def in_a_process(module: str, *arguments: str) -> str:
    """The last line that a module prints, run in an interpreter of its own: for a clean memory and clean caches."""
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{module} failed:\n{done.stderr[-2000:]}")
    return done.stdout.strip().splitlines()[-1]


def machine() -> dict[str, Any]:
    """What the figures were measured on."""
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.processor(),
    )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    packages = ("flask", "gunicorn", "sqlalchemy", "web3", "coincurve", "safe-pysha3", "qrcode", "zxing-cpp")
    return {
        "processor": model,
        "cores": len(os.sched_getaffinity(0)),
        "memory_gib": round(memory / 2**30, 1),
        "system": platform.platform(),
        "python": platform.python_version(),
        "packages": {name: version(name) for name in packages},
        "load_before": os.getloadavg()[0],
    }

"""`scripts/bench`: measures, prints a table, and keeps the figures as JSON."""

from __future__ import annotations

import argparse
import importlib
import json
import logging
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import structlog
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from scripts.benchmarks.figures import Figure, Plan, machine

SECTIONS: Final = (
    "registration",
    "scanning",
    "writing",
    "following",
    "labels",
    "proofs",
    "look_ups",
    "screening",
    "checks",
    "notices",
)


def main() -> int:
    """Measure what was asked for. 0 where every target is met, 1 where one is missed."""
    given = _arguments()
    out, err = Console(), Console(stderr=True)
    # Requests that a section makes of an application in this process say nothing between the tables.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    told, found = machine(), {}
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with tempfile.TemporaryDirectory(prefix="touchmark-bench-") as folder, Progress(*columns, console=err) as progress:
        task = progress.add_task("", total=len(given.only))
        for name in given.only:

            def say(what: str, name: str = name) -> None:
                progress.update(task, description=f"{name}: {what}")

            say("…")
            plan = Plan(given.quick, given.full, Path(folder) / name, say)
            plan.folder.mkdir()
            began = time.monotonic()
            found[name] = list(importlib.import_module(f"scripts.benchmarks.{name}").measure(plan))
            progress.advance(task)
            _show(out, name, found[name], time.monotonic() - began)
    document = {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "size": "quick" if given.quick else "full" if given.full else "usual",
        "machine": told,
        "sections": {name: [one.as_json() for one in figures] for name, figures in found.items()},
    }
    given.json.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n")
    out.print(", ".join(f"{name} {value}" for name, value in told.items() if name != "packages"), style="dim")
    out.print(f"As JSON: {given.json}", style="dim")
    return int(any(one.met is False for figures in found.values() for one in figures))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument("--only", action="append", choices=SECTIONS, help="a section; may be given several times")
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--quick", action="store_true", help="small numbers, about a minute a section")
    size.add_argument("--full", action="store_true", help="the runs of a million items too")
    parser.add_argument("--json", type=Path, default=Path("bench.json"), help="where the figures are kept")
    given = parser.parse_args()
    given.only = given.only or list(SECTIONS)
    return given


def _show(out: Console, name: str, figures: list[Figure], took: float) -> None:
    table = Table(title=f"{name} ({took:.0f} s)", title_justify="left", box=None, pad_edge=False)
    for column, justify in (
        ("", "left"),
        ("value", "right"),
        ("", "left"),
        ("beside", "left"),
        ("", "right"),
        ("ratio", "right"),
        ("target", "right"),
        ("", "left"),
    ):
        table.add_column(column, justify=justify)  # type: ignore[arg-type]
    for one in figures:
        met = {None: "", True: "met", False: "missed"}[one.met]
        table.add_row(
            one.name, _number(one.value), one.unit, one.beside,
            "" if one.beside_value is None else _number(one.beside_value),
            "" if one.ratio is None else f"{one.ratio:.2f}", one.target, met,
            style="red" if one.met is False else None,
        )  # fmt: skip
    out.print(table)
    out.print()


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:,.2f}"


if __name__ == "__main__":
    sys.exit(main())

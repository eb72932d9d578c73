"""`scripts/simulate`: agents on the shipped ledger; numbers, curves, and the report held against what happened."""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import logging
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import structlog
from rich.console import Console
from rich.table import Table

from scripts.simulation.curves import bars, curve
from scripts.simulation.founding import ALL, FAMILIES
from scripts.simulation.measures import Measure, measures
from scripts.simulation.rules import QUICK, VERSION, Rules
from scripts.simulation.runs import Run, run

_TITLES: Final = {
    "cheats": "Share of cheats among listings (%)",
    "an_hour": "Decisions of a reviewer in an hour",
    "adoption": "Honest branded listings whose item has a code (%)",
}
_ALONG: Final[Mapping[str, Sequence[int]]] = {"cheats": (10, 25, 50), "an_hour": (1, 2, 5), "adoption": (10, 50, 90)}
_DRAWN: Final = {
    "presale_block_rate": "stopped before a sale",
    "proactive_share": "of those, without a notice",
    "honest_friction": "honest listings not allowed at once",
    "waited_over_24h": "waited over a day for a reviewer",
}


def main() -> int:
    """Play what was asked for. 0 where the report told what happened, 1 where any number differed."""
    given = _arguments()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    rules = QUICK if given.quick else Rules()
    rules = replace(rules, days=given.days or rules.days, honest_a_day=max(1, round(rules.honest_a_day * given.scale)))
    out, err = Console(width=None if sys.stdout.isatty() else 150), Console(stderr=True)
    given.out.mkdir(parents=True, exist_ok=True)
    played: list[Run] = []

    def play(what: str, rules: Rules, off: frozenset[str]) -> list[Run]:
        some = []
        for seed in given.seed:
            err.print(f"{what}, seed {seed} …", style="dim")
            some.append(run(rules, seed, off))
        played.extend(some)
        return some

    base = play("as asked", rules, frozenset(given.without))
    none = play("every detector off", rules, ALL)
    found = measures([one.records for one in base], [one.records for one in none])
    document: dict[str, Any] = {
        "synthetic": True,
        "about": "A simulated marketplace. Nothing here was measured in the world.",
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "touchmark": importlib.metadata.version("touchmark"),
        "agents": VERSION,
        "rules": asdict(rules),
        "seeds": given.seed,
        "without": sorted(given.without),
        "numbers": [one.as_json() for one in found],
        "runs": [one.as_json() for one in (*base, *none)],
    }
    _show(out, f"Synthetic data: {len(given.seed)} seed(s), {rules.days} days", found)
    if given.ablation:
        document["ablation"] = _ablation(out, given.out, base, none, lambda name: play(name, rules, frozenset({name})))
    if given.curves:
        document["curves"] = {
            name: list(_sensitivity(given.out, name, lambda value, name=name: play(
                f"{name} = {value}", replace(rules, **{name: value}), frozenset(given.without))))
            for name in _ALONG
        }  # fmt: skip
    target = given.out / "simulation.json"
    target.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n")
    differ = [words for one in played for words in one.differ]
    told = sum(len(one.policy) for one in played)
    out.print(f"The transparency report told {told - len(differ)} of {told} numbers as the simulator counted them.")
    for words in differ:
        out.print(words, style="red")
    out.print(f"As JSON, with the curves beside it: {target}", style="dim")
    return int(bool(differ))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/simulate", description=__doc__)
    parser.add_argument("--seed", type=int, action="append", help="may be given several times (1)")
    parser.add_argument("--days", type=int, help="on which listings are put up, at most 180")
    parser.add_argument("--scale", type=float, default=1.0, help="times as many listings")
    parser.add_argument("--quick", action="store_true", help="a small world")
    parser.add_argument("--out", type=Path, default=Path("data/simulation"), help="folder for JSON and curves")
    names = sorted({*ALL, *FAMILIES})
    parser.add_argument("--without", action="append", default=[], choices=names, metavar="NAME",
                        help="a detector, or a family such as “photo”, that is off: " + ", ".join(names))  # fmt: skip
    parser.add_argument("--ablation", action="store_true", help="again with each detector off that gave a reason")
    parser.add_argument("--curves", action="store_true", help="again with other shares of cheats, codes and reviewers")
    given = parser.parse_args()
    given.seed = given.seed or [1]
    if given.days is not None and not 1 <= given.days <= 180:
        parser.error("--days is a number from 1 to 180: all of a run lies in one calendar year.")
    if not 0 < given.scale <= 100:
        parser.error("--scale is above 0 and at most 100.")
    return given


def _ablation(out: Console, folder: Path, base: list[Run], none: list[Run], play: Any) -> list[dict[str, Any]]:
    """All on, all off, and each off that gave any reason: without the others nothing would be different."""
    spoke = sorted(frozenset().union(*(one.spoke for one in base)))
    rows = [("all on", base), ("all off", none), *((f"without {name}", play(name)) for name in spoke)]
    told, drawn = [], []
    table = Table(title="Synthetic data: detectors off, one at a time", title_justify="left", box=None)
    for column in ("", *_DRAWN.values()):
        table.add_column(column, justify="left" if not column else "right")
    for name, some in rows:
        found = {one.key: one for one in measures([each.records for each in some], [])}
        told.append({"run": name, "numbers": [found[key].as_json() for key in found]})
        share = found["presale_block_rate"]
        drawn.append((name, share.value, _words(share)))
        table.add_row(name, *(_words(found[key]) for key in _DRAWN))
    out.print(table)
    (folder / "ablation.svg").write_text(bars("Bad listings stopped before a sale", drawn))
    return told


def _sensitivity(folder: Path, name: str, play: Any) -> Iterator[dict[str, Any]]:
    """One parameter at several values, all else as it is."""
    lines: dict[str, list[tuple[float, float | None]]] = {key: [] for key in _DRAWN}
    counts: dict[str, list[int]] = {key: [] for key in _DRAWN}
    for value in _ALONG[name]:
        found = {one.key: one for one in measures([one.records for one in play(value)], [])}
        for key in _DRAWN:
            lines[key].append((value, found[key].value))
            counts[key].append(found[key].denominator or 0)
        yield {"value": value, "numbers": [one.as_json() for one in found.values()]}
    named = {f"{words} (of {min(counts[key])} to {max(counts[key])})": lines[key] for key, words in _DRAWN.items()}
    (folder / f"curve-{name}.svg").write_text(curve("What a parameter does", _TITLES[name], named))


def _show(out: Console, title: str, found: Sequence[Measure]) -> None:
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    table.add_column("")
    table.add_column("", justify="right")
    table.add_column("", overflow="fold")
    for one in found:
        table.add_row(one.key, _words(one), one.about, style="" if "." not in one.key else "dim")
    out.print(table)


def _words(one: Measure) -> str:
    if one.numerator is None:
        return "none"
    if one.denominator is None:
        return f"{one.numerator:,} {one.unit}"
    counted = f"{one.numerator:,} of {one.denominator:,}"
    return f"{counted}, too few to say" if one.value is None else f"{counted} = {one.value:g} {one.unit}"


if __name__ == "__main__":
    sys.exit(main())

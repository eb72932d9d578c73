"""One run: a world from a seed, played over a market with some detectors off, and held against the published report."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from scripts.simulation.agents import populate
from scripts.simulation.founding import opened
from scripts.simulation.play import Play
from scripts.simulation.policy import Number, differences, policy_numbers
from scripts.simulation.records import Records
from scripts.simulation.rules import Rules


@dataclass(frozen=True, slots=True)
class Run:
    """What came of it. `differ` names each number that the report tells otherwise; it has to be empty."""

    seed: int
    off: frozenset[str]
    records: Records
    policy: dict[str, Number]
    report: dict[str, Any]
    differ: list[str]
    pack: int

    @property
    def spoke(self) -> frozenset[str]:
        """The detectors that gave a reason for anything."""
        return frozenset(
            key for fate in self.records.fates.values() for one in fate.screenings for key in one.reasons
        )  # fmt: skip

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return {
            "seed": self.seed,
            "without": sorted(self.off),
            "requests": self.records.requests,
            "rule_pack": self.pack,
            "log": self.report["log"],
            "definitions": self.report["definitions"],
            "rule_sets": self.report["rule_sets"],
            "lanes": self.records.lanes,
            "policy": {key: {"numerator": a, "denominator": b} for key, (a, b) in self.policy.items()},
            "report_differs": self.differ,
        }


def run(rules: Rules, seed: int, off: Collection[str] = ()) -> Run:
    """Play it."""
    people = populate(rules, seed)
    with opened(people, off) as market:
        records = Play(market, people, rules, rechecks=not {"code", "code.bad_news"} & set(off)).play()
        year = datetime.fromtimestamp(market.start, UTC).year
        report = market.ask(None, "GET", f"/transparency.json?period={year}")
    own = policy_numbers(records)
    return Run(seed, frozenset(off), records, own, report, differences(own, report), records.pack)

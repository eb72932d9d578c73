"""Plays acts on a case as the use cases do: entries are made, and the case is what they fold to."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from ledger.domain.desk.cases import Case
from ledger.domain.desk.cases_acts import Act
from ledger.domain.desk.cases_due import due
from ledger.domain.desk.cases_fold import fold
from ledger.domain.desk.clocks import RULES, Lane, RuleName, ends
from ledger.domain.desk_log import GENESIS, Entry, sealed

START = 1_790_000_000
"""2026-09-21T14:13:20Z, a Monday."""


@dataclass
class Play:
    """One case's entries so far; `now` moves only where a test moves it."""

    rules: RuleName = RuleName.HOUSE
    seller: str | None = "s-77"
    self_service: bool = False
    now: int = START
    entries: list[Entry] = field(default_factory=list)

    def __post_init__(self) -> None:
        rules = RULES[self.rules]
        self.add("case.received", {
            "notice": "ntc_1", "platform": "org_p", "listing": "L-1", "notifier": "org_b", "holder": "org_b",
            "reason": "keyword_misuse", "rules": rules.label, "lane": "normal", "right": "rgt_1", "agent": None,
            "item": None, "territories": ["FR"], "self_service": self.self_service, "seller": self.seller,
            "due_at": ends(rules, rules.decide[Lane.NORMAL], self.now),
        })  # fmt: skip

    def add(self, kind: str, body: dict[str, Any]) -> None:
        before = self.entries[-1].hash if self.entries else GENESIS
        self.entries.append(sealed(len(self.entries) + 1, self.now, kind, "", "cas_1", json.dumps(body), before))

    @property
    def case(self) -> Case:
        made = fold(self.entries)
        assert made is not None
        return made

    def do(self, acts: Sequence[Act]) -> Case:
        for act in acts:
            self.add(act.kind, dict(act.body))
        return self.settle()

    def settle(self) -> Case:
        """Let time do what it has to by now."""
        while acts := due(self.case, self.now):
            for act in acts:
                self.add(act.kind, dict(act.body))
        return self.case

    def kinds(self) -> list[str]:
        return [one.kind for one in self.entries]

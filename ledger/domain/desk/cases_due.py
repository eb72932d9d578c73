"""What time itself does to a case: one thing at a time, each at most once, however late anybody looks.

Each entry bears the time when it was due; when it was done is the entry's own. Dates that follow from it are counted
from when it was due, so that nobody gains or loses by a worker that slept.
"""

from __future__ import annotations

from ledger.domain.desk.cases import Automation, Case, Decline, Outcome, State
from ledger.domain.desk.cases_acts import Act, restore_by_law
from ledger.domain.desk.clocks import RULES, ends
from ledger.domain.desk.strikes import strike_until


def next_at(case: Case) -> int | None:
    """When time next does something to the case, None where it waits for people alone."""
    match case.state:
        case State.WAITING:
            return case.due_at
        case State.COUNTERED | State.IN_COURT:
            return case.restore_at
        case State.UPHELD | State.KEPT | State.DECLINED | State.RESTORED:
            return case.closing_at
        case State.CLOSED:
            return case.closed_at if _brings_strike(case) else None
        case _:
            return None


def due(case: Case, now: int) -> list[Act]:
    """What is due now, in order; empty where nothing is. Asked again after these, it may give the next."""
    at = next_at(case)
    if at is None or now < at:
        return []
    if case.state is State.WAITING:
        return [_nothing_came(case, at)]
    if case.state in (State.COUNTERED, State.IN_COURT):
        return restore_by_law(case, at)
    if case.state is State.CLOSED:
        assert case.seller is not None
        until = strike_until(at)
        body = {"platform": case.platform, "seller": case.seller, "due": at, "until": until, "opened": case.opened_at}
        return [Act("case.strike", body)]
    assert case.outcome is not None
    return [Act("case.closed", {"outcome": case.outcome.value, "due": at, "down_since": case.down_since})]


def _brings_strike(case: Case) -> bool:
    return case.outcome is Outcome.UPHELD and case.seller is not None and case.struck_at is None


def _nothing_came(case: Case, at: int) -> Act:
    rules = RULES[case.rules]
    body = {
        "outcome": Outcome.DECLINED.value,
        "code": Decline.INSUFFICIENT_EVIDENCE.value,
        "automation": Automation.FULL.value,
        "by": "",
        "texts": [],
        "rules": rules.label,
        "due": at,
        "due_at": at,
        "facts": list(case.facts),
        "territories": list(case.territories),
        "counter_until": None,
        "appeal_until": ends(rules, rules.appeal, at),
        "undo_until": None,
    }
    return Act("case.decided", body)

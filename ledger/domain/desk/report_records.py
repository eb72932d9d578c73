"""What the transparency report counts: the desk's log, folded into plain records. Pure.

A record is a flat mapping of words and whole numbers. Times are seconds since 1970, spans are seconds, and what is not
known is None, which no comparison but “is none” takes for anything.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from ledger.domain.desk.cases import Case, Outcome, State
from ledger.domain.desk.cases_fold import step
from ledger.domain.desk_log import Entry

Record = Mapping[str, Any]
Records = Mapping[str, Sequence[Record]]

CASES: Final = "cases"
DECISIONS: Final = "decisions"
SCREENINGS: Final = "screenings"
WRONGFUL: Final = "wrongful"
ENTRIES: Final = "entries"
ABOUT: Final[Mapping[str, str]] = {
    CASES: "one for each case, as its entries tell it",
    DECISIONS: "one for each first decision of a case",
    SCREENINGS: "one for each decision of the listing screen",
    WRONGFUL: "one for each listing that was down and should not have been",
    ENTRIES: "one for each other entry of the log",
}
"""What each kind of record is."""
_CASE_KINDS: Final = ("case.", "listing.")


def records_of(entries: Iterable[Entry], since: int, until: int, platform: str | None = None) -> Records:
    """The records of a log, in its order; with `platform`, of that organisation's alone.

    `since` and `until` are the report's period: what is down at its end is down until then, and of what is no case only
    that of the period is kept, so that a long log takes no more memory than its cases.
    """
    folded: dict[str, Case] = {}
    more: dict[str, dict[str, Any]] = defaultdict(dict)
    screenings: list[Record] = []
    others: list[Record] = []
    for entry in entries:
        body = json.loads(entry.body)
        if entry.kind.startswith(_CASE_KINDS):
            case = step(folded.get(entry.subject), entry.kind, entry.at, entry.subject, body)
            if case is not None:
                folded[entry.subject] = case
                _beside(more[entry.subject], entry, body)
        elif not since <= entry.at < until:
            continue
        elif entry.kind in ("screen.decided", "screen.changed"):
            if platform in (None, entry.organisation):
                screenings += [_screened(entry, one) for one in body["decisions"]]
        elif platform in (None, entry.organisation):
            others.append({**_flat(body), "kind": entry.kind, "at": entry.at, "by": entry.organisation})
    cases = [one for one in folded.values() if platform in (None, one.platform)]
    shown = [_case(one, more[one.id]) for one in cases]
    return {
        CASES: shown,
        DECISIONS: [one for one in shown if one["decided_at"] is not None],
        SCREENINGS: screenings,
        WRONGFUL: _wrongful(cases, until),
        ENTRIES: others,
    }


def _beside(found: dict[str, Any], entry: Entry, body: Mapping[str, Any]) -> None:
    """What the fold of a case does not keep: how it was first decided, and what brought it back."""
    if entry.kind == "case.decided" and "first" not in found:
        found |= {"first": body["outcome"], "first_at": entry.at, "automation": body["automation"]}
    elif entry.kind == "listing.up":
        found["up_by"] = body["why"]
    elif entry.kind == "case.needs_more":
        found["asked_more"] = True


def _case(case: Case, more: Mapping[str, Any]) -> Record:
    closed = case.state is State.CLOSED
    down = sum(until - since for since, until in case.down)
    return {
        "id": case.id,
        "platform": case.platform,
        "notifier": case.notifier,
        "holder": case.holder,
        "by_agent": case.agent is not None,
        "reason": case.reason.value,
        "rules": case.rules.value,
        "lane": case.lane.value,
        "self_service": case.self_service,
        "received_at": case.opened_at,
        "decided_at": more.get("first_at"),
        "took": None if more.get("first_at") is None else more["first_at"] - case.opened_at,
        "first": more.get("first"),
        "declined_as": None if case.decline is None else case.decline.value,
        "automation": more.get("automation"),
        "asked_more": bool(more.get("asked_more")),
        "countered": case.countered_at is not None,
        "ground": None if case.ground is None else case.ground.value,
        "appeals": len(case.appealed),
        "closed": closed,
        "closed_at": case.closed_at,
        "final": case.outcome.value if closed and case.outcome is not None else None,
        "went_down": bool(case.down) or case.is_down,
        "down_seconds": down,
        "up_by": more.get("up_by"),
        "struck": case.struck_at is not None,
        "struck_at": case.struck_at,
        "strike_back": case.strike_back_at is not None,
    }


def _screened(entry: Entry, one: Mapping[str, Any]) -> Record:
    return {
        "at": entry.at,
        "platform": entry.organisation,
        "decision": one["decision"],
        "before": one["before"],
        "first": one["before"] is None,
        "later": entry.kind == "screen.changed",
        "territory": one["territory"],
        "condition": one["condition"],
        "age": one["age"],
        "reasons": len(one["reasons"]),
        "marks": any(str(reason).startswith("mark.") for reason in one["reasons"]),
    }


def _wrongful(cases: Sequence[Case], until: int) -> list[Record]:
    """Listings that were down for notices that did not stand in the end, without the time for which one that did was.

    Only what is settled counts: a case that is still open may yet turn out either way.
    """
    wrong: dict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
    right: dict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
    for case in cases:
        spans = [*case.down, *([(case.down_since, until)] if case.down_since is not None else [])]
        if not spans:
            continue
        name = (case.platform, case.listing)
        if case.state is State.CLOSED and case.outcome in (Outcome.RESTORED, Outcome.WITHDRAWN):
            wrong[name] += spans
        else:
            right[name] += spans
    found = []
    for (platform, _), spans in wrong.items():
        left = _without(_union(spans), _union(right.get((platform, _), [])))
        found += [
            {"platform": platform, "since": since, "until": end, "seconds": end - since}
            for since, end in left
            if end > since
        ]
    return sorted(found, key=lambda one: (one["since"], one["until"], one["platform"]))


def _union(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The same time, each moment once."""
    found: list[tuple[int, int]] = []
    for since, until in sorted(spans):
        if found and since <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], until))
        else:
            found.append((since, until))
    return found


def _without(spans: Sequence[tuple[int, int]], others: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The time of `spans` that is in none of `others`; both are in order and without overlaps."""
    found = []
    for since, until in spans:
        for start, end in others:
            if end <= since or start >= until:
                continue
            if start > since:
                found.append((since, start))
            since = max(since, end)
        if since < until:
            found.append((since, until))
    return found


def _flat(body: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if isinstance(value, str | int | bool) or value is None}

"""A case out of its entries in the desk's log: pure, total over what `cases_acts` and `cases_due` write."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

from ledger.domain.desk.cases import Automation, Case, Decline, Ground, Outcome, Reason, Side, State
from ledger.domain.desk.clocks import Lane, RuleName
from ledger.domain.desk_log import Entry


def fold(entries: Iterable[Entry]) -> Case | None:
    """The case that its entries tell, None of none. What is not about a case's state is passed over."""
    case: Case | None = None
    for entry in entries:
        case = step(case, entry.kind, entry.at, entry.subject, json.loads(entry.body))
    return case


def step(case: Case | None, kind: str, at: int, subject: str, body: Mapping[str, Any]) -> Case | None:
    """The case after one more entry."""
    if kind == "case.received":
        return _received(at, subject, body)
    if case is None or kind not in _STEPS:
        return case
    return _STEPS[kind](case, at, body)


def _received(at: int, subject: str, body: Mapping[str, Any]) -> Case:
    return Case(
        id=subject,
        notice=body["notice"],
        platform=body["platform"],
        listing=body["listing"],
        notifier=body["notifier"],
        holder=body["holder"],
        reason=Reason(body["reason"]),
        rules=RuleName(body["rules"].partition("/")[0]),
        lane=Lane(body["lane"]),
        opened_at=at,
        right=body["right"],
        agent=body["agent"],
        item=body["item"],
        territories=tuple(body["territories"]),
        self_service=body["self_service"],
        seller=body["seller"],
        due_at=body["due_at"],
    )


def _decided(case: Case, at: int, body: Mapping[str, Any]) -> Case:
    upheld = body["outcome"] == Outcome.UPHELD
    return replace(
        case,
        state=State.UPHELD if upheld else State.DECLINED,
        outcome=Outcome(body["outcome"]),
        due_at=None,
        decided_at=at,
        decided_by=body["by"],
        deciders=_and_by(case, body),
        decline=Decline(body["code"]) if body["code"] else None,
        automation=Automation(body["automation"]),
        counter_until=body["counter_until"] or 0,
        appeal_until=body["appeal_until"],
        undo_until=body["undo_until"] or 0,
    )


def _countered(case: Case, at: int, body: Mapping[str, Any]) -> Case:
    return replace(
        case,
        state=State.COUNTERED,
        countered_at=at,
        ground=Ground(body["ground"]),
        proven=body.get("item"),
        due_at=body["due_at"],
        restore_at=body["restore_at"],
    )


def _and_by(case: Case, body: Mapping[str, Any]) -> frozenset[str]:
    return case.deciders | {body["by"]} if body["by"] else case.deciders


def _restored(case: Case, _at: int, body: Mapping[str, Any]) -> Case:
    return replace(
        case,
        state=State.RESTORED,
        outcome=Outcome.RESTORED,
        due_at=None,
        restore_at=None,
        appeal_until=body["appeal_until"],
        deciders=_and_by(case, body),
    )


def _kept(case: Case, _at: int, body: Mapping[str, Any]) -> Case:
    return replace(
        case,
        state=State.KEPT,
        outcome=Outcome.UPHELD,
        due_at=None,
        restore_at=None,
        appeal_until=body["appeal_until"],
        deciders=_and_by(case, body),
    )


def _appeal_decided(case: Case, at: int, body: Mapping[str, Any]) -> Case:
    return replace(
        case,
        state=State(body["state"]),
        outcome=Outcome(body["outcome"]),
        due_at=None,
        counter_until=body["counter_until"] or case.counter_until,
        appeal_until=body["appeal_until"],
        deciders=_and_by(case, body),
        decided_at=case.decided_at or at,
    )


def _ended(outcome: Outcome) -> Callable[[Case, int, Mapping[str, Any]], Case]:
    def ended(case: Case, at: int, _body: Mapping[str, Any]) -> Case:
        return replace(case, state=State.CLOSED, outcome=outcome, due_at=None, restore_at=None, closed_at=at)

    return ended


def _up(case: Case, at: int, _body: Mapping[str, Any]) -> Case:
    since = case.down_since
    return case if since is None else replace(case, down_since=None, down=(*case.down, (since, at)))


_STEPS: Final[dict[str, Callable[[Case, int, Mapping[str, Any]], Case]]] = {
    "case.facts": lambda case, _at, body: replace(case, facts=tuple(body["found"])),
    "case.seller": lambda case, _at, body: replace(case, seller=body["seller"]),
    "case.decided": _decided,
    "case.needs_more": lambda case, at, body: replace(
        case, state=State.WAITING, spare=(case.due_at or at) - at, due_at=body["until"], asked=case.asked + 1
    ),
    "case.more": lambda case, at, _body: replace(case, state=State.RECEIVED, due_at=at + case.spare),
    "case.countered": _countered,
    "case.court": lambda case, _at, body: replace(
        case, state=State.IN_COURT, due_at=body.get("review_at"), restore_at=body.get("until")
    ),
    "case.restored": _restored,
    "case.kept": _kept,
    "case.appealed": lambda case, at, body: replace(
        case, state=State.APPEALED, due_at=body["due_at"], appealed=(*case.appealed, Side(body["side"])), appealed_at=at
    ),
    "case.appeal_decided": _appeal_decided,
    "case.withdrawn": _ended(Outcome.WITHDRAWN),
    "case.undone": _ended(Outcome.WITHDRAWN),
    "case.reversed": _ended(Outcome.RESTORED),
    "case.closed": lambda case, at, _body: replace(case, state=State.CLOSED, due_at=None, closed_at=at),
    "case.strike": lambda case, at, body: replace(case, struck_at=at, strike_until=body["until"]),
    "case.strike_taken_back": lambda case, at, _body: replace(case, strike_back_at=at),
    "listing.down": lambda case, at, _body: replace(case, down_since=at),
    "listing.up": _up,
}

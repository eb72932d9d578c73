"""What acts on a case have in common: entries to be, the listing's way down and up, whose time it still is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from ledger.domain.desk.cases import A_KEY, Automation, Case, State
from ledger.domain.desk.clocks import RULES, ends
from ledger.domain.errors import Conflict, Forbidden
from ledger.domain.said import Said, said


@dataclass(frozen=True, slots=True)
class Act:
    """One entry to be: its kind and its body."""

    kind: str
    body: Mapping[str, Any]


def closed_words() -> Said:
    """Why nothing more can be done."""
    return said("This case is closed and is not opened again. A new listing needs a new notice.")


def let_back(
    case: Case,
    now: int,
    why: str,
    automation: Automation,
    by: str = "",
    texts: Sequence[str] = (),
    due: int | None = None,
) -> list[Act]:
    """The case is restored: why, by whom, and the day it was due where time did it."""
    rules = RULES[case.rules]
    body = {
        "why": why,
        "automation": automation.value,
        "appeal_until": ends(rules, rules.appeal, now),
        "by": by,
        "texts": list(texts),
        "due": due,
        "rules": rules.label,
    }
    return [Act("case.restored", body), *up(case, why)]


def down(case: Case, *, wanted: bool) -> list[Act]:
    """The listing goes down, where that is wanted and it is not down for this case already."""
    if not wanted or case.is_down:
        return []
    return [Act("listing.down", {"platform": case.platform, "listing": case.listing, "seller": case.seller})]


def up(case: Case, why: str) -> list[Act]:
    """The listing comes back, where it is down for this case."""
    told = {"platform": case.platform, "listing": case.listing, "down_since": case.down_since, "why": why}
    return [Act("listing.up", told)] if case.is_down else []


def expect(case: Case, state: State, else_: Said) -> None:
    """Raises Conflict with these words in any other state."""
    if case.state is State.CLOSED and state is not State.CLOSED:
        raise Conflict(closed_words())
    if case.state is not state:
        raise Conflict(else_)


class Answerable(StrEnum):
    """What a seller can answer now."""

    ANYTHING = "anything"
    PROOF = "proof"
    """Only a live answer of the item's owner: an appeal waits for its decision."""
    NOTHING = "nothing"


def answerable(case: Case, now: int) -> Answerable:
    """What of a counter-notice would be taken now, for whoever offers the form."""
    if case.countered_at is not None or now >= counter_until(case, now):
        return Answerable.NOTHING
    if case.state is State.APPEALED:
        return Answerable.PROOF if case.is_down else Answerable.NOTHING
    return Answerable.ANYTHING if case.state is State.UPHELD else Answerable.NOTHING


def counter_until(case: Case, now: int) -> int:
    """By when the seller can answer: without the time that an appeal took, and anew for what goes down only now."""
    if case.state is not State.APPEALED:
        return case.counter_until
    if not case.is_down:
        rules = RULES[case.rules]
        return ends(rules, rules.counter, now)
    return case.counter_until + (0 if case.appealed_at is None else now - case.appealed_at)


def another(case: Case, by: str) -> None:
    """Raises Forbidden for whoever decided before, and for a key where a key did: nobody can say who used it."""
    if by == A_KEY and by in case.deciders:
        raise Forbidden(said("A key decided this before. A person who is signed in has to look at it now."))
    if by in case.deciders:
        raise Forbidden(said("You decided this before. Another person has to look at it now."))

"""The lines of a notice told apart: each with the earlier line, or the earlier case, that says the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from ledger.domain.desk.cases import Outcome, State
from ledger.domain.desk.notices import needs_right, repeats
from ledger.domain.desk.rights import Right
from ledger.services.desk.cases_port import Kept
from ledger.services.desk.notices_lines import DAY, Asked, LookedLine
from ledger.services.ports import Tx

REMEMBERED: Final = 365 * DAY
"""Seconds for which a case that its notifier lost or took back answers another notice of the same."""


def told_apart(tx: Tx, lines: Sequence[LookedLine], asked: Asked, right: Right | None, now: int) -> list[LookedLine]:
    """The lines, each with the earlier one or the earlier case that says the same."""
    by_code = not needs_right(asked.reason)
    same = repeats([None if one.fault else _name(one, by_code=by_code) for one in lines])
    by_platform: dict[str, list[str]] = {}
    for one in lines:
        if one.platform is not None:
            by_platform.setdefault(one.platform.id, []).extend(one.names)
    on = right.id if right else None
    earlier = [case for id, names in by_platform.items() for case in tx.cases.earlier(id, names, asked.reason, on)]
    known: dict[tuple[str, str], list[Kept]] = {}
    for case in earlier:
        known.setdefault((case.platform, case.listing), []).append(case)
    told = []
    for one, place in zip(lines, same, strict=True):
        before = None
        if one.platform is not None and place is None:
            same_listing = (case for name in one.names for case in known.get((one.platform.id, name), ()))
            before = next((case for case in same_listing if _answers(case, one, now, by_code=by_code)), None)
        told.append(replace(one, repeats=place, before=before))
    return told


def _answers(case: Kept, line: LookedLine, now: int, *, by_code: bool) -> bool:
    """Whether an earlier case of this reason and right says the same: still open, or within a year decided against its
    notifier, or taken back after it was decided.

    One that was upheld and is closed does not: what is on sale again is another matter. What rests on a right is open
    once for a listing, whatever code is named beside it.
    """
    same = (case.gtin, case.serial) == (line.gtin, line.serial)
    if case.state != State.CLOSED:
        return same or not by_code
    if not same:
        return False
    taken_back = case.outcome == Outcome.WITHDRAWN and case.decided_at is not None
    against = case.outcome in (Outcome.DECLINED, Outcome.RESTORED) or taken_back
    return against and case.closed_at is not None and case.closed_at > now - REMEMBERED


def _name(line: LookedLine, *, by_code: bool) -> tuple[str, str, str | None] | None:
    if line.platform is None:
        return None
    code = f"{line.gtin}/{line.serial}" if by_code and line.gtin and line.serial else None
    return line.platform.id, line.listing, code

"""Shared signals as people look at them: what a brand shares and how much of it was told, and what members asked."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Final

from ledger.domain.desk.cases import Outcome, State
from ledger.domain.desk.sellers import DAY
from ledger.domain.desk.signals import MEMBERS, QUESTIONS_A_DAY, Kind, Policy
from ledger.domain.organisations import Caller, Organisation, Role, Scope
from ledger.services.desk.cases_port import Kept as Case
from ledger.services.desk.cases_port import Wanted
from ledger.services.desk.cases_read import list_cases
from ledger.services.desk.signals import Told, feed, policies_of
from ledger.services.desk.signals_share import members
from ledger.services.ports import Ledger

DAYS: Final = 30
"""Over which questions are counted."""
_PIECE: Final = 1_000


@dataclass(frozen=True, slots=True)
class Sharing:
    """A kind of signal: with whom a brand shares it (None: it does not; names None: with all), and what was told."""

    kind: Kind
    policy: Policy | None
    names: tuple[str, ...] | None
    stand: int
    """Signals that stand, one to each member that was told."""
    ended: int
    """Those that are over or were withdrawn."""
    members: int
    """Who was ever told."""


@dataclass(frozen=True, slots=True)
class Questions:
    """What a member asked about offenders in `DAYS` days, how often the answer was yes, and what is left today."""

    asked: int
    matched: int
    left: int


def sharing_of(ledger: Ledger, caller: Caller) -> list[Sharing]:
    """Every kind, shared or not. Raises Forbidden for all but brands."""
    chosen = {policy.kind: (policy, names) for policy, names in policies_of(ledger, caller)}
    with ledger.store.read() as tx:
        told = tx.signals.told_by(caller.organisation.id)
    shared = []
    for kind in Kind:
        policy, names = chosen.get(kind, (None, None))
        shared.append(Sharing(kind, policy, names, *told.get(kind, (0, 0, 0))))
    return shared


def others(ledger: Ledger, caller: Caller) -> list[Organisation]:
    """The other brands and platforms, by name. Raises Forbidden."""
    caller.need(Scope.READ)
    caller.need_role(Role.BRAND)
    with ledger.store.read() as tx:
        return sorted((one for one in members(tx) if one.id != caller.organisation.id), key=lambda one: one.name)


def upheld_cases(ledger: Ledger, caller: Caller, limit: int) -> list[Case]:
    """The newest of a brand's own cases that an offender can be named with. Raises Forbidden."""
    found = list_cases(ledger, caller, Wanted(states=(State.CLOSED.value,)), None, limit)
    return [one for one in found if one.outcome == Outcome.UPHELD.value and one.seller is not None]


def newest_signals(ledger: Ledger, caller: Caller, before: int | None, limit: int) -> list[Told]:
    """What the caller was told, newest first, from below a number. Raises Forbidden for all but members."""
    caller.need(Scope.CHECK)
    caller.need_role(*MEMBERS)
    with ledger.store.read() as tx:
        newest = tx.signals.newest(caller.organisation.id)
    last = newest if before is None else min(newest, before - 1)
    # A feed is numbered without a gap.
    return feed(ledger, caller, max(last - limit, 0), min(limit, last))[::-1] if last > 0 else []


def questions_of(ledger: Ledger, caller: Caller) -> Questions:
    """What the caller asked. Raises Forbidden for all but members."""
    caller.need(Scope.CHECK)
    caller.need_role(*MEMBERS)
    own, now = caller.organisation.id, ledger.now()
    asked = matched = after = 0
    more = True
    with ledger.store.read() as tx:
        left = QUESTIONS_A_DAY - tx.signals.asked(own, now // DAY)
        while more and asked <= DAYS * QUESTIONS_A_DAY:
            since = now - DAYS * DAY
            page = tx.desk_log.entries(after, _PIECE, kinds={"signals.asked"}, organisations={own}, since=since)
            asked += len(page)
            matched += sum(bool(json.loads(one.body)["match"]) for one in page)
            more, after = len(page) == _PIECE, page[-1].number if page else after
    return Questions(asked, matched, max(left, 0))

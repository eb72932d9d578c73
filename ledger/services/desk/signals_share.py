"""Members are told what brands share with them: worked out anew from policies and facts, and only what is new is told.

The worker does it again and again, and a brand that changes a policy does it at once, so that what is withdrawn is
withdrawn when the brand has its answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ledger.domain.custody import Flag
from ledger.domain.desk.signals import MEMBERS, MOST_SHARED, Act, Change, Fact, Kind, Policy, changes
from ledger.domain.organisations import Organisation
from ledger.services.ports import Ledger, Tx
from ledger.services.views_of_chain import final_height

_THEFTS: Final = (Flag.STOLEN, Flag.BRAND_THEFT, Flag.COUNCIL_THEFT)
_SLACK: Final = 60
"""Seconds that a block's time and our clock may differ: what came just after a brand began to share is shared."""


def share_signals(ledger: Ledger) -> int:
    """Tell every member what is new to it; how many entries that made."""
    with ledger.store.read() as tx:
        if not _all_changes(ledger, tx):
            return 0
    with ledger.store.write() as tx:
        return share_in(ledger, tx)


def share_in(ledger: Ledger, tx: Tx) -> int:
    """The same in an open transaction."""
    count = 0
    for reader, new in _all_changes(ledger, tx).items():
        known = tx.signals.told(reader)
        told = [(one.act, one.fact, ledger.new_id("sig") if one.act is Act.SHARED else known[one.fact]) for one in new]
        tx.signals.tell(reader, told, ledger.now())
        count += len(told)
    return count


def members(tx: Tx) -> list[Organisation]:
    """Who can be told."""
    return [one for one in tx.organisations.all() if one.role in MEMBERS]


def _all_changes(ledger: Ledger, tx: Tx) -> dict[str, list[Change]]:
    policies = tx.signals.policies()
    facts = {(one.organisation, one.kind): _facts(ledger, tx, one) for one in policies}
    found = {}
    for reader in members(tx):
        reaching = [one for one in policies if one.reaches(reader.id)]
        true = [fact for one in reaching for fact in facts[one.organisation, one.kind]]
        shared = {(one.organisation, one.kind) for one in reaching}
        new = changes(tx.signals.told(reader.id), true, shared)
        if new:
            found[reader.id] = new
    return found


def _facts(ledger: Ledger, tx: Tx, policy: Policy) -> Sequence[Fact]:
    match policy.kind:
        case Kind.CLONE_ALERT:
            items = tx.signals.suspected(policy.organisation, policy.since, MOST_SHARED)
        case Kind.STOLEN:
            items = _stolen(ledger, tx, policy)
        case Kind.REPEAT_OFFENDER:
            return [Fact(policy.organisation, policy.kind, None)]
    return [Fact(policy.organisation, policy.kind, item) for item in items]


def _stolen(ledger: Ledger, tx: Tx, policy: Policy) -> list[int]:
    """Items whose theft is final, stands, and began at the policy's moment or later."""
    final, now = final_height(tx), ledger.now()
    states = tx.signals.stolen(policy.organisation, final, MOST_SHARED)
    live = [
        one.item for one in states if any(one.until.get(flag, now + 1) > now for flag in _THEFTS if flag in one.flags)
    ]
    if policy.since <= 0:
        return live
    found = []
    for item, history in tx.stolen.histories(live, final).items():
        began: int | None = None
        for (height, _), state in history:
            stolen = any(flag in state.flags for flag in _THEFTS)
            began = (height if began is None else began) if stolen else None
        block = None if began is None else tx.chain.block(began)
        if block is not None and block.time >= policy.since - _SLACK:
            found.append(item)
    return found

"""Decisions told again: by the pack that made them, bit for bit, and by another, to see what would change."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from ledger.domain.desk.listings import GRAVITY, Decided, ListingDecision
from ledger.screening.decide import Outcome, decide, not_looked_for
from ledger.screening.packs import Pack
from ledger.services.desk.screen_packs import all_packs
from ledger.services.ports import Ledger

_PIECE: Final = 500
MOST_SHOWN: Final = 100
"""Changes that a report names one by one; all are counted."""


@dataclass(frozen=True, slots=True)
class Changed:
    """One decision that another pack would have made otherwise."""

    id: str
    listing: str
    before: str
    after: str
    gained: tuple[str, ...]
    lost: tuple[str, ...]


@dataclass(slots=True)
class Replayed:
    """What a replay found."""

    decisions: int = 0
    same: int = 0
    """How many the pack that made them makes again, bit for bit."""
    differ: list[str] = field(default_factory=list)
    """Decisions that it does not: there should be none."""
    without_pack: int = 0
    changes: Counter[tuple[str, str]] = field(default_factory=Counter)
    """By (before, after): how many the other pack would have made otherwise."""
    milder: int = 0
    graver: int = 0
    cannot_tell: int = 0
    """Decisions whose facts lack what the other pack looks at."""
    shown: list[Changed] = field(default_factory=list)


def replay(ledger: Ledger, other: Pack | None, *, platform: str | None = None, most: int = 100_000) -> Replayed:
    """Make decisions again, of a platform or of all, oldest first and at most so many; changes nothing."""
    found = Replayed()
    with ledger.store.read() as tx:
        packs = all_packs(tx)
    for one in _decisions(ledger, platform, most):
        found.decisions += 1
        facts = json.loads(one.facts)
        pack = packs.get(one.pack)
        if pack is None:
            found.without_pack += 1
        elif made_again(decide(pack, facts), one):
            found.same += 1
        else:
            found.differ.append(one.id)
        if other is not None:
            _compare(found, one, facts, pack, other)
    return found


def _compare(found: Replayed, one: Decided, facts: Mapping[str, object], pack: Pack | None, other: Pack) -> None:
    if not_looked_for(other, facts):
        found.cannot_tell += 1
    new = decide(other, facts)
    if new.decision.value == one.decision:
        return
    graver = GRAVITY[new.decision] > GRAVITY[ListingDecision(one.decision)]
    found.graver += graver
    found.milder += not graver
    found.changes[one.decision, new.decision.value] += 1
    if len(found.shown) < MOST_SHOWN:
        before = set() if pack is None else {reason.key for reason in decide(pack, facts).reasons}
        after = {reason.key for reason in new.reasons}
        told = tuple(sorted(after - before)), tuple(sorted(before - after))
        found.shown.append(Changed(one.id, one.listing, one.decision, new.decision.value, *told))


def made_again(again: Outcome, one: Decided) -> bool:
    """Whether a decision came out the same, bit for bit."""
    return again.decision.value == one.decision and again.told() == one.reasons


def facts_hash(decided: Decided) -> str:
    """What the desk's log holds of a decision's facts."""
    return hashlib.sha256(decided.facts.encode()).hexdigest()


def _decisions(ledger: Ledger, platform: str | None, most: int) -> Iterator[Decided]:
    after: str | None = None
    while most > 0:
        with ledger.store.read() as tx:
            some = tx.listings.decisions(platform, after, min(_PIECE, most))
        yield from some
        if not some:
            return
        after, most = some[-1].id, most - len(some)

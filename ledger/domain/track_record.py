"""How often an inspector's opinions were overturned later: computed from the record, by a rule stated here.

1. Only opinions that decide count: “consistent with genuine” and “not genuine”. A correction that decides the same
   way continues the opinion it corrects; it is no case of its own.
2. An opinion is overturned when its inspector withdrew it, or corrected it to anything but the same answer.
3. It is overturned when somebody accredited, the same inspector included, saw the item in hand later, as two people or
   more, and decided the opposite; unless that later opinion was itself taken back.
4. Fewer than 30 cases give no number: a rate of so few says nothing.

Whoever holds the chain's events can compute the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from ledger.domain.inspections import Authenticity, InspectionFacts, Method
from ledger.domain.statements import RecordKind

FEWEST: Final = 30
"""Cases below which no number is shown."""
_PERSONS: Final = 2
_DECIDES: Final = {
    Authenticity.CONSISTENT: Authenticity.NOT_GENUINE,
    Authenticity.NOT_GENUINE: Authenticity.CONSISTENT,
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One record on the chain. `place` orders entries as the chain does; `facts` is None for a withdrawal."""

    item: int
    party: int
    nonce: int
    kind: RecordKind
    about: int
    place: tuple[int, int]
    facts: InspectionFacts | None = None


@dataclass(frozen=True, slots=True)
class Track:
    """How many decided opinions, and how many of them were overturned later."""

    cases: int
    overturned: int

    @property
    def shown(self) -> bool:
        """Whether there are enough cases for a number to mean anything."""
        return self.cases >= FEWEST


def track_record(entries: Iterable[Entry], party: int) -> Track:
    """The track record of a party, from every record of the items that it has inspected."""
    by_item: dict[int, list[Entry]] = {}
    for one in sorted(entries, key=lambda entry: entry.place):
        by_item.setdefault(one.item, []).append(one)
    cases = overturned = 0
    for told in by_item.values():
        for one in told:
            if one.party == party and one.kind is RecordKind.INSPECTION and _decided(one):
                cases += 1
                overturned += _overturned(one, told)
    return Track(cases, overturned)


def _decided(one: Entry) -> bool:
    return one.facts is not None and one.facts.authenticity in _DECIDES


def _overturned(one: Entry, told: Sequence[Entry]) -> bool:
    assert one.facts is not None
    stands = one.facts.authenticity
    own = {one.nonce}
    for later in told:
        if later.place <= one.place:
            continue
        if later.party == one.party and later.about in own:
            if later.kind is RecordKind.WITHDRAWAL:
                return True
            if later.kind is RecordKind.CORRECTION:
                own.add(later.nonce)
                if later.facts is None or later.facts.authenticity is not stands:
                    return True
        elif _opposite(later, stands) and not _taken_back(later, told):
            return True
    return False


def _opposite(later: Entry, stands: Authenticity) -> bool:
    facts = later.facts
    return (
        facts is not None
        and later.kind in (RecordKind.INSPECTION, RecordKind.CORRECTION)
        and facts.method is Method.IN_HAND
        and facts.persons >= _PERSONS
        and facts.authenticity is _DECIDES[stands]
    )


def _taken_back(one: Entry, told: Sequence[Entry]) -> bool:
    return any(
        later.party == one.party and later.about == one.nonce and later.place > one.place
        for later in told
        if later.kind in (RecordKind.WITHDRAWAL, RecordKind.CORRECTION)
    )

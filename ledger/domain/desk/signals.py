"""What brands tell each other of: chosen signals, to chosen members, and nothing else.

1. A brand shares a kind of signal by a policy: to all members (brands and platforms of this ledger) or to named ones,
   from a moment on. Without a policy nothing is shared.
2. A *clone alert* is the code of an item that is suspected to have been copied: no looks, no places, no counts. A
   *theft* is told once it is final. Of *repeat offenders* nothing is handed out: who meets somebody asks about one
   identifier, and is answered yes or no (`same` says which writings are one identifier).
3. Each member has a feed of its own, numbered from 1 without a gap, so that a number tells nothing of what others are
   told. A signal that is over, or shared no more, has an entry that says so; its code is then shown to nobody.

Entries in the desk's log: `signals.policy_set` (kind, to: null for all or ids, named, since), `signals.policy_ended`
(kind), `signals.offender_kept` (identifiers, their number; cases, their ids), `signals.offender_dropped`,
`signals.asked` (kind of identifier, match), all with ids and counts only.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

from ledger.domain.organisations import Role

MEMBERS: Final = (Role.BRAND, Role.PLATFORM)
MOST_SHARED: Final = 10_000
"""Signals of one kind that a brand shares at a time, the newest."""
QUESTIONS_A_DAY: Final = 200
"""About identifiers, by one member: ten thousand million telephone numbers would take 137,000 years."""
FEWEST_CASES: Final = 2
"""Closed and upheld, that an offender has to be named with: once is no repetition."""


class Kind(StrEnum):
    """What can be shared."""

    CLONE_ALERT = "clone_alert"
    STOLEN = "stolen"
    REPEAT_OFFENDER = "repeat_offender"


class Act(StrEnum):
    """What an entry of a feed says of its signal."""

    SHARED = "shared"
    OVER = "over"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Policy:
    """What a brand shares of one kind. `members` are ids of organisations, None for all; `since` is in seconds."""

    organisation: str
    kind: Kind
    members: tuple[str, ...] | None
    named: bool
    """Whether members are told that it is this brand's."""
    since: int
    changed_at: int

    def reaches(self, reader: str) -> bool:
        """Whether it shares with this organisation; a brand is not told what it tells."""
        return reader != self.organisation and (self.members is None or reader in self.members)


class Fact(NamedTuple):
    """What may be shared: whose, of which kind, of which item (None of offenders, which are asked about)."""

    organisation: str
    kind: Kind
    item: int | None


class Change(NamedTuple):
    """An entry that a feed lacks."""

    act: Act
    fact: Fact


def changes(told: Collection[Fact], true: Collection[Fact], shared: Collection[tuple[str, Kind]]) -> list[Change]:
    """What a member has to be told, who was told `told`, where `true` is what it may know now.

    `shared` are the kinds that brands share with it now: what is of none of these was withdrawn, the rest is over.
    """
    gone = [
        Change(Act.OVER if (fact.organisation, fact.kind) in shared else Act.WITHDRAWN, fact)
        for fact in sorted(set(told) - set(true), key=_order)
    ]
    return [*gone, *(Change(Act.SHARED, fact) for fact in sorted(set(true) - set(told), key=_order))]


def _order(fact: Fact) -> tuple[str, str, int]:
    return fact.organisation, fact.kind.value, -1 if fact.item is None else fact.item


def same(kind: str, value: str) -> str:
    """An identifier of a seller as two are compared: however it is spaced, cased or, for a telephone, prefixed."""
    folded = "".join(unicodedata.normalize("NFKC", value).casefold().split())
    if kind == "phone":
        return "".join(one for one in folded if one.isdigit()).lstrip("0")
    return folded if kind == "email" else "".join(one for one in folded if one.isalnum())

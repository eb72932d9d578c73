"""Rights that are held against listings, where and until when they are in force, and who may act on them.

A right is *stated* by whoever holds it and *checked* once the council has compared it with the register. One that
contradicts another's is *contested* and good for nothing until the council has looked. Days are ISO 8601 and count to
their end in UTC. What is done with a right names its state, so that a reader knows what it rests on.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from ledger.domain.desk.territories import covered

MOST_RIGHTS: Final = 2_000
"""Of one organisation."""
MOST_TERRITORIES: Final = 200
REMINDERS: Final = (90, 30, 7)
"""How many days before its last day the holder is reminded of a right, once each."""


class RightKind(StrEnum):
    """What sort of right it is."""

    MARK = "mark"
    DESIGN = "design"
    COPYRIGHT = "copyright"


class RightState(StrEnum):
    """How far its holder's word has been looked at."""

    STATED = "stated"
    CHECKED = "checked"
    CONTESTED = "contested"
    WITHDRAWN = "withdrawn"


USABLE: Final = frozenset({RightState.STATED, RightState.CHECKED})
"""The states in which something may rest on a right."""


@dataclass(frozen=True, slots=True)
class Right:
    """One right. `owner` is an organisation's id; `classes` are of Nice (“25”) or Locarno (“02-01”).

    `from_day` and `expires_on` are its first and last day, None where it has none; `file` is the SHA-256 of the
    document that shows it. `name` is the word of a mark, or what a design or a work is called.
    """

    id: str
    owner: str
    kind: RightKind
    name: str
    number: str
    office: str
    classes: tuple[str, ...]
    territories: tuple[str, ...]
    from_day: date | None
    expires_on: date | None
    state: RightState
    created_at: int
    changed_at: int
    file: str | None = None
    file_type: str | None = None
    checked_by: str | None = None
    """Who of the council compared it with the register: a person's id, or “operator” for the command line."""
    checked_at: int | None = None
    reminded: int | None = None
    """The reminder last sent, in days before the end."""


@dataclass(frozen=True, slots=True)
class Authorisation:
    """What a rights-holder lets an agent do in its name, to the end of the day `until`; an empty list is no bound."""

    id: str
    owner: str
    agent: str
    rights: tuple[str, ...]
    kinds: tuple[RightKind, ...]
    territories: tuple[str, ...]
    from_day: date
    until: date
    created_at: int
    ended_at: int | None = None

    def in_force(self, day: date) -> bool:
        """Whether it counts on that day. Ended, it counts at no time."""
        return self.ended_at is None and self.from_day <= day <= self.until

    def for_right(self, right: Right, territory: str | None = None) -> bool:
        """Whether it speaks of that right, and of that territory where one is named."""
        return (
            right.owner == self.owner
            and (not self.rights or right.id in self.rights)
            and (not self.kinds or right.kind in self.kinds)
            and (territory is None or not self.territories or covered(self.territories, territory))
        )


def in_force(right: Right, day: date) -> bool:
    """Whether something may rest on a right on that day."""
    begun = right.from_day is None or right.from_day <= day
    return right.state in USABLE and begun and not expired(right, day)


def expired(right: Right, day: date) -> bool:
    """Whether its last day is over."""
    return right.expires_on is not None and right.expires_on < day


def covers(right: Right, territory: str) -> bool:
    """Whether a right is good in the whole of a territory (a country, “EU” or “WO”)."""
    return covered(right.territories, territory)


def acting_under(
    authorisations: Iterable[Authorisation], agent: str, right: Right, day: date, territory: str | None = None
) -> Authorisation | None:
    """The authorisation under which an agent may act on a right that day, in that territory where one is named."""
    return next(
        (one for one in authorisations if one.agent == agent and one.in_force(day) and one.for_right(right, territory)),
        None,
    )


def may_act(
    authorisations: Iterable[Authorisation], agent: str, right: Right, day: date, territory: str | None = None
) -> bool:
    """Whether an organisation may act on a right: its holder always, an agent while it is authorised to."""
    return agent == right.owner or acting_under(authorisations, agent, right, day, territory) is not None


def reminder_due(right: Right, day: date) -> int | None:
    """The reminder that is to be sent on that day, in days before the end: one at most, and none twice.

    Whoever was not running on the very day is late, not silent; of several missed ones only the nearest is sent.
    """
    if right.expires_on is None or not in_force(right, day):
        return None
    left = (right.expires_on - day).days
    reached = [days for days in REMINDERS if left <= days]
    if not reached or (right.reminded is not None and right.reminded <= reached[-1]):
        return None
    return reached[-1]

"""A case: one right, or one fact of the ledger, against one listing; its state is a fold over its log entries.

1. *Received*: it waits for a decision, by a due time; *waiting* for more from the notifier, the clock stands still.
2. *Upheld*: the listing is down. Its seller may answer with a counter-notice, or appeal, until the dates given.
   *Declined*: the notifier may appeal.
3. *Countered*: a reviewer looks at it by a due time, or, under rules that say so, the law restores the listing on a day
   unless the notifier has gone to court (*in court*) by then. *Restored* or *kept* is what comes of it.
4. *Appealed*: another person looks at it; each side can appeal once.
5. *Closed* for good once no date is open. Only then, and only where it was upheld, is there a strike.

Every date stands in the entry that set it, so that a later version of the rules moves no date of an older case. The
kinds of entries, all with the case's id as subject; `at` is when it was done, `due` in a body when it was due:
`case.received`, `case.facts`, `case.decided`, `case.needs_more`, `case.more`, `case.countered`, `case.court`,
`case.restored`, `case.kept`, `case.appealed`, `case.appeal_decided`, `case.withdrawn`, `case.undone`, `case.reversed`,
`case.seller`, `case.closed`, `case.strike`, `case.strike_taken_back`; and `listing.down`, `listing.up`, which tell when
this case took a listing down and let it up again.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ledger.domain.desk.clocks import Lane, RuleName

A_KEY: Final = "key"
"""Who decided, where that was a key of a program and nobody in particular."""


class Reason(StrEnum):
    """What is wrong with a listing, as its notifier says."""

    CODE_UNKNOWN_IN_PROGRAMME = "code_unknown_in_programme"
    CODE_CLONED = "code_cloned"
    CODE_OTHER_ITEM = "code_other_item"
    CODE_WITHDRAWN = "code_withdrawn"
    """The passport was withdrawn by its brand, or the item was taken out of circulation."""
    REPORTED_STOLEN = "reported_stolen"
    INSPECTED_COUNTERFEIT = "inspected_counterfeit"
    NO_CODE_BRANDED_NEW = "no_code_branded_new"
    KEYWORD_MISUSE = "keyword_misuse"
    IMAGE_THEFT = "image_theft"
    DESIGN = "design"
    TERRITORY = "territory"
    OTHER = "other"


class Decline(StrEnum):
    """Why a notice was declined."""

    INSUFFICIENT_EVIDENCE = "insufficient_evidence"
    RIGHT_DOES_NOT_MATCH_LISTING = "right_does_not_match_listing"
    RIGHT_EXPIRED_OR_OTHER_TERRITORY = "right_expired_or_other_territory"
    NOT_THE_RIGHT_HOLDER = "not_the_right_holder"
    GENUINE_RESALE = "genuine_resale"
    DUPLICATE = "duplicate"


class Ground(StrEnum):
    """What a seller answers."""

    OWNER = "i_own_this_item"
    AUTHORISED = "bought_from_authorised_seller"
    RESALE = "resale_of_genuine_goods"
    LICENCE = "i_have_a_licence"
    OTHER_LISTING = "notice_is_about_another_listing"


class Automation(StrEnum):
    """How much of a decision a machine took (Regulation (EU) 2022/2065, Art. 17(3)(c))."""

    NONE = "none"
    PARTIAL = "partial"
    FULL = "full"


class State(StrEnum):
    """Where a case is."""

    RECEIVED = "received"
    WAITING = "waiting"
    UPHELD = "upheld"
    DECLINED = "declined"
    COUNTERED = "countered"
    IN_COURT = "in_court"
    RESTORED = "restored"
    KEPT = "kept"
    APPEALED = "appealed"
    CLOSED = "closed"


class Outcome(StrEnum):
    """How a case stands, and once it is closed, how it ended."""

    UPHELD = "upheld"
    DECLINED = "declined"
    RESTORED = "restored"
    WITHDRAWN = "withdrawn"


class Side(StrEnum):
    """Who appeals."""

    SELLER = "seller"
    NOTIFIER = "notifier"


@dataclass(frozen=True, slots=True)
class Case:
    """A case as its entries tell it. Organisations by id; `item` is its hexadecimal name; times in seconds."""

    id: str
    notice: str
    platform: str
    listing: str
    notifier: str
    holder: str
    reason: Reason
    rules: RuleName
    lane: Lane
    opened_at: int
    right: str | None = None
    agent: str | None = None
    item: str | None = None
    territories: tuple[str, ...] = ()
    self_service: bool = False
    seller: str | None = None
    state: State = State.RECEIVED
    outcome: Outcome | None = None
    due_at: int | None = None
    """By when somebody has to do something, where somebody has to."""
    spare: int = 0
    """Seconds that were left for a decision when more was asked for."""
    asked: int = 0
    """How often more was asked for."""
    decided_at: int | None = None
    decided_by: str = ""
    """The person who decided, by id, or `A_KEY`; empty where facts or time did."""
    decline: Decline | None = None
    automation: Automation | None = None
    facts: tuple[str, ...] = ()
    down_since: int | None = None
    down: tuple[tuple[int, int], ...] = ()
    """When the listing was down for this case, as (from, until)."""
    undo_until: int = 0
    counter_until: int = 0
    countered_at: int | None = None
    ground: Ground | None = None
    proven: str | None = None
    """The item whose owner's live answer has restored the listing, by its hexadecimal name."""
    restore_at: int | None = None
    appeal_until: int = 0
    appealed: tuple[Side, ...] = ()
    appealed_at: int | None = None
    """When the last of these was brought."""
    deciders: frozenset[str] = frozenset()
    """Everybody who has decided something in it, by id, and `A_KEY`."""
    closed_at: int | None = None
    struck_at: int | None = None
    strike_until: int | None = None
    strike_back_at: int | None = None

    @property
    def is_down(self) -> bool:
        """Whether the listing is down for this case now."""
        return self.down_since is not None

    @property
    def fell(self) -> bool:
        """Whether its listing was taken down and, as the case stands, should not have been."""
        return bool(self.down) and self.outcome is not Outcome.UPHELD

    @property
    def closing_at(self) -> int:
        """When no date will be open any more, for the states that end by themselves."""
        counter = self.counter_until if self.state is State.UPHELD and self.countered_at is None else 0
        return max(counter, self.appeal_until)

"""What is known of a code at one moment: everything the verdict may rest on, and nothing else.

The storage layer fills `Facts` from its copy of the chain and from the outbox; `standing` judges them.
Every moment is timezone-aware. A missing fact is `None` and is read as "cannot tell", never as "no".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Final

from ledger.domain.custody import TIMED, BatchFlag, Flag
from ledger.domain.inspections import Authenticity, Method
from ledger.domain.tags import Tapped


class Asked(Enum):
    """What kind of code was asked about."""

    ITEM = "item"
    PRODUCT = "product"
    BAD_CODE = "bad_code"


class Progress(Enum):
    """How far a signed statement has come."""

    QUEUED = "queued"
    SENT = "sent"
    ACCEPTED = "accepted"
    FINAL = "final"
    REFUSED = "refused"


class Undone(Enum):
    """Whether an inspection was withdrawn or corrected, and whether that statement is final."""

    NO = "no"
    WAITING = "waiting"
    FINAL = "final"


class Strength(Enum):
    """How much a clone signal weighs: one strong or two weak ones raise the verdict."""

    WEAK = "weak"
    STRONG = "strong"


class Stage(Enum):
    """How far a handover has come before it is final."""

    OFFERED = "offered"
    ACCEPTED = "accepted"


_NO_FLAG: Final = BatchFlag(0)


@dataclass(frozen=True, slots=True)
class Brand:
    """The organisation whose code it is, as the page names it."""

    name: str
    domain: str | None = None
    registers_since: date | None = None


@dataclass(frozen=True, slots=True)
class Raised:
    """One flag that is set: since when, until when (timed flags), and what backs it.

    `police_reference` is for theft only: `None` where it is not known whether one was given.
    """

    flag: Flag
    since: datetime | None = None
    until: datetime | None = None
    police_reference: bool | None = None

    def in_force(self, now: datetime) -> bool:
        """A timed flag ends at `until`; one whose end is not known stays in force."""
        return self.flag not in TIMED or self.until is None or now < self.until


@dataclass(frozen=True, slots=True)
class Custody:
    """The item and its batch as one state of the chain has them; an untouched item is `Custody()`."""

    raised: tuple[Raised, ...] = ()
    batch: BatchFlag = _NO_FLAG
    owner_since: datetime | None = None

    @classmethod
    def from_flags(
        cls,
        flags: int,
        *,
        batch: int = 0,
        owner_since: datetime | None = None,
        since: Mapping[Flag, datetime] | None = None,
        until: Mapping[Flag, datetime] | None = None,
    ) -> Custody:
        """Read the contract's flag words; bits that are not known here are left to the contract."""
        starts, ends = since or {}, until or {}
        raised = tuple(Raised(one, starts.get(one), ends.get(one)) for one in Flag if flags & one)
        return cls(raised, BatchFlag(batch & 0b111), owner_since)

    @property
    def claimed(self) -> bool:
        """Whether the item has an owner."""
        return any(one.flag is Flag.CLAIMED for one in self.raised)


@dataclass(frozen=True, slots=True)
class Registration:
    """The brand's statement that registers the item's batch.

    `recorded_at` is the time of its block; `key_compromised_since` the time from which statements by the key
    that signed it no longer count.
    """

    progress: Progress
    recorded_at: datetime | None = None
    key_compromised_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Inspection:
    """One inspector's opinion as it stands on the record.

    `on` is the day of the inspection, `recorded_at` the time of the block (or of the queue) it stands in.
    `accredited` speaks of that time. `key_compromised_since` is as of the last final block.
    """

    result: Authenticity
    method: Method
    persons: int
    by: str
    on: date
    recorded_at: datetime
    final: bool
    accredited: bool = True
    undone: Undone = Undone.NO
    key_compromised_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Handover:
    """An offer that was released to a recipient, or an acceptance that is not final yet."""

    stage: Stage
    since: datetime
    expires: datetime | None = None


@dataclass(frozen=True, slots=True)
class CloneSignal:
    """One reason to think that the code was copied, in a sentence; signals decay before they come here.

    `rule` names the comparison it comes from, `at` is when its newest evidence was seen.
    """

    strength: Strength
    words: str
    rule: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Hold:
    """An order of a court that holds the item, from `since` to just before `until`, in these territories."""

    order: str
    court: str
    since: datetime
    until: datetime
    territories: tuple[str, ...]

    def in_force(self, now: datetime) -> bool:
        """Whether it holds at that moment."""
        return self.since <= now < self.until


@dataclass(frozen=True, slots=True)
class AsOf:
    """The last final block of our copy; `final` is false only where the chain has no final block yet."""

    block: int
    time: datetime
    final: bool


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything a verdict rests on.

    `final` is the item at the last final block, `None` when its batch is not in it. `latest` is the newest state,
    with blocks that are not final and with bad news that is only queued. `clone_signals` is `None` as long as scans
    are not compared. `owner_confirmed_at` is the owner's live answer to this visitor, `confirmed_by` the consignee
    who gave it for them; `held_for_sale_by` is whom the owner has entrusted with such answers, and
    `looks_different` what this visitor said; `tapped` is what the item's tag has just said to them. `retry_after`, in
    seconds, is set for one who asked too often. `holds` are orders of courts, which say nothing of the item itself.
    """

    asked: Asked
    known: bool = False
    brand: Brand | None = None
    description: str | None = None
    code_problem: str | None = None
    registration: Registration | None = None
    gtin_in_prefixes: bool = True
    on_sale: bool = True
    final: Custody | None = None
    latest: Custody = Custody()
    opened_from_later_batch: bool = False
    handover: Handover | None = None
    inspections: tuple[Inspection, ...] = ()
    clone_signals: tuple[CloneSignal, ...] | None = None
    owner_confirmed_at: datetime | None = None
    confirmed_by: str | None = None
    held_for_sale_by: str | None = None
    looks_different: bool = False
    tapped: Tapped | None = None
    recall_reason: str | None = None
    recall_advice: str | None = None
    void_reason: str | None = None
    node_seen_at: datetime | None = None
    as_of: AsOf | None = None
    retry_after: int | None = None
    holds: tuple[Hold, ...] = ()

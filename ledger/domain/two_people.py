"""Acts that need two people: one proposes, another approves, and for a quarter of an hour either can take it back.

Only then it is signed: what the chain has can be answered, never erased.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from ledger.domain.errors import Conflict, Forbidden, Invalid
from ledger.domain.said import said
from ledger.domain.standing_headlines import LANGUAGES
from ledger.domain.statements import MarkKind

UNDO: Final = 15 * 60
"""Seconds between the last approval and the signature."""
OPEN: Final = 14 * 86_400
"""Seconds that a proposal waits for somebody's approval."""
MOST_ITEMS: Final = 10_000
"""Items of one proposal; a whole batch counts as one statement, however many items it has."""
LONGEST: Final = 1_000
"""Characters of a reason, or of what to do."""


class Act(StrEnum):
    """What two people do together."""

    RECALL = "recall"
    LIFT_RECALL = "lift_recall"
    VOID = "void"
    LIFT_VOID = "lift_void"
    RETIRE = "retire"
    AMEND = "amend"


ITEM_MARK: Final = {
    Act.RECALL: MarkKind.RECALL,
    Act.LIFT_RECALL: MarkKind.LIFT_RECALL,
    Act.VOID: MarkKind.VOID,
    Act.LIFT_VOID: MarkKind.LIFT_VOID,
}
BATCH_MARK: Final = {
    Act.RECALL: MarkKind.RECALL_BATCH,
    Act.LIFT_RECALL: MarkKind.LIFT_BATCH_RECALL,
    Act.VOID: MarkKind.VOID_BATCH,
    Act.LIFT_VOID: MarkKind.LIFT_BATCH_VOID,
}
UNOWNED: Final = frozenset({Act.RETIRE, Act.VOID, Act.LIFT_VOID})
"""Acts on single items that nobody owns yet: an owner would have to sign a retirement, and is recalled, not voided."""
TOLD: Final = frozenset({Act.RECALL, Act.VOID, Act.LIFT_RECALL, Act.LIFT_VOID})
"""Acts of which owners are told by letter."""


def act_of(kind: MarkKind) -> Act | None:
    """Which of these acts a mark is; None for marks that one person may set (theft, dispute and their ends)."""
    return next((act for table in (ITEM_MARK, BATCH_MARK) for act, mark in table.items() if mark is kind), None)


class Stage(StrEnum):
    """How far a proposal has come."""

    WAITING = "waiting"
    UNDO = "undo"
    SIGNING = "signing"
    DONE = "done"
    TAKEN_BACK = "taken_back"
    LAPSED = "lapsed"


@dataclass(frozen=True, slots=True)
class Approval:
    """A member's yes."""

    person: str
    at: int


@dataclass(frozen=True, slots=True)
class Subject:
    """One item or one whole batch of a proposal, and what came of it."""

    position: int
    item: int | None
    batch: str | None
    statement: str | None = None
    problem: str | None = None
    told_at: int | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """An act that waits for people. `proposed_by` is None where a program proposed it: then two have to approve."""

    id: str
    organisation: str
    act: Act
    words: Mapping[str, Mapping[str, str]]
    """By language: `reason` and, if there is any, `advice`."""
    fields: Mapping[str, Any]
    """What an amendment changes."""
    scope: str
    """What was chosen, in words: a serial, a batch's name, a line's GTIN, a file."""
    items: int
    owners: int
    """How many owners had given an address when it was proposed."""
    proposed_at: int
    proposed_by: str | None = None
    approved_at: int | None = None
    """When the last approval that it needed came."""
    taken_back_at: int | None = None
    taken_back_by: str | None = None
    signed_at: int | None = None
    done: int = 0
    refused: int = 0
    subjects: int = 0
    approvals: Sequence[Approval] = ()

    @property
    def needs(self) -> int:
        """How many others have to approve."""
        return 1 if self.proposed_by is not None else 2

    @property
    def signs_at(self) -> int | None:
        """When it is signed, unless somebody takes it back."""
        return None if self.approved_at is None else self.approved_at + UNDO

    def stage(self, now: int) -> Stage:
        """How far it has come at `now` (seconds since 1970)."""
        if self.taken_back_at is not None:
            return Stage.TAKEN_BACK
        if self.signed_at is not None:
            return Stage.DONE
        if self.approved_at is not None:
            return Stage.UNDO if now < self.approved_at + UNDO else Stage.SIGNING
        return Stage.WAITING if now < self.proposed_at + OPEN else Stage.LAPSED


def check_approval(proposal: Proposal, person: str, now: int) -> None:
    """Raises Conflict once it is decided or over, Forbidden for whoever proposed it or has approved already."""
    stage = proposal.stage(now)
    if stage is Stage.LAPSED:
        raise Conflict(said("Nobody approved this within 14 days, so it is over. Propose it again."))
    if stage is not Stage.WAITING:
        raise Conflict(said("This was decided already. Load the page again to see how."))
    if person == proposal.proposed_by:
        raise Forbidden(said("You proposed this yourself. Somebody else has to approve it."))
    if any(one.person == person for one in proposal.approvals):
        raise Forbidden(said("You have approved this already. Somebody else has to approve it, too."))


def check_take_back(proposal: Proposal, now: int) -> None:
    """Raises Conflict once it was taken back, lapsed, or its time to be taken back is over."""
    stage = proposal.stage(now)
    if stage is Stage.TAKEN_BACK:
        raise Conflict(said("This was taken back already. Nothing was signed."))
    if stage in (Stage.SIGNING, Stage.DONE):
        raise Conflict(said("The 15 minutes are over and this is signed. Propose the opposite instead."))


def checked_words(words: Mapping[str, Mapping[str, str]], act: Act) -> dict[str, dict[str, str]]:
    """Reasons and advice by language, trimmed, without the empty ones.

    Raises Invalid where no language has a reason, where a text is too long, or where there is advice without a reason.
    """
    kept: dict[str, dict[str, str]] = {}
    for language, texts in words.items():
        if language not in LANGUAGES:
            raise Invalid(said("There are no pages in the language “%(code)s”.", code=language[:12]))
        given = {name: texts.get(name, "").strip() for name in ("reason", "advice")}
        if any(len(text) > LONGEST for text in given.values()):
            raise Invalid(said("A reason or advice has at most %(most)s characters.", most=LONGEST))
        if given["advice"] and not given["reason"]:
            raise Invalid(said("Where you say what to do, say why, too."))
        if given["reason"]:
            kept[language] = {name: text for name, text in given.items() if text}
    if not kept and act is not Act.AMEND:
        raise Invalid(said("Say why in at least one language. Owners and buyers will read it."))
    return kept


def reference_words(words: Mapping[str, Mapping[str, str]]) -> dict[str, str | None]:
    """The same as a reference keeps them: English, or the first there is, under the plain names; others by language."""
    found: dict[str, str | None] = {}
    first = next((one for one in LANGUAGES if one in words), None)
    for language in LANGUAGES:
        for name, text in words.get(language, {}).items():
            found[name if language == first else f"{name}_{language}"] = text
    return found

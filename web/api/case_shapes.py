"""What is sent and answered about cases."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from ledger.domain.desk.cases import Case
from ledger.domain.desk.clocks import RULES
from ledger.domain.desk.notices import in_force_in
from ledger.services.desk.cases_port import Kept
from ledger.services.desk.cases_read import (
    Happened,
    Seen,
    right_words,
)
from web.api.case_sent import Reference
from web.api.shapes import (
    Id,
    In,
    Out,
    PageQuery,
    Sha256,
    maybe_moment,
    moment,
)

StateWord = Literal[
    "received", "waiting", "upheld", "declined", "countered", "in_court", "restored", "kept", "appealed", "closed"
]
"""Where a case is (`State`)."""


class CasesQuery(PageQuery):
    """Which cases."""

    state: StateWord | None = None
    notice: Id | None = None
    listing: Reference | None = None
    seller: Reference | None = Field(None, description="For platforms: your own name for them.")
    order: Literal["newest", "due"] = Field(
        "newest", description="“due”, for platforms: what waits for a reviewer, the nearest due time first."
    )


class CaseLine(Out):
    """A case in a list."""

    id: str
    notice: str
    platform: str
    notifier: str
    holder: str
    listing: str
    url: str | None
    reason: str
    rules: str
    lane: str
    state: str
    outcome: str | None
    opened_at: datetime
    due_at: datetime | None
    decided_at: datetime | None
    closed_at: datetime | None
    down: bool


class CasesOut(Out):
    """Cases, newest first."""

    items: list[CaseLine]
    next: str | None


class CaseRightOut(Out):
    """The right that a notice rests on."""

    id: str
    words: str
    state: str = Field(description="stated by its holder, or checked against the register.")
    territories: list[str]


class CaseTextOut(Out):
    """Something that was written."""

    kind: str
    text: str


class CaseFileOut(Out):
    """A file of the case."""

    sha256: str
    media_type: str
    size: int


class CaseEntryOut(Out):
    """One entry of the case in the desk's log."""

    number: int
    at: datetime
    kind: str
    by: str = Field(description="platform, notifier, holder, or ledger for what it did by itself.")
    body: dict[str, Any]


class CaseOut(CaseLine):
    """A case with everything that you may see of it."""

    you_are: str = Field(description="platform, notifier or holder.")
    rules_title: str
    rules_days: str
    right: CaseRightOut | None
    item: str | None
    gtin: str | None
    serial: str | None
    in_force_in: list[str] = Field(description="The territories, country by country.")
    facts: list[str]
    automation: str | None = Field(description="none, partial or full.")
    decline: str | None
    ground: str | None = Field(description="What the seller's counter-notice says.")
    counter_until: datetime | None
    restore_at: datetime | None = Field(description="When the law restores the listing unless a court is asked.")
    appeal_until: datetime | None
    undo_until: datetime | None
    self_service: bool
    seller: str | None = Field(description="The platform's own name for them, for the platform alone.")
    seller_link: str | None = Field(description="The address to pass on to the seller, for the platform alone.")
    texts: list[CaseTextOut]
    files: list[CaseFileOut]
    history: list[CaseEntryOut]


class ReasonsOut(Out):
    """A statement of reasons (Regulation (EU) 2022/2065, Art. 17), in the transparency database's fields."""

    decision_visibility: list[str]
    decision_monetary: str | None
    decision_provision: str | None
    decision_account: str | None
    decision_ground: str
    illegal_content_legal_ground: str | None
    illegal_content_explanation: str | None
    incompatible_content_ground: str | None
    incompatible_content_explanation: str | None
    decision_facts: str
    content_type: list[str]
    category: str
    category_specification: list[str]
    territorial_scope: list[str]
    application_date: str
    content_date: str
    end_date_visibility_restriction: str | None
    source_type: str
    automated_detection: str
    automated_decision: str
    puid: str
    redress: dict[str, str | None] = Field(description="For the seller, not for the database.")


class SellerStrikeOut(Out):
    """One strike."""

    case: str
    struck_at: datetime
    until: datetime
    taken_back_at: datetime | None
    counts: bool


class SellerStrikesOut(Out):
    """A seller's strikes, and what is advised. A person decides, case by case."""

    seller: str
    advice: str = Field(description="none, warn, restrict or suspend.")
    strikes: list[SellerStrikeOut]


class SellerRefPath(In):
    """A seller, by your own name for them."""

    ref: Reference


class CaseFilePath(In):
    """A file of a case."""

    id: Id
    sha256: Sha256


def case_out(seen: Seen) -> CaseOut:
    """A case as it is answered."""
    kept, case, rules = seen.kept, seen.case, RULES[seen.case.rules]
    own = seen.eye.value == "platform"
    names = {one.id: one.name for one in (seen.platform, seen.notifier, seen.holder)}
    return CaseOut(
        **line_out(kept, names).model_dump(),
        you_are=seen.eye.value,
        rules_title=str(rules.title),
        rules_days=str(rules.days),
        right=None
        if seen.right is None
        else CaseRightOut(
            id=seen.right.id,
            words=right_words(seen.right) or "",
            state=seen.right.state.value,
            territories=list(seen.right.territories),
        ),
        item=None if kept.item is None else f"0x{kept.item:064x}",
        gtin=kept.gtin,
        serial=kept.serial,
        in_force_in=list(in_force_in(kept.territories)),
        facts=list(case.facts),
        automation=None if case.automation is None else case.automation.value,
        decline=None if case.decline is None else case.decline.value,
        ground=None if case.ground is None else case.ground.value,
        counter_until=_open(case, case.counter_until),
        restore_at=maybe_moment(case.restore_at),
        appeal_until=_open(case, case.appeal_until),
        undo_until=_open(case, case.undo_until),
        self_service=case.self_service,
        seller=kept.seller if own else None,
        seller_link=seen.seller_link,
        texts=[CaseTextOut(kind=kind, text=text) for kind, text in seen.texts],
        files=[CaseFileOut(sha256=one.sha256, media_type=one.media_type, size=one.size) for one in seen.files],
        history=[_entry(one) for one in seen.history],
    )


def _open(case: Case, at: int) -> datetime | None:
    return moment(at) if at and case.closed_at is None else None


def _entry(one: Happened) -> CaseEntryOut:
    return CaseEntryOut(number=one.number, at=moment(one.at), kind=one.kind, by=one.by, body=one.body)


def line_out(one: Kept, names: dict[str, str]) -> CaseLine:
    """A case in a list; `names` of everybody concerned, by id."""
    return CaseLine(
        id=one.id,
        notice=one.notice,
        platform=names.get(one.platform, one.platform),
        notifier=names.get(one.notifier, one.notifier),
        holder=names.get(one.holder, one.holder),
        listing=one.listing,
        url=one.url,
        reason=one.reason,
        rules=one.rules,
        lane=one.lane,
        state=one.state,
        outcome=one.outcome,
        opened_at=moment(one.opened_at),
        due_at=maybe_moment(one.due_at),
        decided_at=maybe_moment(one.decided_at),
        closed_at=maybe_moment(one.closed_at),
        down=one.is_down,
    )

"""What is sent and answered about notices."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field, model_validator

from ledger.domain.desk.cases import Reason
from ledger.domain.desk.clocks import RuleName
from ledger.domain.desk.notices import LONGEST_URL, MOST_LINES, Line
from ledger.domain.desk.standing import Counts, Standing
from ledger.services.desk.cases_port import Kept
from ledger.services.desk.notices_check import Looked
from ledger.services.desk.notices_lines import Asked, LookedLine
from web.api.shapes import Code, Flag, Gtin, Id, In, Out, Serial, Sha256, Territory, Text, maybe_moment
from web.api.shapes import Line as ShortText


class NoticeLine(In):
    """One listing: its address, or the marketplace and its reference there; and the code that it shows."""

    url: str | None = Field(None, min_length=1, max_length=LONGEST_URL, examples=["https://bazar.example/item/881"])
    platform: ShortText | None = Field(None, max_length=60, description="The marketplace's short name.")
    listing: ShortText | None = Field(None, max_length=120, description="The marketplace's own reference.")
    code: Code | None = None
    gtin: Gtin | None = None
    serial: Serial | None = None
    sold_as: Gtin | None = Field(None, description="The model that the listing says it sells.")

    @model_validator(mode="after")
    def _one_code(self) -> NoticeLine:
        if (self.gtin is None) != (self.serial is None) or (self.code is not None and self.gtin is not None):
            raise ValueError("give “code”, or “gtin” and “serial”, or neither")
        return self


class NoticeHead(In):
    """Why listings are wrong, who says so, and on which right (Regulation (EU) 2022/2065, Art. 16(2))."""

    reason: Reason
    right: Id | None = Field(None, description="A right of the vault; reasons that name a code need none.")
    holder: ShortText | None = Field(None, max_length=60, description="The brand that an agent acts for without one.")
    territories: list[Territory] = Field(["WO"], min_length=1, max_length=100, description="Where it is to count.")
    rules: RuleName = RuleName.HOUSE
    explanation: Text = Field(description="A reasoned explanation. The seller reads it.")
    name: ShortText = Field(description="Who sends this notice.")
    email: Annotated[ShortText, Field(max_length=254)]
    relation: ShortText | None = Field(None, description="What you are to the rights-holder.")
    good_faith: Flag = Field(description="You believe in good faith that this is right.")
    accurate: Flag = Field(description="It is accurate and complete.")
    files: list[Sha256] = Field([], max_length=10, description="Files that you have sent to /v1/cases/files.")
    self_service: Flag = Field(False, description="Remove at once where your standing and a fact of the ledger allow.")


class NewNotice(NoticeHead):
    """A notice of up to 300 lines, each of which becomes a case of its own."""

    lines: list[NoticeLine] = Field(min_length=1, max_length=MOST_LINES)


class NoticeLineOut(Out):
    """One line as it was looked at."""

    line: int = Field(description="From 1, as it was sent.")
    state: str = Field(description="new, repeated, known (a case answers it already) or wrong.")
    platform: str | None
    listing: str | None
    case: str | None = Field(description="The case that it made, or that answers it already.")
    case_state: str | None
    outcome: str | None
    repeats: int | None = Field(description="The earlier line that says the same.")
    facts: list[str] = Field(description="What the ledger knows of the code, in words for programs.")
    words: list[str] = Field(description="The same in sentences.")
    would: str = Field(description="uphold, decline, ask, review or none: what the facts alone do.")
    proposes: list[str] = Field(description="Reasons that the facts would decide.")
    problem: str | None


class StandingCountsOut(Out):
    """Of the cases decided in the last three months.

    What facts alone upheld counts once the platform has said whose listing it is.
    """

    decided: int
    upheld: int
    taken_down: int
    countered: int = Field(description="Once taken down, and restored since.")


class StandingOut(Out):
    """How good a notifier's word is, and what that rests on."""

    lane: str = Field(description="fast, normal or evidence_first.")
    counts: StandingCountsOut
    shut_until: datetime | None = Field(description="Until when the fast lane is shut.")
    words: str


class NotifyingAgentOut(Out):
    """What an agent did for you."""

    agent: str
    slug: str
    counts: StandingCountsOut


class OwnStandingOut(StandingOut):
    """Yours, and your agents'."""

    agents: list[NotifyingAgentOut]


class NoticeLookedOut(Out):
    """A notice that was looked at and not sent."""

    lines: list[NoticeLineOut]
    new: int
    repeated: int
    known: int
    wrong: int
    standing: StandingOut


class NoticeOut(Out):
    """A notice that was received: this is its receipt (Art. 16(4))."""

    id: str
    received_at: datetime
    lines: int
    repeated: int
    cases: int
    results: list[NoticeLineOut]


class NoticeCaseOut(Out):
    """A case of a notice."""

    id: str
    line: int
    listing: str
    url: str | None
    state: str
    outcome: str | None
    due_at: datetime | None
    decided_at: datetime | None


class NoticeShownOut(Out):
    """A notice and its cases."""

    id: str
    received_at: datetime
    lines: int
    repeated: int
    cases: list[NoticeCaseOut]


class SentCaseFileOut(Out):
    """A file that can be named in a notice or an answer. It is seen by the case's parties alone."""

    sha256: str
    media_type: str
    size: int


def asked_of(body: NewNotice) -> Asked:
    """A notice as the use cases take it."""
    lines = [
        Line(url=one.url, platform=one.platform, ref=one.listing, gtin=one.gtin, serial=one.serial, sold_as=one.sold_as)
        for one in body.lines
    ]
    return asked_with(body, lines, {place: one.code for place, one in enumerate(body.lines) if one.code is not None})


def looked_out(looked: Looked) -> NoticeLookedOut:
    """A notice that was looked at, as it is answered."""
    lines = [line_out(place, one, None) for place, one in enumerate(looked.lines)]
    return NoticeLookedOut(
        lines=lines,
        new=looked.new,
        repeated=sum(one.state == "repeated" for one in lines),
        known=sum(one.state == "known" for one in lines),
        wrong=sum(one.state == "wrong" for one in lines),
        standing=standing_out(looked.standing),
    )


def asked_with(head: NoticeHead, lines: list[Line], codes: dict[int, str]) -> Asked:
    """A notice whose lines came apart from it."""
    return Asked(
        reason=head.reason,
        lines=lines,
        explanation=head.explanation,
        name=head.name,
        email=head.email,
        good_faith=head.good_faith,
        accurate=head.accurate,
        right=head.right,
        holder=head.holder,
        territories=tuple(head.territories),
        rules=head.rules,
        relation=head.relation or "",
        self_service=head.self_service,
        files=tuple(head.files),
        codes=codes,
    )


def line_out(place: int, one: LookedLine, made: Kept | None) -> NoticeLineOut:
    """One line as it was looked at, and the case that it made."""
    case = made or one.before
    state = "wrong" if one.fault else "repeated" if one.repeats is not None else "known" if one.before else "new"
    weighed = one.weighed
    return NoticeLineOut(
        line=place + 1,
        state=state,
        platform=None if one.platform is None else one.platform.slug,
        listing=one.listing or None,
        case=None if case is None else case.id,
        case_state=None if case is None else case.state,
        outcome=None if case is None else case.outcome,
        repeats=None if one.repeats is None else one.repeats + 1,
        facts=[] if weighed is None else list(weighed.facts),
        words=[] if weighed is None else [str(words) for words in weighed.words],
        would="none" if weighed is None else weighed.step.value,
        proposes=[reason.value for reason in one.proposed],
        problem=None if one.fault is None else " ".join(part for part in (one.fault.what, one.fault.mend) if part),
    )


def standing_out(standing: Standing) -> StandingOut:
    """A standing as it is answered."""
    return StandingOut(
        lane=standing.lane.value,
        counts=counts_out(standing.counts),
        shut_until=maybe_moment(standing.shut_until),
        words=str(standing.words),
    )


def counts_out(counts: Counts) -> StandingCountsOut:
    """Counts as they are answered."""
    told: dict[str, Any] = {name: getattr(counts, name) for name in ("decided", "upheld", "taken_down", "countered")}
    return StandingCountsOut(**told)


def notice_case_out(one: Kept) -> NoticeCaseOut:
    """A case of a notice."""
    return NoticeCaseOut(
        id=one.id,
        line=one.place + 1,
        listing=one.listing,
        url=one.url,
        state=one.state,
        outcome=one.outcome,
        due_at=maybe_moment(one.due_at),
        decided_at=maybe_moment(one.decided_at),
    )

"""Notices against listings: looked at before they are sent, sent as JSON or as a sheet, and how good one's word is."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Annotated, Any, BinaryIO, Final, cast

from flask import Response, request
from pydantic import Field, ValidationError, model_validator

from ledger.domain.desk.cases import Reason
from ledger.domain.desk.clocks import RuleName
from ledger.domain.desk.notices import LONGEST_URL, MOST_LINES, Line
from ledger.domain.desk.standing import Counts, Standing
from ledger.domain.errors import Invalid
from ledger.domain.organisations import Scope
from ledger.services.desk.case_files import keep_case_file
from ledger.services.desk.cases_port import Kept
from ledger.services.desk.cases_read import see_notice
from ledger.services.desk.notices_check import Looked, look_at
from ledger.services.desk.notices_lines import Asked, LookedLine
from ledger.services.desk.notices_send import Sent, send_notice
from ledger.services.desk.notices_sheet import MOST_BYTES, lines_of_sheet
from ledger.services.desk.standing_of import shown_standing
from web.api.operation import JSON_BYTES, answer, blueprint, caller, here, invalid, operation
from web.api.shapes import Code, Flag, Gtin, Id, IdPath, In, Out, Serial, Sha256, Text, maybe_moment, moment
from web.api.shapes import Line as ShortText

bp = blueprint("notices", "Notices against listings, and the standing of whoever sends them.")

_BINARY: Final = {"type": "string", "format": "binary"}
_SHEET: Final = {
    "description": "A CSV or XLSX of up to 300 lines in the field “file”, the rest of the notice as JSON in “notice”.",
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "properties": {"file": _BINARY, "notice": {"$ref": "#/components/schemas/NoticeHead"}},
                "required": ["file", "notice"],
            }
        }
    },
}
_FILE: Final = {
    "description": "A form with one PDF, JPEG or PNG in the field “file”.",
    "required": True,
    "content": {
        "multipart/form-data": {"schema": {"type": "object", "properties": {"file": _BINARY}, "required": ["file"]}}
    },
}


Territory = Annotated[str, Field(min_length=2, max_length=2, description="ISO 3166-1 alpha-2, EU or WO.")]


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
    email: ShortText = Field(max_length=254)
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
    """Of the cases decided in the last ninety days."""

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


@operation(
    bp, "POST", "/v1/notices/check", answers={200: NoticeLookedOut}, scope=Scope.NOTICE, largest=2 * JSON_BYTES,
    refuses=(404, 409),
)  # fmt: skip
def check_notice(body: NewNotice) -> Response:
    """Look at a notice without sending it

    Tells which lines are new, which repeat another or have a case already, and what the ledger knows of each code.
    """
    looked = look_at(here(), caller(), asked_of(body))
    return answer(looked_out(looked))


@operation(
    bp, "POST", "/v1/notices", answers={201: NoticeOut}, scope=Scope.NOTICE, once=True, largest=2 * JSON_BYTES,
    refuses=(404, 409),
)  # fmt: skip
def new_notice(body: NewNotice) -> Response:
    """Send a notice

    Each new line becomes a case; what the ledger's facts decide is decided before this answers. A line that is wrong
    stops the whole notice. Lines that repeat another, or that a case answers already, are told and make no case.
    """
    return _sent(send_notice(here(), caller(), asked_of(body)))


@operation(
    bp, "POST", "/v1/notices/sheets", answers={201: NoticeOut}, scope=Scope.NOTICE, once=True, takes=_SHEET,
    refuses=(404, 409, 413), uses=(NoticeHead,),
)  # fmt: skip
def new_notice_sheet() -> Response:
    """Send a notice with its lines in a sheet

    Columns: url, platform, listing, code, gtin, serial, sold_as; each line needs url, or platform and listing.
    """
    request.max_content_length = MOST_BYTES + JSON_BYTES
    sheet = request.files.get("file")
    if sheet is None:
        raise Invalid("The form has no file in the field “file”.")
    try:
        head = NoticeHead.model_validate(json.loads(request.form.get("notice", "")))
    except ValidationError as error:
        invalid(error)
        raise
    except (ValueError, RecursionError):
        raise Invalid("The form's field “notice” holds no JSON. It is the notice without its lines.") from None
    lines, codes = lines_of_sheet(cast(BinaryIO, sheet.stream), sheet.filename or "sheet")
    return _sent(send_notice(here(), caller(), _asked(head, lines, codes)))


@operation(bp, "GET", "/v1/notices/<id>", answers={200: NoticeShownOut}, scope=Scope.NOTICE, refuses=(404,))
def get_notice(path: IdPath) -> Response:
    """A notice and how its cases stand"""
    notice, cases = see_notice(here(), caller(), path.id)
    return answer(
        NoticeShownOut(
            id=notice.id,
            received_at=moment(notice.created_at),
            lines=notice.lines,
            repeated=notice.repeated,
            cases=[_case_out(one) for one in cases],
        )
    )


@operation(bp, "GET", "/v1/standing", answers={200: OwnStandingOut}, scope=Scope.NOTICE)
def get_standing() -> Response:
    """Your standing, with the exact counts, and what your agents did for you"""
    shown = shown_standing(here(), caller())
    agents = [NotifyingAgentOut(agent=one.agent, slug=one.slug, counts=_counts(one.counts)) for one in shown.agents]
    return answer(OwnStandingOut(**_standing(shown.standing).model_dump(), agents=agents))


@operation(bp, "POST", "/v1/cases/files", answers={201: SentCaseFileOut}, takes=_FILE, refuses=(403, 413))
def send_case_file() -> Response:
    """Send a photo or a document for a notice, an answer or an appeal

    A PDF, JPEG or PNG, named by its SHA-256 in what you send next. Only the parties of the case see it.
    """
    request.max_content_length = here().limits.evidence_bytes + 64 * 1024
    sent = request.files.get("file")
    if sent is None:
        raise Invalid("The form has no file in the field “file”.")
    kept = keep_case_file(here(), caller(), cast(BinaryIO, sent.stream))
    return answer(SentCaseFileOut(sha256=kept.sha256, media_type=kept.media_type, size=kept.size), 201)


def asked_of(body: NewNotice) -> Asked:
    """A notice as the use cases take it."""
    lines = [
        Line(url=one.url, platform=one.platform, ref=one.listing, gtin=one.gtin, serial=one.serial, sold_as=one.sold_as)
        for one in body.lines
    ]
    return _asked(body, lines, {place: one.code for place, one in enumerate(body.lines) if one.code is not None})


def looked_out(looked: Looked) -> NoticeLookedOut:
    """A notice that was looked at, as it is answered."""
    lines = [_line_out(place, one, None) for place, one in enumerate(looked.lines)]
    return NoticeLookedOut(
        lines=lines,
        new=looked.new,
        repeated=sum(one.state == "repeated" for one in lines),
        known=sum(one.state == "known" for one in lines),
        wrong=sum(one.state == "wrong" for one in lines),
        standing=_standing(looked.standing),
    )


def _asked(head: NoticeHead, lines: list[Line], codes: dict[int, str]) -> Asked:
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


def _sent(sent: Sent) -> Response:
    lines = [
        _line_out(place, one, sent.cases[place][0] if place in sent.cases else None)
        for place, one in enumerate(sent.looked.lines)
    ]
    notice = sent.notice
    shown = NoticeOut(
        id=notice.id,
        received_at=moment(notice.created_at),
        lines=notice.lines,
        repeated=notice.repeated,
        cases=len(sent.cases),
        results=lines,
    )
    return answer(shown, 201, location=f"/v1/notices/{notice.id}")


def _line_out(place: int, one: LookedLine, made: Kept | None) -> NoticeLineOut:
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


def _standing(standing: Standing) -> StandingOut:
    return StandingOut(
        lane=standing.lane.value,
        counts=_counts(standing.counts),
        shut_until=maybe_moment(standing.shut_until),
        words=str(standing.words),
    )


def _counts(counts: Counts) -> StandingCountsOut:
    told: dict[str, Any] = {name: getattr(counts, name) for name in ("decided", "upheld", "taken_down", "countered")}
    return StandingCountsOut(**told)


def _case_out(one: Kept) -> NoticeCaseOut:
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

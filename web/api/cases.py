"""Cases: what became of each listing of a notice, and what its sides can do about it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Final, Literal

from flask import Response
from pydantic import Field

from ledger.domain.desk.cases import Case, Decline, Ground
from ledger.domain.desk.clocks import RULES
from ledger.domain.desk.notices import in_force_in
from ledger.domain.organisations import Scope
from ledger.services.desk import case_act
from ledger.services.desk.case_act import Ruling, Word
from ledger.services.desk.case_counter import Answer, counter_for_seller
from ledger.services.desk.case_files import read_case_file
from ledger.services.desk.cases_port import Kept, Wanted
from ledger.services.desk.cases_read import (
    Happened,
    Seen,
    list_cases,
    names_of,
    queue_of,
    reasons_for,
    right_words,
    see_case,
    strikes_of,
)
from web.api.operation import answer, blueprint, caller, here, operation
from web.api.shapes import (
    Code,
    Flag,
    Id,
    IdPath,
    In,
    Out,
    PageQuery,
    Sha256,
    Text,
    maybe_moment,
    moment,
    next_cursor,
    page,
)
from web.api.shapes import Line as ShortText

bp = blueprint("cases", "What became of each listing of a notice, and what its sides can do about it.")

_ANY: Final = {"type": "object", "additionalProperties": True}
Reference = Annotated[str, Field(min_length=1, max_length=120, pattern=r"^[^\x00-\x1f\x7f]+$")]
Written = Annotated[str, Field(max_length=2_000, pattern=r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$")]
_FILES: Final = "Files that you have sent to /v1/cases/files."


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


class CaseDecision(In):
    """A reviewer's word on a notice or a counter-notice."""

    decision: Word
    code: Decline | None = Field(None, description="Why, where it is declined.")
    explanation: Written = Field("", description="For the parties.")
    seller: Reference | None = Field(None, description="Whose listing it is, by your own name for them.")
    ruling: Ruling | None = Field(None, description="Who found a closed case wrong, where it is reversed.")


class CaseSeller(In):
    """Whose listing it is, by your own name for them."""

    seller: Reference


class CaseMore(In):
    """What was asked for."""

    text: Written = ""
    files: list[Sha256] = Field([], max_length=10, description=_FILES)


class CounterNotice(In):
    """A seller's answer, handed in by their platform."""

    ground: Ground
    statement: Written = ""
    code: Code | None = Field(None, description="The item's code, where the notice names none.")
    seller: Reference | None = Field(None, description="Your own name for the seller, as in the question of the proof.")
    proof: Id | None = Field(None, description="A live answer of the item's owner to your question.")
    files: list[Sha256] = Field([], max_length=10, description=_FILES)


class CaseAppeal(In):
    """What was decided wrongly, and why."""

    text: Text
    files: list[Sha256] = Field([], max_length=10, description=_FILES)


class CaseAppealDecision(In):
    """Another person's word."""

    grant: Flag
    explanation: Written = ""


class CaseWithdrawal(In):
    """Why, where you want to say."""

    text: Written = ""


class CourtAction(In):
    """The action that was filed."""

    court: ShortText
    number: ShortText


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


@operation(bp, "GET", "/v1/cases", answers={200: CasesOut}, refuses=(403,))
def find_cases(query: CasesQuery) -> Response:
    """List your cases

    A platform sees those against its listings, a brand those in its name, an agent those it sent.
    """
    ledger, asking = here(), caller()
    if query.order == "due":
        found = queue_of(ledger, asking)
        return answer(CasesOut(items=_lines(found), next=None))
    states = () if query.state is None else (query.state,)
    wanted = Wanted(notice=query.notice, listing=query.listing, seller=query.seller, states=states)
    if wanted.seller is not None:
        asking.need(Scope.DECIDE)
    found = list_cases(ledger, asking, wanted, query.cursor, query.limit + 1)
    following = next_cursor(found, query.limit, lambda one: one.id)
    return page(found, query.limit, lambda rows: CasesOut(items=_lines(list(rows)), next=following), lambda one: one.id)


@operation(bp, "GET", "/v1/cases/<id>", answers={200: CaseOut}, refuses=(403, 404))
def get_case(path: IdPath) -> Response:
    """One case, as far as it is yours to see"""
    return _shown(path.id)


@operation(
    bp, "POST", "/v1/cases/<id>/decision", answers={200: CaseOut}, scope=Scope.DECIDE, once=True, refuses=(404, 409)
)
def decide_case(path: IdPath, body: CaseDecision) -> Response:
    """Decide a notice, a counter-notice, or reverse a closed case

    On a notice: uphold, decline (with a code) or more. On a counter-notice: restore or keep. Of a case that was closed
    as upheld, and that a court, a settlement body or you have found wrong: reverse.
    """
    case_act.decide_case(
        here(),
        caller(),
        path.id,
        body.decision,
        code=body.code,
        text=body.explanation,
        seller=body.seller,
        ruling=body.ruling,
    )
    return _shown(path.id)


@operation(
    bp, "POST", "/v1/cases/<id>/seller", answers={200: CaseOut}, scope=Scope.DECIDE, once=True, refuses=(404, 409)
)
def name_case_seller(path: IdPath, body: CaseSeller) -> Response:
    """Say whose listing it is

    By your own name for them, never a person's; strikes are counted under it.
    """
    case_act.name_seller(here(), caller(), path.id, body.seller)
    return _shown(path.id)


@operation(bp, "POST", "/v1/cases/<id>/more", answers={200: CaseOut}, scope=Scope.NOTICE, once=True, refuses=(404, 409))
def give_more(path: IdPath, body: CaseMore) -> Response:
    """Send what the platform asked for: the clock goes on"""
    case_act.give_more(here(), caller(), path.id, body.text, body.files)
    return _shown(path.id)


@operation(bp, "POST", "/v1/cases/<id>/counter-notices", answers={200: CaseOut}, once=True, refuses=(403, 404, 409))
def counter_notice(path: IdPath, body: CounterNotice) -> Response:
    """Hand in your seller's counter-notice

    With `i_own_this_item` and a live answer of the item's owner, the listing is restored before this answers.
    """
    told = Answer(body.ground, body.statement, code=body.code, proof=body.proof, files=tuple(body.files))
    counter_for_seller(here(), caller(), path.id, told, body.seller)
    return _shown(path.id)


@operation(bp, "POST", "/v1/cases/<id>/appeal", answers={200: CaseOut}, once=True, refuses=(403, 404, 409))
def appeal_case(path: IdPath, body: CaseAppeal) -> Response:
    """CaseAppeal: the notifier, or the platform on its seller's behalf"""
    case_act.appeal(here(), caller(), path.id, body.text, body.files)
    return _shown(path.id)


@operation(
    bp,
    "POST",
    "/v1/cases/<id>/appeal/decision",
    answers={200: CaseOut},
    scope=Scope.DECIDE,
    once=True,
    refuses=(404, 409),
)
def decide_case_appeal(path: IdPath, body: CaseAppealDecision) -> Response:
    """Decide an appeal

    Whoever decided before may not decide the appeal.
    """
    case_act.decide_appeal(here(), caller(), path.id, grant=body.grant, text=body.explanation)
    return _shown(path.id)


@operation(
    bp, "POST", "/v1/cases/<id>/withdraw", answers={200: CaseOut}, scope=Scope.NOTICE, once=True, refuses=(404, 409)
)
def withdraw_case(path: IdPath, body: CaseWithdrawal) -> Response:
    """Take a notice back: the listing is restored and the case closed"""
    case_act.withdraw(here(), caller(), path.id, body.text)
    return _shown(path.id)


@operation(
    bp, "POST", "/v1/cases/<id>/court", answers={200: CaseOut}, scope=Scope.NOTICE, once=True, refuses=(404, 409)
)
def case_to_court(path: IdPath, body: CourtAction) -> Response:
    """Say that you have filed an action, so that the listing stays down"""
    case_act.to_court(here(), caller(), path.id, body.court, body.number)
    return _shown(path.id)


@operation(bp, "GET", "/v1/cases/<id>/statement-of-reasons", answers={200: ReasonsOut}, refuses=(403, 404, 409))
def get_statement_of_reasons(path: IdPath) -> Response:
    """Why a listing was taken down, in the fields of the European Union's transparency database"""
    return answer(ReasonsOut.model_validate(reasons_for(here(), caller(), path.id)))


@operation(
    bp,
    "GET",
    "/v1/cases/<id>/files/<sha256>",
    answers={200: {"description": "The file", "content": {"application/octet-stream": {"schema": _ANY}}}},
    refuses=(403, 404),
)
def get_case_file(path: CaseFilePath) -> Response:
    """A file of a case, for its parties"""
    seen = see_case(here(), caller(), path.id)
    subject = next((one.subject for one in seen.files if one.sha256 == path.sha256), path.id)
    file, content = read_case_file(here(), subject, path.sha256)
    response = Response(content, mimetype=file.media_type)
    response.headers["Content-Disposition"] = "attachment"
    response.headers["Cache-Control"] = "no-store"
    return response


@operation(bp, "GET", "/v1/sellers/<ref>/strikes", answers={200: SellerStrikesOut}, refuses=(403,))
def get_strikes(path: SellerRefPath) -> Response:
    """A seller's strikes at your marketplace, and what is advised

    Strikes come from closed cases alone, count for twelve months, and go with a case that is reversed.
    """
    now = here().now()
    found, advice = strikes_of(here(), caller(), path.ref)
    shown = [
        SellerStrikeOut(
            case=one.case,
            struck_at=moment(one.struck_at),
            until=moment(one.until),
            taken_back_at=maybe_moment(one.back_at),
            counts=one.counts(now),
        )
        for one in found
    ]
    return answer(SellerStrikesOut(seller=path.ref, advice=advice.value, strikes=shown))


def _shown(id: str) -> Response:
    return answer(case_out(see_case(here(), caller(), id)))


def case_out(seen: Seen) -> CaseOut:
    """A case as it is answered."""
    kept, case, rules = seen.kept, seen.case, RULES[seen.case.rules]
    own = seen.eye.value == "platform"
    names = {one.id: one.name for one in (seen.platform, seen.notifier, seen.holder)}
    return CaseOut(
        **_line(kept, names).model_dump(),
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


def _lines(found: list[Kept]) -> list[CaseLine]:
    names = names_of(here(), found)
    return [_line(one, names) for one in found]


def _line(one: Kept, names: dict[str, str]) -> CaseLine:
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

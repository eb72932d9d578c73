"""Cases: what became of each listing of a notice, and what its sides can do about it."""

from __future__ import annotations

from typing import Final

from flask import Response

from ledger.domain.organisations import Scope
from ledger.services.desk import case_act
from ledger.services.desk.case_counter import Answer, counter_for_seller
from ledger.services.desk.case_files import read_case_file
from ledger.services.desk.cases_port import Kept, Wanted
from ledger.services.desk.cases_read import (
    list_cases,
    names_of,
    queue_of,
    reasons_for,
    see_case,
    strikes_of,
)
from web.api.case_sent import (
    CaseAppeal,
    CaseAppealDecision,
    CaseDecision,
    CaseMore,
    CaseSeller,
    CaseWithdrawal,
    CounterNotice,
    CourtAction,
)
from web.api.case_shapes import (
    CaseFilePath,
    CaseLine,
    CaseOut,
    CasesOut,
    CasesQuery,
    ReasonsOut,
    SellerRefPath,
    SellerStrikeOut,
    SellerStrikesOut,
    case_out,
    line_out,
)
from web.api.operation import answer, blueprint, caller, here, operation
from web.api.shapes import (
    IdPath,
    maybe_moment,
    moment,
    next_cursor,
    page,
)

bp = blueprint("cases", "What became of each listing of a notice, and what its sides can do about it.")

_ANY: Final = {"type": "object", "additionalProperties": True}


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
    listings = () if query.listing is None else (query.listing,)
    wanted = Wanted(notice=query.notice, listings=listings, seller=query.seller, states=states)
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

    Whoever decided anything in this case before may not decide the appeal. Where a key decided before, a person who is
    signed in has to decide it.
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
    """Say that you have filed an action, so that the listing stays down

    With a file that shows it, the listing stays down until the marketplace decides. Without one it comes back after 30
    days, unless you send the file in another such request.
    """
    case_act.to_court(here(), caller(), path.id, body.court, body.number, body.files)
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


def _lines(found: list[Kept]) -> list[CaseLine]:
    names = names_of(here(), found)
    return [line_out(one, names) for one in found]

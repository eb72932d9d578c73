"""A seller reads what is alleged against their listing, by whom and what happens when, and answers it."""

from __future__ import annotations

from typing import BinaryIO, cast

from flask import Response, redirect, render_template, request, url_for
from werkzeug import Response as AnyResponse

from ledger.domain.desk.cases import Ground, State
from ledger.domain.desk.cases_moves import answerable
from ledger.domain.desk.clocks import RULES
from ledger.domain.desk.notices import in_force_in
from ledger.domain.errors import Invalid, LedgerError
from ledger.domain.said import said
from ledger.services.desk.case_counter import (
    Answer,
    ask_for_seller,
    case_behind,
    counter_by_link,
    proof_counts,
    seller_files,
)
from ledger.services.desk.case_files import keep_seller_file, read_case_file
from ledger.services.desk.case_seller import appeal_by_link
from ledger.services.desk.cases_read import right_words, see_by_link
from web.desk import bp, words
from web.people.visits import ledger_here, ours_only
from web.problems import status_of_form


@bp.get("/answer/<secret>")
def seller_case(secret: str) -> Response:
    """The case as its seller sees it. A link is a secret: nothing keeps the page."""
    return _page(secret, {})


@bp.post("/answer/<secret>")
def answer(secret: str) -> Response | AnyResponse:
    """The seller's counter-notice."""
    ours_only()
    form = request.form
    try:
        if form.get("ground") not in set(Ground):
            raise Invalid(said("Choose what applies."))
        kept, _case = case_behind(ledger_here(), secret)
        files = tuple(one.sha256 for one in seller_files(ledger_here(), kept))
        proof = form.get("proof", "")[:40] or None
        told = Answer(
            Ground(form["ground"]),
            form.get("statement", "")[:2_000],
            name=form.get("name", "")[:200],
            code=form.get("code", "").strip()[:2_000] or None,
            proof=proof,
            files=files,
        )
        counter_by_link(ledger_here(), secret, told)
    except LedgerError as refused:
        return _page(secret, form.to_dict(), fault=refused.detail, status=status_of_form(refused))
    return redirect(url_for("desk.seller_case", secret=secret), 303)


@bp.post("/answer/<secret>/proof")
def prove(secret: str) -> Response:
    """Ask for the live proof: the words and the link with which the item's owner answers."""
    ours_only()
    code = request.form.get("code", "").strip()[:2_000] or None
    try:
        id, link, spoken = ask_for_seller(ledger_here(), secret, code)
    except LedgerError as refused:
        return _page(secret, request.form.to_dict(), fault=refused.detail, status=status_of_form(refused))
    address = f"{ledger_here().public_url}/prove/{link}"
    return _page(secret, {"ground": Ground.OWNER.value, "proof": id, "code": code or ""}, asked=(address, spoken))


@bp.post("/answer/<secret>/files")
def send_file(secret: str) -> Response | AnyResponse:
    """Keep an invoice or a photo for the answer."""
    ours_only()
    request.max_content_length = ledger_here().limits.evidence_bytes + 64 * 1024
    file = request.files.get("file")
    try:
        if file is None or not file.filename:
            raise Invalid(said("No file was chosen. Choose a PDF, JPEG or PNG, then send it."))
        kept, case = case_behind(ledger_here(), secret)
        if case.state is State.CLOSED:
            raise Invalid(said("This case is closed, so nothing more can be sent."))
        if len(seller_files(ledger_here(), kept)) >= 10:
            raise Invalid(said("Ten files were sent already. Leave it at those."))
        keep_seller_file(ledger_here(), kept.id, cast(BinaryIO, file.stream))
    except LedgerError as refused:
        return _page(secret, {}, fault=refused.detail, status=status_of_form(refused))
    return redirect(url_for("desk.seller_case", secret=secret, _anchor="files"), 303)


@bp.get("/answer/<secret>/files/<sha256>")
def seller_file(secret: str, sha256: str) -> Response:
    """A file of the case: what the notifier sent, and what the seller did."""
    seen = see_by_link(ledger_here(), secret)
    subject = next((one.subject for one in seen.files if one.sha256 == sha256), seen.kept.id)
    file, content = read_case_file(ledger_here(), subject, sha256)
    response = Response(content, mimetype=file.media_type)
    response.headers["Content-Disposition"] = "attachment"
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@bp.post("/answer/<secret>/appeal")
def appeal(secret: str) -> Response | AnyResponse:
    """The seller's appeal."""
    ours_only()
    try:
        appeal_by_link(ledger_here(), secret, request.form.get("text", "")[:2_000])
    except LedgerError as refused:
        return _page(secret, {}, fault=refused.detail, status=status_of_form(refused))
    return redirect(url_for("desk.seller_case", secret=secret), 303)


def _page(
    secret: str, filled: dict[str, str], *, fault: str = "", asked: tuple[str, str] | None = None, status: int = 200
) -> Response:
    ledger = ledger_here()
    seen = see_by_link(ledger, secret)
    case, now = seen.case, ledger.now()
    answered = bool(filled.get("proof")) and _counts(secret, filled)
    page = render_template(
        "desk/answer.html",
        secret=secret,
        seen=seen,
        case=case,
        rules=RULES[case.rules],
        right=right_words(seen.right),
        places=in_force_in(seen.kept.territories),
        file_url=lambda sha256: url_for("desk.seller_file", secret=secret, sha256=sha256),
        can_answer=answerable(case, now),
        can_appeal=case.state in (State.UPHELD, State.KEPT)
        and "seller" not in case.appealed
        and now < case.appeal_until,
        filled=filled,
        fault=fault,
        asked=asked,
        answered=answered,
        now=now,
        words=words,
    )
    response = Response(page, status, mimetype="text/html")
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _counts(secret: str, filled: dict[str, str]) -> bool:
    try:
        return proof_counts(ledger_here(), secret, filled["proof"][:40], filled.get("code") or None)
    except LedgerError:
        return False

"""An authenticator's desk: identify the item, say what was seen, sign; later, take it back where need be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, BinaryIO, Final, cast

from flask import redirect, render_template, request, url_for
from werkzeug import Response as AnyResponse
from werkzeug.datastructures import MultiDict

from ledger.domain.errors import Conflict, Fault, Forbidden, Invalid, LedgerError, TooMany, Unknown
from ledger.domain.inspections import Authenticity, InspectionFacts, Method, Remark, WithdrawalReason
from ledger.domain.organisations import Role, Scope
from ledger.domain.outbox import Queued
from ledger.domain.said import said
from ledger.domain.statements import Kind, RecordKind
from ledger.services.inspect_sign import begin_finding
from ledger.services.record_inspection import inspection, record, withdrawal
from ledger.services.scanned import Scan
from ledger.services.store_evidence import store_evidence
from web.console import bp
from web.console.inspect_desk import desk_page
from web.console.inspect_identify import identified
from web.console.inspect_words import CONDITIONS, METHODS, REMARKS, RESULTS
from web.console.pages import caller_here, ledger_here, need_number, only
from web.console.statements import StatementRow, statement_rows
from web.people.visits import to_signing_page, visit_here
from web.problems import status_of_form

_PAGE: Final = 25
_MOST_PHOTOS: Final = 12
_LONGEST: Final = 8_000
_WITHDRAWN: Final = (RecordKind.INSPECTION, RecordKind.CORRECTION, RecordKind.SERVICE)
_inspector = only(Role.AUTHENTICATOR, scope=Scope.SIGN)
_recorder = only(Role.AUTHENTICATOR, Role.REPAIRER, Role.BRAND, scope=Scope.SIGN)

REASONS: Final = {
    WithdrawalReason.MISTAKE: said("It was a mistake"),
    WithdrawalReason.WRONG_ITEM: said("It was about another item"),
    WithdrawalReason.NEW_EVIDENCE: said("New evidence"),
    WithdrawalReason.OTHER: said("Another reason"),
}


@dataclass(frozen=True, slots=True)
class RecordRow:
    """One of the authenticator's records, with what it said and whether it can be taken back."""

    row: StatementRow
    result: str
    nonce: int
    open: bool
    inspected: bool
    """Whether it is an inspection, which a correction can follow."""


@bp.get("/inspect")
@_inspector
def inspect() -> str:
    """A person’s desk; for a program’s key, the code first, then the form, for an item that the ledger has."""
    if caller_here().person is not None:
        return desk_page()
    typed = request.args.get("code", "").strip()[:500]
    if not typed:
        return _form(None, "")
    try:
        return _form(identified(ledger_here(), typed), typed)
    except (Invalid, Unknown) as problem:
        return _form(None, typed, problem)


@bp.post("/inspect")
@_inspector
def record_inspection() -> AnyResponse | tuple[str, int]:
    """Keep the photos and the report, sign the inspection, and queue it."""
    ledger, caller, form = ledger_here(), caller_here(), request.form
    scan = identified(ledger, form.get("code", ""))
    kept = [sha256 for sha256 in form.getlist("kept") if len(sha256) == 64][:_MOST_PHOTOS]
    try:
        need_number(caller)
        facts, report = _facts(form), _report(form)
        photos = [file for file in request.files.getlist("photos") if file.filename]
        if len(photos) + len(kept) > _MOST_PHOTOS:
            raise Invalid(f"A report may have {_MOST_PHOTOS} photos or documents. Choose the telling ones.")
        kept += [store_evidence(ledger, caller, cast(BinaryIO, file.stream)).sha256 for file in photos]
        assert scan.gtin is not None
        assert scan.serial is not None
        record(ledger, caller, inspection(scan.gtin, scan.serial, facts, report, list(dict.fromkeys(kept))))
    except (Invalid, Conflict, Forbidden, Unknown, TooMany) as problem:
        return _form(scan, form.get("code", ""), problem, form, kept), status_of_form(problem)
    return redirect(url_for("console.records", done=1), 303)


@bp.get("/records")
@_recorder
def records() -> str:
    """The authenticator's own records, newest first."""
    ledger, caller = ledger_here(), caller_here()
    with ledger.store.read() as tx:
        found = tx.outbox.page(caller.organisation.id, request.args.get("before"), _PAGE + 1)
        told = [one for one in found[:_PAGE] if one.statement.kind is Kind.RECORD]
        rows = statement_rows(ledger, tx, told)
    gone = {one.statement.values["about"] for one in told if one.statement.values["kind"] == RecordKind.WITHDRAWAL}
    shown = [
        RecordRow(row, _result(one), one.statement.nonce or 0, _can_withdraw(one, gone), bool(_result(one)))
        for one, row in zip(told, rows, strict=True)
    ]
    return render_template(
        "console/records.html", rows=shown, before=found[_PAGE - 1].id if len(found) > _PAGE else None
    )


@bp.get("/records/<id>/withdraw")
@_recorder
def withdraw_form(id: str) -> str:
    """Why a record is taken back."""
    queued, row = _own_record(id)
    return render_template("console/withdraw.html", id=id, row=row, result=_result(queued), reasons=REASONS)


@bp.post("/records/<id>/withdraw")
@_recorder
def withdraw_record(id: str) -> AnyResponse:
    """Sign a withdrawal; the record stays in view, marked as taken back."""
    ledger = ledger_here()
    queued, row = _own_record(id)
    if row.item is None:
        raise Unknown("The item of this record is not kept here, so it cannot be withdrawn here.")
    words = request.form.get("words", "").strip()
    if not words or len(words) > _LONGEST:
        raise Invalid("Say in a sentence why you take it back; the reader sees it beside the record.")
    why = _one_of(WithdrawalReason, request.form.get("why"), "why", "Choose a reason.")
    found = withdrawal(row.item.gtin, row.item.serial, queued.statement.nonce or 0, why, {"reason": words})
    caller = caller_here()
    if caller.person is not None:
        to, back = url_for("console.records", done=1), url_for("console.withdraw_form", id=id)
        return to_signing_page(begin_finding(ledger, visit_here(), caller, found, to, back))
    record(ledger, caller, found)
    return redirect(url_for("console.records"), 303)


def _form(
    scan: Scan | None,
    code: str,
    problem: LedgerError | None = None,
    form: MultiDict[str, str] | None = None,
    kept: list[str] | None = None,
) -> str:
    return render_template(
        "console/inspect.html",
        scan=scan,
        code=code,
        problem=problem,
        form=form if form is not None else MultiDict(),
        kept=kept or [],
        results=RESULTS,
        methods=METHODS,
        conditions=CONDITIONS,
        remarks=REMARKS,
        most_photos=_MOST_PHOTOS,
        longest=_LONGEST,
    )


def _facts(form: MultiDict[str, str]) -> InspectionFacts:
    remarks = Remark(0)
    for remark in form.getlist("remarks"):
        remarks |= _one_of(Remark, remark, "remarks", "Choose from the list.")
    return InspectionFacts(
        authenticity=_one_of(Authenticity, form.get("authenticity"), "authenticity", "Choose a result."),
        method=_one_of(Method, form.get("method"), "method", "Say how the item was before you."),
        persons=_count(form.get("persons"), "persons", 1),
        condition=form.get("condition") or None,
        remarks=remarks,
        points=_count(form.get("points"), "points", 0),
    )


def _report(form: MultiDict[str, str]) -> dict[str, Any]:
    basis = form.get("basis", "").replace("\r\n", "\n").strip()
    if not basis:
        what = "Say what your opinion rests on; a reader cannot weigh it otherwise."
        raise Invalid(what, faults=[_basis("is empty.")])
    if len(basis) > _LONGEST:
        raise Invalid(f"The text is longer than {_LONGEST:,} characters.", faults=[_basis("is too long.")])
    return {"basis": basis}


def _basis(what: str) -> Fault:
    return Fault("basis", what)


def _one_of(kind: Any, text: str | None, where: str, mend: str) -> Any:
    try:
        return kind(int(text or ""))
    except ValueError:
        raise Invalid(mend, faults=[Fault(where, mend)]) from None


def _count(text: str | None, where: str, least: int) -> int:
    if text and text.isascii() and text.isdigit() and least <= int(text[:6]) <= 255:
        return int(text)
    if not text and least == 0:
        return 0
    wanted = f"a whole number from {least} to 255."
    raise Invalid(f"Write {wanted}", faults=[Fault(where, f"is not {wanted}")])


def _own_record(id: str) -> tuple[Queued, StatementRow]:
    ledger, caller = ledger_here(), caller_here()
    with ledger.store.read() as tx:
        queued = tx.outbox.get(id)
        if queued is None or queued.organisation != caller.organisation.id or not _can_withdraw(queued, set()):
            raise Unknown("You have no such record that could be withdrawn.")
        (row,) = statement_rows(ledger, tx, [queued])
    return queued, row


def _can_withdraw(one: Queued, gone: set[Any]) -> bool:
    values = one.statement.values
    return values.get("kind") in _WITHDRAWN and one.statement.nonce not in gone


def _result(one: Queued) -> str:
    if one.statement.values.get("kind") not in (RecordKind.INSPECTION, RecordKind.CORRECTION):
        return ""
    facts = InspectionFacts.unpack(cast(bytes, one.statement.values["facts"]))
    return said("%(result)s: %(method)s", result=RESULTS[facts.authenticity][0], method=METHODS[facts.method])

"""Serials read on parts, compared with what is recorded: at a page of its own, and while a sheet is filled in.

What was typed is never printed again, and nothing of it is kept beyond that somebody asked.
"""

from __future__ import annotations

from typing import Any, Final

from flask import Response, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug import Response as AnyResponse

from ledger.domain.components import LONGEST_NAME, PARTS, Seen, part_words
from ledger.domain.components_history import Found
from ledger.domain.errors import Fault, Invalid, LedgerError, Unknown
from ledger.domain.organisations import Role, Scope
from ledger.domain.said import said
from ledger.domain.standing_headlines import capital
from ledger.services.components_check import Checked, check_parts
from ledger.services.components_sheet import check_for_sheet, forget_for_sheet
from ledger.services.inspect_sheets import draft_of
from ledger.services.scan_item import scan_item
from ledger.services.scanned import Scan
from web.console import bp
from web.console.inspect_desk import inspector
from web.console.inspect_identify import identified
from web.console.pages import caller_here, ledger_here, only
from web.part_words import FOUND, told_part
from web.problems import status_of_form

_ROW: Final = "serial."
_asker = only(Role.AUTHENTICATOR, Role.REPAIRER, Role.BRAND, scope=Scope.SIGN)


@bp.get("/parts")
@_asker
def parts() -> str:
    """The code first; then what is read on the parts."""
    typed = request.args.get("code", "").strip()[:500]
    try:
        return _page(identified(ledger_here(), typed) if typed else None, typed)
    except (Invalid, Unknown) as problem:
        return _page(None, typed, problem)


@bp.post("/parts")
@_asker
def compare_parts() -> Response | tuple[str, int]:
    """Compare, and say what was found."""
    ledger, code = ledger_here(), request.form.get("code", "").strip()[:500]
    scan = identified(ledger, code)
    try:
        found = check_parts(ledger, caller_here(), scan.gtin or "", scan.serial or "", _seen())
    except LedgerError as problem:
        return _page(scan, code, problem), status_of_form(problem)
    return _unkept(_page(scan, code, found=found))


@bp.get("/inspect/sheets/<id>/parts")
@inspector
def sheet_parts(id: str) -> str:
    """The same for a draft."""
    with ledger_here().store.read() as tx:
        sheet = draft_of(tx, caller_here(), id)
    return _sheet_page(id, sheet.gtin, sheet.serial)


@bp.post("/inspect/sheets/<id>/parts")
@inspector
def compare_sheet_parts(id: str) -> Response | tuple[str, int]:
    """Compare, say what was found, and put that into the sheet where its inspector wants so."""
    ledger, caller = ledger_here(), caller_here()
    with ledger.store.read() as tx:
        sheet = draft_of(tx, caller, id)
    try:
        found = check_for_sheet(ledger, caller, id, _seen(), keep=bool(request.form.get("keep")))
    except LedgerError as problem:
        return _sheet_page(id, sheet.gtin, sheet.serial, problem), status_of_form(problem)
    return _unkept(_sheet_page(id, sheet.gtin, sheet.serial, found=found))


@bp.post("/inspect/sheets/<id>/parts/forget")
@inspector
def forget_sheet_parts(id: str) -> AnyResponse:
    """Take what was found off the sheet."""
    forget_for_sheet(ledger_here(), caller_here(), id)
    return redirect(url_for("console.sheet_parts", id=id), 303)


def _seen() -> list[Seen]:
    """What was typed: a serial beside each part, and one beside a part that is chosen or named."""
    form = request.form
    found = [
        Seen(name.removeprefix(_ROW)[:80], text[:200])
        for name, text in form.items()
        if name.startswith(_ROW) and text.strip()
    ]
    other = form.get("other_serial", "")[:200]
    if other.strip():
        named = form.get("other_name", "").strip()[:80] or form.get("other", "")[:80]
        if not named:
            what = _("Say which part this serial is on.")
            raise Invalid(what, faults=[Fault("other", what)])
        found.append(Seen(named, other))
    if not found:
        what = _("Type at least one serial.")
        raise Invalid(what, faults=[Fault("serials", what)])
    return found


def _unkept(page: str) -> Response:
    response = make_response(page)
    response.headers["Cache-Control"] = "no-store"
    return response


def _sheet_page(
    id: str, gtin: str, serial: str, problem: LedgerError | None = None, found: Checked | None = None
) -> str:
    ledger = ledger_here()
    with ledger.store.read() as tx:
        sheet = draft_of(tx, caller_here(), id)
    scan = scan_item(ledger, gtin, serial) if sheet.item is not None else None
    kept = [(capital(part_words(part)), FOUND[Found(one)][0]) for part, one in sheet.told.parts.items()]
    return _page(scan, "", problem, found, sheet=sheet, kept=kept)


def _page(
    scan: Scan | None, code: str, problem: LedgerError | None = None, found: Checked | None = None, **more: Any
) -> str:
    known = list(scan.parts) if scan else []
    if scan is not None:
        # A part that only a service has put in is known as well: the service's facts name it.
        known += [one.part for one in scan.records if one.part and one.part not in known]
    return render_template(
        "console/inspect_parts.html",
        scan=scan,
        code=code,
        problem=problem,
        faults={fault.where: fault.what for fault in problem.faults} if problem else {},
        found=found,
        answers=[told_part(one) for one in found.answers] if found else [],
        known=[(one, said("Serial on the part: %(part)s", part=part_words(one))) for one in dict.fromkeys(known)],
        others=[("", _("Choose a part")), *((one, words) for one, words in PARTS.items() if one not in known)],
        longest=LONGEST_NAME,
        **{"sheet": None, "kept": [], **more},
    )

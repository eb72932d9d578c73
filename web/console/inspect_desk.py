"""An inspector's desk: what is begun, what waits for somebody else's eyes, and beginning a new sheet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug import Response

from ledger.domain.checklists import in_language
from ledger.domain.errors import Invalid, LedgerError, Unknown
from ledger.domain.organisations import Role, Scope
from ledger.domain.sheets import Sheet, SheetState, progress
from ledger.services.inspect_cases import case_of, look_again, waiting_cases
from ledger.services.inspect_settings import offered
from ledger.services.inspect_sheets import begin_sheet, need_inspector, save_step
from ledger.services.keep_line import line_of
from ledger.services.ports import Ledger
from ledger.services.scanned import Scan
from web.console import bp
from web.console.inspect_identify import identified
from web.console.inspect_words import METHODS, PURPOSES, WAITS
from web.console.pages import Pill, caller_here, ledger_here, only, when
from web.languages import language_of
from web.problems import status_of_form
from web.scan.photos import photo_href

inspector = only(Role.AUTHENTICATOR, scope=Scope.SIGN)
_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Row:
    """One sheet of a list: where it leads, what it is about, and how far it is."""

    href: str
    title: str
    kind: str
    state: Pill
    changed: str


def desk_page() -> str:
    """What is begun, what waits, and a field for the next code."""
    ledger, caller = ledger_here(), caller_here()
    person = need_inspector(caller)
    typed, without = request.args.get("code", "").strip()[:500], request.args.get("without") == "1"
    problem: LedgerError | None = None
    scan: Scan | None = None
    if typed:
        try:
            scan = identified(ledger, typed)
        except (Invalid, Unknown) as refused:
            problem = refused
    if scan is not None or without:
        return begin_page(ledger, scan, typed, about=request.args.get("about", "0"))
    with ledger.store.read() as tx:
        states = [SheetState.DRAFT, SheetState.COMMITTED, SheetState.SIGNED]
        mine = [one for one in tx.sheets.page(caller.organisation.id, states) if one.person == person][:_SHOWN]
        rows = [_row(ledger, one, _state(one, case_of(tx, one.case).outcome.step)) for one in mine]
    waiting = [
        (first, _title(first), in_language(first.checklist.name, language_of(request)))
        for first in waiting_cases(ledger, caller)
    ]
    return render_template("console/inspect_desk.html", rows=rows, waiting=waiting, code=typed, problem=problem)


def begin_page(
    ledger: Ledger, scan: Scan | None, code: str, *, about: str = "0", problem: LedgerError | None = None
) -> str:
    """What the record says of the item and how it should look, without anybody's opinion; and the first questions."""
    caller, language = caller_here(), language_of(request)
    subject = scan.subject if scan else None
    with ledger.store.read() as tx:
        lists = offered(tx, caller, subject.batch.organisation if subject else None)
    line = line_of(ledger, scan.gtin) if scan and scan.gtin else None
    photos = [(photo_href(one, 320), one.caption(language)) for one in line.photos[:3]] if line else []
    options = [
        (name, in_language(one.name, language), "" if one.owner is None else _("A list of your own, or the brand's."))
        for name, one in lists.items()
    ]
    return render_template(
        "console/inspect_begin.html",
        scan=scan,
        code=code,
        about=about,
        problem=problem,
        photos=photos,
        looks=line.said(language)[0].looks if line else (),
        lists=options,
        purposes=list(PURPOSES.items()),
        methods=list(METHODS.items()),
        form=request.form,
    )


@bp.post("/inspect/sheets")
@inspector
def begin_inspection() -> Response | tuple[str, int]:
    """Begin a sheet with its first step filled in."""
    ledger, caller, form = ledger_here(), caller_here(), request.form
    scan: Scan | None = None
    try:
        scan = identified(ledger, form.get("code", "")) if form.get("code") else None
        code = (scan.gtin, scan.serial) if scan and scan.gtin and scan.serial else None
        about = form.get("about", "0")
        number = int(about) if about.isascii() and about.isdigit() and len(about) < 19 else 0
        sheet = begin_sheet(ledger, caller, code, form.get("checklist", ""), about=number)
        save_step(ledger, caller, sheet.id, "item", form_lists())
    except LedgerError as refused:
        page = begin_page(ledger, scan, form.get("code", ""), about=form.get("about", "0"), problem=refused)
        return page, status_of_form(refused)
    return redirect(url_for("console.sheet_step", id=sheet.id, step="check"), 303)


@bp.post("/inspect/cases/<case>/look")
@inspector
def look(case: str) -> Response:
    """Begin the next blind sheet of a case."""
    sheet = look_again(ledger_here(), caller_here(), case)
    return redirect(url_for("console.sheet_step", id=sheet.id, step="item"), 303)


def form_lists() -> dict[str, list[str]]:
    """The form as the rules take it."""
    return {name: values for name, values in request.form.lists() if name != "csrf_token"}


def _row(ledger: Ledger, sheet: Sheet, state: Pill) -> Row:
    step = url_for("console.sheet_step", id=sheet.id, step="check")
    done = url_for("console.committed_sheet", id=sheet.id)
    href = step if sheet.state is SheetState.DRAFT else done
    kind = in_language(sheet.checklist.name, language_of(request))
    return Row(href, _title(sheet), kind, state, when(sheet.updated_at, ledger.now()))


def _title(sheet: Sheet) -> str:
    if sheet.item is not None:
        return str(_("No. %(serial)s", serial=sheet.serial))
    return sheet.told.description[:60] or str(_("A thing without a code"))


def _state(sheet: Sheet, step: Any) -> Pill:
    if sheet.state is SheetState.DRAFT:
        done, count = progress(sheet)
        return Pill(_("Draft: %(done)s of %(count)s points", done=done, count=count), "grey")
    if sheet.state is SheetState.SIGNED:
        return Pill(_("Signed"), "green")
    if sheet.item is None:
        return Pill(_("Committed, kept here"), "blue")
    return Pill(WAITS[step], "amber" if step.value in ("second", "third", "undecided") else "blue")

"""A repairer's page: what was done to an item, signed by whoever did it."""

from __future__ import annotations

from typing import Any, BinaryIO, Final, cast

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug import Response

from ledger.domain.components import LONGEST_NAME, PARTS, Seen
from ledger.domain.errors import Fault, Invalid, LedgerError, Unknown
from ledger.domain.inspections import Service
from ledger.domain.organisations import Role, Scope
from ledger.services.components_replace import replacement
from ledger.services.inspect_sign import begin_finding
from ledger.services.record_inspection import Finding, record, service
from ledger.services.scanned import Scan
from ledger.services.store_evidence import store_evidence
from web.console import bp
from web.console.inspect_identify import identified
from web.console.inspect_words import SERVICES
from web.console.pages import caller_here, ledger_here, need_number, only
from web.people.visits import to_signing_page, visit_here
from web.problems import status_of_form

_MOST_PHOTOS: Final = 12
_LONGEST: Final = 4_000
_LINE: Final = 200
_repairer = only(Role.REPAIRER, Role.BRAND, scope=Scope.SIGN)


@bp.get("/service")
@_repairer
def service_form() -> str:
    """The code first; then what was done."""
    typed = request.args.get("code", "").strip()[:500]
    try:
        return _form(identified(ledger_here(), typed) if typed else None, typed)
    except (Invalid, Unknown) as problem:
        return _form(None, typed, problem)


@bp.post("/service")
@_repairer
def record_service() -> Response | tuple[str, int]:
    """Keep the photos and words; then a person signs at the signing page, a program's key here."""
    ledger, caller, form = ledger_here(), caller_here(), request.form
    scan = identified(ledger, form.get("code", ""))
    kept = [sha256 for sha256 in form.getlist("kept") if len(sha256) == 64][:_MOST_PHOTOS]
    try:
        need_number(caller)
        told = _finding(scan)
        photos = [file for file in request.files.getlist("photos") if file.filename]
        if len(photos) + len(kept) > _MOST_PHOTOS:
            raise Invalid(_("A record may have %(most)s photos. Choose the telling ones.", most=_MOST_PHOTOS))
        kept += [store_evidence(ledger, caller, cast(BinaryIO, file.stream)).sha256 for file in photos]
        new, photographed = _new_part(), list(dict.fromkeys(kept))
        if new is None:
            finding = service(told.gtin, told.serial, _what(), told.report, photographed)
        else:
            finding = replacement(ledger, caller, told.gtin, told.serial, new, told.report, photographed)
        if caller.person is not None:
            to, back = url_for("console.records", done=1), url_for("console.service_form", code=form.get("code", ""))
            return to_signing_page(begin_finding(ledger, visit_here(), caller, finding, to, back))
        record(ledger, caller, finding)
    except LedgerError as problem:
        return _form(scan, form.get("code", ""), problem, kept), status_of_form(problem)
    return redirect(url_for("console.records", done=1), 303)


def _finding(scan: Scan) -> Finding:
    assert scan.gtin is not None
    assert scan.serial is not None
    words = {"basis": _text("words", _LONGEST), "parts": _text("parts", _LINE), "warranty": _text("warranty", _LINE)}
    if not words["basis"]:
        what = _("Say what was done.")
        raise Invalid(what, faults=[Fault("words", what)])
    return service(scan.gtin, scan.serial, _what(), {name: text for name, text in words.items() if text})


def _new_part() -> Seen | None:
    """The part that was put in, where one is named; its serial is empty where it has none."""
    chosen = _text("part_name", LONGEST_NAME) or _text("part", LONGEST_NAME)
    serial = _text("new_serial", _LINE)
    if serial and not chosen:
        what = _("Say which part this serial is on.")
        raise Invalid(what, faults=[Fault("part", what)])
    if chosen and _what() is not Service.PART_REPLACED:
        what = _("You named a part that was replaced. Choose “A part replaced” above.")
        raise Invalid(what, faults=[Fault("what", what)])
    return Seen(chosen, serial) if chosen else None


def _what() -> Service:
    given = request.form.get("what", "")
    if not given.isascii() or not given.isdigit() or int(given[:3]) not in set(Service):
        what = _("Choose what was done.")
        raise Invalid(what, faults=[Fault("what", what)])
    return Service(int(given))


def _text(name: str, most: int) -> str:
    text = request.form.get(name, "").replace("\r\n", "\n").strip()
    if len(text) > most:
        what = _("This text is longer than %(most)s characters. Shorten it.", most=most)
        raise Invalid(what, faults=[Fault(name, what)])
    return text


def _form(scan: Scan | None, code: str, problem: LedgerError | None = None, kept: list[str] | None = None) -> str:
    more: dict[str, Any] = {"faults": {fault.where: fault.what for fault in problem.faults} if problem else {}}
    return render_template(
        "console/service.html",
        scan=scan,
        code=code,
        problem=problem,
        form=request.form,
        kept=kept or [],
        services=list(SERVICES.items()),
        known_parts=[("", _("No part with a serial")), *PARTS.items()],
        longest_name=LONGEST_NAME,
        most_photos=_MOST_PHOTOS,
        longest=_LONGEST,
        **more,
    )

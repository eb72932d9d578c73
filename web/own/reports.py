"""Lost, stolen, found; and ending whatever is open: offers, and somebody's attempt to take the item over."""

from __future__ import annotations

from flask import render_template, request
from werkzeug import Response

from ledger.domain.errors import LedgerError
from ledger.domain.statements import OwnerReportKind
from ledger.services.errand_state import begin_cancel, begin_report
from ledger.services.my_items import my_item
from web.own import bp
from web.people.visits import ledger_here, signed_in, to_signing_page, visit_here
from web.problems import status_of_form

_KINDS = {"lost": OwnerReportKind.LOST, "stolen": OwnerReportKind.STOLEN, "found": OwnerReportKind.FOUND}
_ASKED = ("when", "where", "police_force", "police_reference", "reason")


@bp.get("/my/items/<item:item>/report/<any(lost, stolen, found):kind>")
@signed_in
def report(item: int, kind: str) -> str:
    """What a report does, and what it asks."""
    return _report(item, kind)


@bp.post("/my/items/<item:item>/report/<any(lost, stolen, found):kind>")
@signed_in
def send_report(item: int, kind: str) -> Response | tuple[str, int]:
    """To the signing page with the report."""
    words = {name: request.form.get(name, "") for name in _ASKED}
    try:
        return to_signing_page(begin_report(ledger_here(), visit_here(), item, _KINDS[kind], words))
    except LedgerError as refused:
        return _report(item, kind, refused.detail), status_of_form(refused)


@bp.post("/my/items/<item:item>/cancel")
@signed_in
def cancel_all(item: int) -> Response:
    """To the signing page, to end every open offer and an open recovery."""
    return to_signing_page(begin_cancel(ledger_here(), visit_here(), item))


def _report(item: int, kind: str, fault: str = "") -> str:
    owned = my_item(ledger_here(), visit_here(), item)
    return render_template(
        "own/report.html", owned=owned, subject=owned.mine.subject, kind=kind, fault=fault, given=request.form
    )

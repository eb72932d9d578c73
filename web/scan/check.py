"""A typed code: read with patience, and answered by the item's own page."""

from __future__ import annotations

from flask import Response, redirect, render_template, request
from werkzeug import Response as AnyResponse

from ledger.domain.codes import BareSerial, Exact, parse_code
from ledger.domain.errors import Invalid, Unavailable
from ledger.domain.gtins import check_gtin
from ledger.services.find_serial import Listing, find_serial
from ledger.services.ports import Ledger
from ledger.services.scan_item import scan_bad_code, scan_product, scan_unlisted
from ledger.services.scanned import Scan
from web.scan import bp
from web.scan.item import answer, ledger_here, paced
from web.scan.page import item_href, moment, unavailable

_LONGEST = 500


@bp.get("/check")
def check() -> AnyResponse:
    """The form; with `code`, what the code names: its page, or a sentence that says what is wrong with it."""
    typed = request.args.get("code", "").strip()[: _LONGEST + 1]
    if not typed:
        return Response(render_template("scan/check.html", view=None))
    ledger = ledger_here()
    try:
        found = _find(ledger, typed)
    except Unavailable:
        found = unavailable(moment(ledger.now()))
    if isinstance(found, str):
        return redirect(found, 303)
    if isinstance(found, list):
        choices = [(item_href(check_gtin(one.gtin), one.serial), one) for one in found]
        return Response(render_template("scan/check.html", view=None, code=typed, choices=choices))
    return answer(ledger, found, page="scan/check.html", code=typed)


def _find(ledger: Ledger, typed: str) -> str | list[Listing] | Scan:
    """An address to go to, several items to choose from, or an answer that no item's page gives."""
    try:
        code = parse_code(typed, lambda serial: find_serial(ledger, serial))
    except Invalid as wrong:
        return paced(ledger, scan_bad_code(ledger, wrong.detail))
    if isinstance(code, Exact):
        return item_href(code.gtin, code.serial)
    if isinstance(code, BareSerial):
        for candidate in code.candidates:
            found = find_serial(ledger, candidate)
            if len(found) == 1:
                return item_href(check_gtin(found[0].gtin), found[0].serial)
            if found:
                return found
        return paced(ledger, scan_unlisted(ledger))
    return paced(ledger, scan_product(ledger, code.gtin))

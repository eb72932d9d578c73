"""The page behind a code: a GS1 Digital Link, answered by default with what the record shows of the item."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from flask import Response, current_app, jsonify, redirect, render_template, request
from flask.blueprints import BlueprintSetupState

from ledger.domain import crockford
from ledger.domain.country_places import place_of
from ledger.domain.errors import Invalid, Unavailable
from ledger.domain.serials import is_ours
from ledger.domain.standing_headlines import Key
from ledger.domain.tags import Tapped
from ledger.keeping.countries import Countries
from ledger.services.ports import Ledger
from ledger.services.scan_item import scan_bad_code, scan_item, scan_product
from ledger.services.scanned import NEWEST, Scan
from web.kept_answers import COUNTED, About, may_be_kept
from web.languages import language_of
from web.metrics import count_verdict
from web.people.visits import maybe_session
from web.problems import wants_json
from web.scan import bp
from web.scan.address import read_address
from web.scan.looker import country_of, note_look
from web.scan.looks import line_shown, looks_of
from web.scan.notes import Notes
from web.scan.pace import too_fast
from web.scan.page import RETRY_AFTER, STATUS, item_href, looks_different, moment, slowed, unavailable, view_of
from web.scan.tap import tap_here
from web.scan_json import scan_json
from web.scan_product import product_of
from web.scan_view import EarlierChecks, ScanView

Keeper = Callable[[Ledger, Scan, ScanView], Response]
KEEPERS: Final[dict[str, Keeper]] = {}
"""Who makes a file of an answer, by the `format` that its address asks for; the receipts hang themselves on."""


@bp.record_once
def _begin(state: BlueprintSetupState) -> None:
    app: Any = state.app
    app.extensions["scan_notes"] = Notes(app.extensions["ledger"])
    app.extensions["countries"] = Countries(app.extensions["settings"].countries)


@bp.get("/")
def home() -> str:
    """The front page: what an answer tells, and a form."""
    return render_template("scan/home.html", view=None)


# Serials may hold slashes, two in a row too: the path is taken as it came and read by its own rules.
@bp.get("/01/<path:_rest>", merge_slashes=False)
def item(_rest: str) -> Response:
    """What the record shows of the item, or of the model, that this address names."""
    ledger = ledger_here()
    try:
        tapped = tap_here(ledger)
        if isinstance(tapped, Response):
            return tapped
        scan = look(ledger, tapped)
        if (meant := _meant(ledger, scan)) is not None:
            # werkzeug's annotation forgets the class it is given.
            return redirect(meant, 303, Response)  # type: ignore[return-value]
    except Unavailable:
        scan = unavailable(moment(ledger.now()))
    response = answer(ledger, scan)
    # What an order of a court holds is free again at a second that no stamp moves with.
    plain = scan.facts.retry_after is None and not scan.facts.holds
    if scan.subject is not None and plain and language_of(request) not in COUNTED:
        may_be_kept(About(scan.subject.item.item, scan.standing.key.value, look=True))
    return response


def _meant(ledger: Ledger, scan: Scan) -> str | None:
    """Where an address leads whose serial was written as a person types it: small letters, O for 0."""
    if scan.standing.key is not Key.UNKNOWN or scan.subject is not None or scan.gtin is None or scan.serial is None:
        return None
    tidied = crockford.tidy(scan.serial)
    if tidied == scan.serial or not is_ours(tidied):
        return None
    found = scan_item(ledger, scan.gtin, tidied).subject
    return None if found is None else item_href(scan.gtin, tidied)


def look(ledger: Ledger, tapped: Tapped | None = None) -> Scan:
    """The scan of this request's address. Raises Unavailable without the database."""
    try:
        gtin, serial = read_address(request.environ)
    except Invalid as wrong:
        return paced(ledger, scan_bad_code(ledger, wrong.detail))
    if serial is None:
        return paced(ledger, scan_product(ledger, gtin))
    asked: dict[str, Any] = {"session": _session(), "tapped": tapped, "newest": None if _whole() else NEWEST}
    return paced(ledger, scan_item(ledger, gtin, serial, looks_different=looks_different(request), **asked))


def _whole() -> bool:
    """Whether everything is to be listed: where the reader asks for it, and for whoever keeps the answer."""
    return request.args.get("history") == "whole" or "format" in request.args or wants_json()


def _session() -> bytes | None:
    """The visitor's session, where an earlier question has begun one."""
    found = maybe_session()
    return found[0].id if found else None


def paced(ledger: Ledger, scan: Scan) -> Scan:
    """The scan, or its bad news alone, for one who asks too often."""
    seconds = too_fast(request.remote_addr)
    return scan if seconds is None else slowed(scan, seconds, moment(ledger.now()))


def answer(ledger: Ledger, scan: Scan, page: str = "scan/item.html", **more: object) -> Response:
    """The scan as a page or as JSON, with its status."""
    key = scan.standing.key
    count_verdict(key.value)
    earlier = _earlier(ledger, scan)
    keeper = KEEPERS.get(request.args.get("format", ""))
    if keeper is not None and scan.serial is not None and key is not Key.SLOW_DOWN:
        # Who keeps an answer has looked already.
        return keeper(ledger, scan, view_of(ledger, scan, request))
    if request.args.get("format") == "json" or wants_json():
        response = jsonify(scan_json(ledger, scan))
        if request.args.get("format") == "json":
            name = f"check-{(scan.serial or 'code')[-4:]}.json"
            response.headers.set("Content-Disposition", "attachment", filename=name)
    else:
        line = line_shown(ledger, scan)
        view = view_of(ledger, scan, request, earlier, line)
        if line is not None and view.compare and request.args.get("looks") == "compare":
            page, more = "scan/looks.html", {"looks": looks_of(line, language_of(request))}
        response = Response(
            render_template(page, view=view, product=product_of(ledger, scan, line), **more), mimetype="text/html"
        )
    response.status_code = STATUS.get(key, 200)
    response.vary.add("Accept")
    if key is Key.UNAVAILABLE:
        response.headers["Retry-After"] = str(RETRY_AFTER)
    elif key is Key.SLOW_DOWN:
        response.headers["Retry-After"] = str(scan.facts.retry_after)
    # Who compares has looked already.
    if scan.subject is not None and request.method == "GET" and page != "scan/looks.html":
        note_look(request, scan.subject.item.item, key.value)
    return response


def _earlier(ledger: Ledger, scan: Scan) -> EarlierChecks | None:
    """How often the item was looked at, for readers of Chinese, who expect to be told."""
    if scan.subject is None or language_of(request) not in COUNTED:
        return None
    try:
        with ledger.store.read() as tx:
            count, first, country = tx.scans.count_of(scan.subject.item.item)
    except Unavailable:
        return None
    place = country_of(request) if first is None else country
    shown = place_of(place) if place else None
    return EarlierChecks(count + 1, moment(first if first is not None else ledger.now()), shown)


def ledger_here() -> Ledger:
    """The ledger of the present application."""
    found: Ledger = current_app.extensions["ledger"]
    return found

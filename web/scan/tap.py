"""A tap: the item's address with what its tag said. Read by a page, counted by a form (services/tag_tap.py)."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Response, redirect, render_template, request

from ledger.domain.errors import Invalid, TooMany, Unknown
from ledger.domain.gtins import Gtin
from ledger.domain.identity import path
from ledger.domain.said import said
from ledger.domain.sun_messages import PARAMETERS, SunMessage, read_message
from ledger.domain.tags import Outcome, Tap, Tapped
from ledger.services.ports import Ledger
from ledger.services.tag_tap import Verified, look_at_tap, present_tap, shown_tap
from web.languages import in_language
from web.people.visits import ledger_here, maybe_session, ours_only, visit_here
from web.problems import wants_json
from web.scan import bp
from web.scan.address import read_address
from web.scan.pace import too_fast
from web.scan.page import item_href, moment

SHOWN = "tapped"
"""The parameter by which a page names a tap that was counted; it means nothing to any other visitor."""
_LONGEST = 40
UNREMEMBERED = ("scan.count_tap",)
"""Its page sets no cookie, so that its form can carry no token: `ours_only` guards it."""


def tap_here(ledger: Ledger) -> Tapped | Response | None:
    """What the tag in this request's address says: for the verdict, or a page of its own. None without a tap.

    Counts nothing. A scan without a tag's parameters asks nothing. Raises Unavailable without the database.
    """
    if SHOWN not in request.args and not any(name in request.args for name in PARAMETERS):
        return None
    found = _address()
    if found is None:
        return None
    gtin, serial = found
    session = _session()
    try:
        message = read_message(request.args.to_dict(flat=False))
    except Invalid as damaged:
        return Tapped(Outcome.UNREADABLE, moment(ledger.now()), problem=damaged.detail)
    if message is None:
        return shown_tap(ledger, gtin, serial, request.args[SHOWN][:_LONGEST], session)
    try:
        tap = look_at_tap(ledger, gtin, serial, message, session)
    except (Unknown, Invalid):
        return None  # The page says so of the item itself.
    if isinstance(tap, Tap):
        return _on(gtin, serial, tap)
    if not isinstance(tap, Verified):
        return tap
    # Programs count by the API, where they have a name.
    if wants_json() or "format" in request.args or too_fast(request.remote_addr) is not None:
        return None
    action = in_language(f"{request.script_root}{path(gtin, serial)}?{urlencode(_told())}")
    page = render_template("scan/tap.html", action=action, item=item_href(gtin, serial))
    return Response(page, mimetype="text/html")


@bp.post("/01/<path:_rest>", merge_slashes=False)
def count_tap(_rest: str) -> Response:
    """Count the tap in this address for this visitor, and go on to what the record shows of the item."""
    ours_only()
    ledger, found, message = ledger_here(), _address(), _message()
    if found is None or message is None:
        raise Unknown(said("There is no tag's answer in this address. Hold the phone to the tag again."))
    seconds = too_fast(request.remote_addr)
    if seconds is not None:
        raise TooMany(said("Too many checks from this connection. Wait a little, then go on."), retry_after=seconds)
    gtin, serial = found
    # A message that cannot be verified begins no session.
    if not isinstance(look_at_tap(ledger, gtin, serial, message, None), Tapped):
        tap = present_tap(ledger, gtin, serial, message, visit_here().session.id)
        if isinstance(tap, Tap):
            return _on(gtin, serial, tap)
    return _to(in_language(f"{request.script_root}{path(gtin, serial)}?{urlencode(_told())}"))


def _address() -> tuple[Gtin, str] | None:
    try:
        gtin, serial = read_address(request.environ)
    except (Invalid, Unknown):
        return None
    return None if serial is None else (gtin, serial)


def _message() -> SunMessage | None:
    return read_message(request.args.to_dict(flat=False))


def _told() -> list[tuple[str, str]]:
    return [(name, value) for name in PARAMETERS for value in request.args.getlist(name)]


def _session() -> bytes | None:
    found = maybe_session()
    return found[0].id if found else None


def _on(gtin: Gtin, serial: str, tap: Tap) -> Response:
    """To the item's page, at an address without the tag's answer."""
    href = item_href(gtin, serial)
    return _to(f"{href}{'&' if '?' in href else '?'}{SHOWN}={tap.id}")


def _to(href: str) -> Response:
    # werkzeug's annotation forgets the class it is given.
    return redirect(href, 303, Response)  # type: ignore[return-value]

"""Writing about an item without an account: to its owner, or to its brand."""

from __future__ import annotations

from flask import render_template, request
from werkzeug import Response

from ledger.domain.errors import LedgerError
from ledger.services.tell import TO_OWNER, tell
from web.own import bp
from web.own.items import item_here, page_of
from web.people.visits import ledger_here, ours_only
from web.problems import status_of_form

_KINDS = "any(found_it, seen_it, report, contest, already_paid, ask_last_owner)"


@bp.get(f"/items/<sealed:item>/tell/<{_KINDS}:kind>")
def write(item: int, kind: str) -> str:
    """What to write, and who reads it."""
    return _page(item, kind)


@bp.post(f"/items/<sealed:item>/tell/<{_KINDS}:kind>")
def send(item: int, kind: str) -> str | Response | tuple[str, int]:
    """Keep the message."""
    ours_only()
    item_here(item)
    try:
        tell(ledger_here(), item, kind, request.form.get("text", ""), request.form.get("contact", ""))
    except LedgerError as refused:
        return _page(item, kind, refused.detail), status_of_form(refused)
    return _page(item, kind, sent=True)


def _page(item: int, kind: str, fault: str = "", *, sent: bool = False) -> str:
    subject = item_here(item)
    return render_template(
        "own/tell.html",
        subject=subject,
        page=page_of(subject),
        kind=kind,
        to_owner=kind in TO_OWNER,
        fault=fault,
        sent=sent,
        given=request.form,
    )

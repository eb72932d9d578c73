"""Claiming an item, and taking one over at the end of a recovery: both lead straight to the signing page."""

from __future__ import annotations

from flask import render_template
from werkzeug import Response

from ledger.services.errand_own import begin_claim, begin_recovery_end
from web.own import bp
from web.own.items import item_here
from web.people.visits import ledger_here, ours_only, to_signing_page, visit_here


@bp.post("/items/<sealed:item>/claim")
def claim(item: int) -> Response:
    """“I just bought it new”: to the signing page, which asks for the card's code and a passkey."""
    ours_only()
    one = item_here(item).item
    return to_signing_page(begin_claim(ledger_here(), visit_here(), one.gtin, one.serial))


@bp.get("/items/<sealed:item>/recover")
def recovery(item: int) -> str:
    """What taking an item over means, and from when it can be done."""
    subject = item_here(item)
    due = subject.state.recovery_due if subject.state else None
    now = ledger_here().now()
    return render_template("own/recovery.html", subject=subject, due=due, open=due is not None and due <= now)


@bp.post("/items/<sealed:item>/recover")
def recover(item: int) -> Response:
    """Take an item over with the new card that the brand has sent, once its notice has run out."""
    ours_only()
    one = item_here(item).item
    return to_signing_page(begin_recovery_end(ledger_here(), visit_here(), one.gtin, one.serial))

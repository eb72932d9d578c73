"""What waits for a shop or platform: handovers to release, items it answers for; and what scanners wrote to a brand."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from werkzeug import Response

from ledger.domain.organisations import Role, Scope
from ledger.services.escrow import entrusted_with, refuse, release, waiting_for
from ledger.services.tell import messages_to
from web.console import bp
from web.console.pages import caller_here, ledger_here, only

_PAGE = 50


@bp.get("/waiting")
@only(Role.PLATFORM, scope=Scope.CHECK)
def waiting() -> str:
    """Handovers whose buyers wait, and what was decided."""
    found = waiting_for(ledger_here(), caller_here())
    return render_template("console/waiting.html", rows=found)


@bp.post("/waiting/<offer>")
@only(Role.PLATFORM, scope=Scope.CHECK)
def decide(offer: str) -> Response:
    """Release a handover, or refuse it."""
    if request.form.get("decision") == "release":
        release(ledger_here(), caller_here(), offer)
    else:
        refuse(ledger_here(), caller_here(), offer)
    return redirect(url_for("console.waiting"), 303)


@bp.get("/entrusted")
@only(scope=Scope.READ)
def entrusted() -> str:
    """Items whose owners let this organisation answer for them."""
    return render_template("console/entrusted.html", rows=entrusted_with(ledger_here(), caller_here()))


@bp.get("/messages")
@only(Role.BRAND, scope=Scope.READ)
def messages() -> str:
    """What people who scanned an item wrote to its brand, newest first."""
    before = request.args.get("before")
    found = messages_to(ledger_here(), caller_here(), before, _PAGE + 1)
    older = found[_PAGE - 1].message.id if len(found) > _PAGE else None
    return render_template("console/messages.html", rows=found[:_PAGE], older=older)

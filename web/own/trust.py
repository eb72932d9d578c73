"""Entrusting a shop or a platform with the live answer, for a stated time; and taking that back."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from werkzeug import Response

from ledger.domain.errors import LedgerError
from ledger.domain.organisations import Role
from ledger.services.errand_ask import begin_entrust, end_entrustment
from ledger.services.my_items import my_item
from web.own import bp
from web.people.visits import ledger_here, signed_in, to_signing_page, visit_here
from web.problems import status_of_form


@bp.get("/my/items/<item:item>/entrust")
@signed_in
def entrust(item: int) -> str:
    """To whom, and for how long."""
    return _entrust(item)


@bp.post("/my/items/<item:item>/entrust")
@signed_in
def begin_trust(item: int) -> Response | tuple[str, int]:
    """To the signing page."""
    days = request.form.get("days", "")
    try:
        count = int(days) if days.isascii() and days.isdigit() and len(days) < 4 else 0
        return to_signing_page(
            begin_entrust(ledger_here(), visit_here(), item, request.form.get("organisation", ""), count)
        )
    except LedgerError as refused:
        return _entrust(item, refused.detail), status_of_form(refused)


@bp.post("/my/items/<item:item>/entrust/<id>/end")
@signed_in
def end_trust(item: int, id: str) -> Response:
    """Take it back."""
    end_entrustment(ledger_here(), visit_here(), item, id)
    return redirect(url_for("owner.my_item_page", item=item), 303)


def _entrust(item: int, fault: str = "") -> str:
    ledger = ledger_here()
    owned = my_item(ledger, visit_here(), item)
    with ledger.store.read() as tx:
        known = [one for one in tx.organisations.all() if one.role is not Role.COUNCIL]
    return render_template(
        "own/entrust.html", owned=owned, subject=owned.mine.subject, known=known, fault=fault, given=request.form
    )

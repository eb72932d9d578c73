"""Sellers that a brand lets use its marks on a marketplace: named until a day, taken back at any time."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Final

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug import Response as AnyResponse

from ledger.domain.desk.listings import AuthorisedSeller
from ledger.domain.errors import Invalid, LedgerError
from ledger.domain.organisations import Role, Scope
from ledger.domain.said import said
from ledger.services.desk.listings_sellers import authorise_seller, authorised_sellers, end_seller
from ledger.services.desk.rights import today
from web.api.listings import REF
from web.console import bp
from web.console.pages import Pill, caller_here, ledger_here, only
from web.problems import status_of

_PAGE: Final = 50
_brand = only(Role.BRAND, scope=Scope.NOTICE)
Answer = str | tuple[str, int] | AnyResponse


@bp.get("/rights/sellers")
@_brand
def sellers() -> str:
    """Who is named, newest first."""
    return _page()


@bp.post("/rights/sellers")
@_brand
def name_seller() -> Answer:
    """Name one."""
    form = request.form
    try:
        seller = form.get("seller", "").strip()
        if not re.fullmatch(REF, seller):
            raise Invalid(said("Write the seller's name as the marketplace has it: 1 to 120 letters and signs."))
        authorise_seller(ledger_here(), caller_here(), form.get("platform", "")[:60], seller, _day())
    except LedgerError as problem:
        return _page(problem), status_of(problem)
    return redirect(url_for("console.sellers"), 303)


@bp.post("/rights/sellers/<id>/end")
@_brand
def end_named_seller(id: str) -> AnyResponse:
    """Take the word back, at once."""
    end_seller(ledger_here(), caller_here(), id)
    return redirect(url_for("console.sellers"), 303)


def _page(problem: LedgerError | None = None) -> str:
    ledger = ledger_here()
    found = authorised_sellers(ledger, caller_here(), request.args.get("before"), _PAGE + 1)
    day = today(ledger)
    with ledger.store.read() as tx:
        platforms = {one.id: one for one in tx.organisations.all() if one.role is Role.PLATFORM}
    return render_template(
        "console/desk/sellers.html",
        rows=[(one, platforms[one.platform].name, _state(one, day)) for one in found[:_PAGE]],
        older=found[_PAGE - 1].id if len(found) > _PAGE else None,
        platforms=sorted((one.slug, one.name) for one in platforms.values()),
        today=day.isoformat(),
        problem=problem,
        form=request.form if problem is not None else {},
    )


def _state(one: AuthorisedSeller, day: date) -> Pill:
    if one.ended_at is not None:
        return Pill(_("Taken back"), "grey")
    return Pill(_("Holds"), "green") if one.until >= day.isoformat() else Pill(_("Over"), "grey")


def _day() -> date:
    try:
        return datetime.strptime(request.form.get("until", "").strip(), "%Y-%m-%d").replace(tzinfo=UTC).date()
    except ValueError:
        raise Invalid(said("Write the last day as in 2026-01-31.")) from None

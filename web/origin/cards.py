"""A card: made from a code, shown with what the record says today, and as a picture to share."""

from __future__ import annotations

from flask import Response, redirect, render_template, request, url_for
from werkzeug import Response as AnyResponse

from ledger.domain.errors import LedgerError
from ledger.services.desk.origin_cards import CardView, make_card, make_owners_card, picture_of, view_card
from web.origin import bp
from web.own.items import page_of, shown_of
from web.people.visits import ledger_here, ours_only, signed_in, visit_here
from web.problems import status_of_form
from web.scan.pace import expect_pace
from web.scan.page import view_of

_LONGEST = 500


bp.before_request(expect_pace)


@bp.get("/cards")
def new() -> str:
    """The form: a code in, a card out."""
    return render_template("origin/new.html", fault="", code=request.args.get("code", "")[:_LONGEST])


@bp.post("/cards")
def make() -> AnyResponse | tuple[str, int]:
    """Make a card."""
    ours_only()
    code = request.form.get("code", "").strip()[: _LONGEST + 1]
    try:
        card = make_card(ledger_here(), code)
    except LedgerError as refused:
        return render_template("origin/new.html", fault=refused.detail, code=code), status_of_form(refused)
    return redirect(url_for("origin.card", id=card.id), 303)


@bp.post("/my/items/<item:item>/card")
@signed_in
def make_own(item: int) -> AnyResponse:
    """Make a card as the registered owner."""
    card = make_owners_card(ledger_here(), visit_here(), item)
    return redirect(url_for("origin.card", id=card.id), 303)


@bp.get("/cards/<id>")
def card(id: str) -> str:
    """A card as of now."""
    return card_page(view_card(ledger_here(), id))


@bp.get("/cards/<id>.png")
def picture(id: str) -> Response:
    """A card as a picture: what to check and where, without a verdict that could be out of date."""
    address = f"{ledger_here().public_url}{url_for('origin.card', id=id)}"
    response = Response(picture_of(ledger_here(), id, address), mimetype="image/png")
    response.headers["Cache-Control"] = "public, max-age=86400"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def card_page(shown: CardView, fault: str = "") -> str:
    """The card's page, with a form to ask the brand."""
    return render_template(
        "origin/card.html",
        made=shown.card,
        scan=shown.scan,
        view=view_of(ledger_here(), shown.scan, request),
        subject=shown.subject,
        thing_shown=shown_of(shown.scan),
        page=page_of(shown.subject),
        by_owner=shown.by_owner,
        country=shown.country,
        year=shown.year,
        brand=shown.scan.facts.brand.name if shown.scan.facts.brand else "",
        picture=f"{ledger_here().public_url}{url_for('origin.picture', id=shown.card.id)}",
        fault=fault,
        given=request.form,
    )

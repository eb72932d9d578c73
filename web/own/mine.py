"""My items: the list, one item's page, its receipt, and what we hold about me."""

from __future__ import annotations

import json
from datetime import date

from flask import Response, redirect, render_template, request, url_for
from werkzeug import Response as AnyResponse

from ledger.domain.errors import Forbidden, LedgerError
from ledger.domain.said import said
from ledger.services import my_items as mine
from ledger.services.my_items import MyItem, Part, data_of, my_item, note
from ledger.services.own_looks import forget_looks, looks_of_item
from ledger.services.receipt import receipt_json, receipt_pdf
from ledger.services.receipts_recorded import owner_receipts
from ledger.services.tell import messages_for_owner
from ledger.services.views_of_chain import Listed
from web.own import bp
from web.people.visits import forget, ledger_here, signed_in, visit_here
from web.problems import status_of_form
from web.scan.looks import line_shown
from web.scan.page import view_of


@bp.get("/my")
@signed_in
def my_items() -> str:
    """A person's items."""
    found = mine.my_items(ledger_here(), visit_here())
    wanted = request.args.get("q", "").strip().lower()
    shown = [one for one in found if not wanted or wanted in _searched(one)]
    return render_template("own/mine.html", items=shown, all=len(found), q=wanted, Part=Part)


@bp.get("/my/items/<item:item>")
@signed_in
def my_item_page(item: int) -> str:
    """One item of a person's, with all that can be done with it."""
    ledger = ledger_here()
    owned = my_item(ledger, visit_here(), item)
    return render_template(
        "own/item.html",
        owned=owned,
        mine=owned.mine,
        subject=owned.mine.subject,
        view=view_of(ledger, owned.mine.scan, request, line=line_shown(ledger, owned.mine.scan)),
        new=request.args.get("new") is not None,
        now=ledger.now(),
        messages=messages_for_owner(ledger, visit_here(), item) if owned.mine.part is Part.OWNER else (),
        receipts=owner_receipts(ledger, item, owned.mine.holding.address),
        has_email=visit_here().known.email is not None,
        Part=Part,
    )


@bp.post("/my/items/<item:item>/note")
@signed_in
def keep_note(item: int) -> AnyResponse:
    """Keep a person's own words about an item."""
    bought = request.form.get("bought_on", "").strip()
    my_item(ledger_here(), visit_here(), item)
    note(ledger_here(), visit_here(), item, request.form.get("note", ""), bought if _is_day(bought) else None)
    return redirect(url_for("owner.my_item_page", item=item), 303)


@bp.get("/my/items/<item:item>/looks")
@signed_in
def looks(item: int) -> str:
    """Who looked at the item: days and countries, nothing else is kept."""
    return _looks(item)


@bp.post("/my/items/<item:item>/looks/forget")
@signed_in
def forget_the_looks(item: int) -> AnyResponse | tuple[str, int]:
    """Delete the looks."""
    _need_mine(item)
    try:
        forget_looks(ledger_here(), item)
    except LedgerError as refused:
        return _looks(item, refused.detail), status_of_form(refused, 409)
    return redirect(url_for("owner.looks", item=item), 303)


def _looks(item: int, fault: str = "") -> str:
    subject = _need_mine(item)
    found = looks_of_item(ledger_here(), item)
    return render_template("own/looks.html", subject=subject, looks=found, fault=fault)


def _need_mine(item: int) -> Listed:
    owned = my_item(ledger_here(), visit_here(), item)
    if owned.mine.part is not Part.OWNER:
        raise Forbidden(said("Only the registered owner can do this. Sign in as the owner, or ask them."))
    return owned.mine.subject


@bp.get("/my/items/<item:item>/receipt.json")
@signed_in
def receipt_as_json(item: int) -> Response:
    """The receipt, for programs."""
    made = receipt_json(ledger_here(), my_item(ledger_here(), visit_here(), item))
    return _file(json.dumps(made, indent=2, ensure_ascii=False).encode(), "application/json", "receipt.json")


@bp.get("/my/items/<item:item>/receipt.pdf")
@signed_in
def receipt_as_pdf(item: int) -> Response:
    """The receipt, to print."""
    ledger = ledger_here()
    return _file(receipt_pdf(ledger, my_item(ledger, visit_here(), item)), "application/pdf", "receipt.pdf")


@bp.get("/my/data.json")
@signed_in
def my_data() -> Response:
    """Everything that is kept about a person."""
    found = data_of(ledger_here(), visit_here())
    return _file(json.dumps(found, indent=2, ensure_ascii=False).encode(), "application/json", "my-data.json")


@bp.get("/my/leave")
@signed_in
def leave() -> str:
    """What deleting an account means, before it is done."""
    held = [one for one in mine.my_items(ledger_here(), visit_here()) if one.part is Part.OWNER]
    return render_template("own/leave.html", held=held)


@bp.post("/my/leave")
@signed_in
def leave_for_good() -> AnyResponse | str:
    """Delete the account, once it was said twice."""
    if request.form.get("sure") != "1":
        return redirect(url_for("owner.leave"), 303)
    mine.leave(ledger_here(), visit_here())
    forget()
    return render_template("own/left.html")


def _is_day(text: str) -> bool:
    try:
        return len(text) == 10 and date.fromisoformat(text).year >= 1900
    except ValueError:
        return False


def _searched(one: MyItem) -> str:
    subject = one.subject
    return f"{subject.item.serial} {subject.item.gtin} {subject.item.fields.get('model_ref', '')}".lower()


def _file(content: bytes, media_type: str, name: str) -> Response:
    response = Response(content, mimetype=media_type)
    response.headers.set("Content-Disposition", "attachment", filename=name)
    response.headers["Cache-Control"] = "no-store"
    return response

"""The till: one item at a time, in a shop. Put it on sale, help a customer claim it, take it back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from flask import Response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug import Response as AnyResponse

from ledger.domain.errors import LedgerError, Unknown
from ledger.domain.gtins import check_gtin
from ledger.domain.identity import digital_link
from ledger.domain.organisations import Role, Scope
from ledger.domain.said import said
from ledger.files.pairs import Named
from ledger.services.activate_items import activate
from ledger.services.errands import item_name
from ledger.services.make_labels import item_code
from ledger.services.ports import Ledger
from ledger.services.scan_item import scan_item
from ledger.services.shop_stock import take_back, taken_back, till_search
from ledger.services.views_of_chain import Listed, listed
from web.console import bp
from web.console.pages import Pill, caller_here, ledger_here, only, when

_sells = only(Role.BRAND, scope=Scope.ACTIVATE)
_LONGEST: Final = 500


@dataclass(frozen=True, slots=True)
class TillItem:
    """One item as the till shows it; `mine` where the member who looks holds it."""

    name: str
    title: str
    detail: str
    serial: str
    state: Pill
    headline: str
    on_sale: bool
    claimed: bool
    mine: bool
    link: str


@bp.get("/till")
@_sells
def till() -> str:
    """Type or scan a code; then what can be done with the item."""
    ledger, caller = ledger_here(), caller_here()
    typed = request.args.get("code", "").strip()[:_LONGEST]
    found: list[Listed] = []
    problem = None
    if typed:
        try:
            found = till_search(ledger, caller, typed)
        except LedgerError as refused:
            problem = refused.detail
    now = ledger.now()
    held = [(_shown(ledger, one.subject), when(one.taken_at, now)) for one in taken_back(ledger, caller)[:50]]
    return render_template(
        "console/till.html",
        typed=typed,
        items=[_shown(ledger, one) for one in found],
        problem=problem,
        held=held,
        done=request.args.get("done", ""),
    )


@bp.post("/till/<name>/on-sale")
@_sells
def till_on_sale(name: str) -> AnyResponse:
    """Put one item on sale."""
    one = _own(name)
    activate(ledger_here(), caller_here(), [Named("this item", one.item.gtin, one.item.serial)])
    return redirect(url_for("console.till", code=_link(one), done="sale"), 303)


@bp.get("/till/<name>/claim")
@_sells
def till_claim(name: str) -> str:
    """The code for the customer's phone, and whether they have claimed it yet: the page turns by itself."""
    return render_template("console/till_claim.html", one=_shown(ledger_here(), _own(name)))


@bp.get("/till/<name>/code.svg")
@_sells
def till_code(name: str) -> Response:
    """The item's code, large enough for a phone to read from a screen."""
    one = _own(name)
    return Response(item_code(ledger_here(), one.item.gtin, one.item.serial, "svg"), mimetype="image/svg+xml")


@bp.get("/till/<name>/return")
@_sells
def till_return(name: str) -> str:
    """How a return works, step by step, and the note that it is done."""
    return render_template(
        "console/till_return.html", one=_shown(ledger_here(), _own(name)), person=caller_here().person is not None
    )


@bp.post("/till/<name>/return")
@_sells
def till_taken(name: str) -> AnyResponse:
    """Note that the item is the shop's."""
    one = _own(name)
    take_back(ledger_here(), caller_here(), one.item.item)
    return redirect(url_for("console.till", code=_link(one), done="return"), 303)


def _own(name: str) -> Listed:
    wanted = int(name, 16) if len(name) == 64 and all(one in "0123456789abcdef" for one in name) else -1
    with ledger_here().store.read() as tx:
        if wanted >= 0 and tx.batches.item(wanted) is not None:
            found = listed(tx, wanted)
            if found.batch.organisation == caller_here().organisation.id:
                return found
    raise Unknown(said("You have no such item. Look it up by its code or serial."))


def _link(one: Listed) -> str:
    return digital_link(ledger_here().public_url, check_gtin(one.item.gtin), one.item.serial)


def _shown(ledger: Ledger, one: Listed) -> TillItem:
    with ledger.store.read() as tx:
        on_sale = tx.batches.on_sale_at(one.item.item) is not None
        holding = tx.people.holding(one.item.item, one.holder)
    scan = scan_item(ledger, one.item.gtin, one.item.serial)
    mine = holding is not None and holding.person == caller_here().person
    if one.claimed:
        state = Pill(_("You hold it"), "blue") if mine else Pill(_("Has an owner"), "green")
    else:
        state = Pill(_("On sale, not claimed yet"), "blue") if on_sale else Pill(_("Not on sale yet"), "amber")
    fields = one.item.fields
    detail = ", ".join(str(fields[part]) for part in ("colour", "size") if fields.get(part))
    return TillItem(
        f"{one.item.item:064x}",
        item_name(one),
        detail,
        one.item.serial,
        state,
        str(scan.standing.headline),
        on_sale,
        one.claimed,
        mine,
        _link(one),
    )

"""Handing an item over: who and how, the signing page, then the link, its QR and the six digits."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from werkzeug import Response

from ledger.domain.errors import LedgerError, Unknown
from ledger.domain.organisations import Role
from ledger.domain.said import said
from ledger.services.errand_state import begin_accept, begin_move, begin_offer
from ledger.services.my_items import my_item
from ledger.services.tag_handover import has_tag
from web.own import bp
from web.people.visits import ledger_here, signed_in, to_signing_page, visit_here
from web.problems import status_of_form


@bp.get("/my/items/<item:item>/handover")
@signed_in
def handover(item: int) -> str:
    """How the item is to be handed over."""
    return _handover(item)


@bp.post("/my/items/<item:item>/handover")
@signed_in
def begin_handover(item: int) -> Response | tuple[str, int]:
    """To the signing page, which makes the link and signs the offer."""
    days = request.form.get("days", "7")
    platform = request.form.get("platform") or None
    words = {"price": request.form.get("price", "")}
    try:
        if platform is not None:
            platform = _platform(platform)
        errand = begin_offer(
            ledger_here(),
            visit_here(),
            item,
            days=int(days) if days.isascii() and days.isdigit() and len(days) < 4 else 0,
            words=words if words["price"].strip() else None,
            platform=platform,
            tap=request.form.get("tap") == "1",
        )
        return to_signing_page(errand)
    except LedgerError as refused:
        return _handover(item, refused.detail), status_of_form(refused)


@bp.get("/my/items/<item:item>/handover/<offer>")
@signed_in
def handover_link(item: int, offer: str) -> str | Response:
    """The link, its QR and the six digits, from what this browser kept; and how far the handover is."""
    ledger = ledger_here()
    owned = my_item(ledger, visit_here(), item)
    kept = next((one for one in owned.offers if one.offer.id == offer), None)
    if kept is None:
        return redirect(url_for("owner.my_item_page", item=item), 303)
    return render_template(
        "own/handover_link.html",
        owned=owned,
        subject=owned.mine.subject,
        kept=kept,
        link=f"{ledger.public_url}/accept/{offer}",
        now=ledger.now(),
    )


@bp.get("/my/items/<item:item>/move")
@signed_in
def move(item: int) -> str:
    """To which other passkey."""
    return _move(item)


@bp.post("/my/items/<item:item>/move")
@signed_in
def begin_moving(item: int) -> Response | tuple[str, int]:
    """To the signing page: the old passkey, or its paper backup, lets go."""
    try:
        return to_signing_page(begin_move(ledger_here(), visit_here(), item, request.form.get("passkey", "")))
    except LedgerError as refused:
        return _move(item, refused.detail), status_of_form(refused)


@bp.get("/my/items/<item:item>/move/<offer>")
@signed_in
def moving(item: int, offer: str) -> str | Response:
    """Now the other device: its passkey takes the item."""
    owned = my_item(ledger_here(), visit_here(), item)
    if not any(one.offer.id == offer for one in owned.offers):
        return redirect(url_for("owner.my_item_page", item=item), 303)
    return render_template("own/moving.html", owned=owned, subject=owned.mine.subject, offer=offer)


@bp.post("/my/items/<item:item>/move/<offer>")
@signed_in
def take_here(item: int, offer: str) -> Response:
    """To the signing page of this device: its passkey accepts."""
    my_item(ledger_here(), visit_here(), item)
    return to_signing_page(begin_accept(ledger_here(), visit_here(), offer, None))


def _move(item: int, fault: str = "") -> str:
    ledger, visit = ledger_here(), visit_here()
    owned = my_item(ledger, visit, item)
    with ledger.store.read() as tx:
        held = tx.people.holding(item, owned.mine.subject.holder)
        others = [one for one in tx.people.passkeys(visit.known.id) if held is None or one.id != held.passkey]
    return render_template("own/move.html", subject=owned.mine.subject, others=others, fault=fault)


def _handover(item: int, fault: str = "") -> str:
    ledger = ledger_here()
    owned = my_item(ledger, visit_here(), item)
    with ledger.store.read() as tx:
        platforms = [one for one in tx.organisations.all() if one.role is Role.PLATFORM]
        tagged = has_tag(tx, item)
    return render_template(
        "own/handover.html",
        owned=owned,
        subject=owned.mine.subject,
        platforms=platforms,
        tagged=tagged,
        fault=fault,
        given=request.form,
    )


def _platform(name: str) -> str:
    with ledger_here().store.read() as tx:
        found = tx.organisations.get(name)
    if found is None or found.role is not Role.PLATFORM:
        raise Unknown(said("There is no such platform here. Choose one from the list."))
    return found.id

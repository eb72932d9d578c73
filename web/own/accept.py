"""Accepting a handover: the six digits, what one would get and cannot know, then the signing page."""

from __future__ import annotations

from flask import render_template, request
from werkzeug import Response

from ledger.domain.errors import LedgerError
from ledger.services.errand_state import begin_accept
from ledger.services.hand_over import release_offer
from ledger.services.scan_item import scan_item
from ledger.services.tag_handover import waits_for_tap
from web.own import bp
from web.own.items import item_here
from web.people.visits import ledger_here, maybe_session, ours_only, to_signing_page, visit_here
from web.problems import status_of_form
from web.scan.looks import line_shown
from web.scan.page import view_of


@bp.get("/accept/<id>")
def accept(id: str) -> str:
    """Somebody offers an item: the six digits come first, so that a link that went astray shows nothing."""
    return render_template("own/accept.html", id=id, fault=None)


@bp.post("/accept/<id>")
def review(id: str) -> str | tuple[str, int]:
    """What is offered, for whoever knows the six digits."""
    ours_only()
    ledger = ledger_here()
    code = "".join(one for one in request.form.get("code", "") if one.isalnum())
    try:
        offer = release_offer(ledger, id, code)
    except LedgerError as refused:
        return render_template("own/accept.html", id=id, fault=refused.detail), status_of_form(refused)
    subject = item_here(offer.item)
    scan = scan_item(ledger, subject.item.gtin, subject.item.serial)
    with ledger.store.read() as tx:
        escrow = tx.asks.escrow(id)
        platform = tx.organisations.get(escrow.organisation) if escrow else None
        ref = bytes.fromhex(str(offer.values.get("ref", "0x"))[2:])
        words = tx.papers.report(ref) if any(ref) else None
        visit = maybe_session()
        tap_first = waits_for_tap(tx, offer, visit[0].id if visit else None, ledger.now())
    return render_template(
        "own/review.html",
        id=id,
        code=code,
        offer=offer,
        subject=subject,
        view=view_of(ledger, scan, request, line=line_shown(ledger, scan)),
        scan=scan,
        platform=platform,
        tap_first=tap_first,
        price=(words.body.get("price") if words else None),
        current=int(offer.values["sequence"]) == subject.sequence,
    )


@bp.post("/accept/<id>/sign")
def sign_acceptance(id: str) -> Response:
    """To the signing page; the browser adds the link's secret, which never comes here."""
    ours_only()
    code = request.form.get("code") or None
    return to_signing_page(begin_accept(ledger_here(), visit_here(), id, code))

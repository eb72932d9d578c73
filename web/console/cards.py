"""Claim cards: downloaded once, confirmed, and then the codes are destroyed and the batch is registered."""

from __future__ import annotations

from flask import Response, redirect, render_template, request, url_for
from werkzeug import Response as AnyResponse

from ledger.domain.errors import Invalid
from ledger.domain.organisations import Role, Scope
from ledger.domain.said import said
from ledger.files.claim_cards import MAX_CARDS
from ledger.services.hand_out_cards import confirm_cards, write_cards
from ledger.services.read_batch import own_batch
from web.console import bp
from web.console.batches import batch_rows
from web.console.pages import CSV, PDF, caller_here, download, ledger_here, only

_cards = only(Role.BRAND, scope=Scope.CARDS)


@bp.get("/batches/<id>/cards")
@_cards
def cards(id: str) -> str:
    """What claim cards are, the download, and the confirmation."""
    ledger = ledger_here()
    with ledger.store.read() as tx:
        (row,) = batch_rows(ledger, tx, [own_batch(tx, caller_here(), id)])
    return render_template("console/cards.html", row=row, most=MAX_CARDS)


@bp.post("/batches/<id>/cards/file")
@_cards
def cards_file(id: str) -> Response:
    """The cards as PDF, or as CSV for a printing house. Written anew at each download."""
    ledger, caller = ledger_here(), caller_here()
    kind = request.form.get("kind", "")
    if kind not in ("pdf", "csv"):
        raise Invalid(said("Claim cards come as PDF or CSV. Choose one of the two."))
    media_type = PDF if kind == "pdf" else CSV
    return download(
        f"claim-cards-{id[-6:]}.{kind}",
        media_type,
        lambda file: write_cards(ledger, caller, id, kind, file),
    )


@bp.post("/batches/<id>/cards/confirm")
@_cards
def cards_confirm(id: str) -> AnyResponse:
    """The file is in safe hands: destroy the codes and register."""
    if request.form.get("safe") != "yes":
        raise Invalid(said("Tick that the file is stored safely first. Nothing was destroyed."))
    confirm_cards(ledger_here(), caller_here(), id, request.form.get("sha256", ""))
    return redirect(url_for("console.batch_page", id=id), 303)

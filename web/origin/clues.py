"""Asking a brand about what a card shows, and reading what it answered."""

from __future__ import annotations

import io

from flask import redirect, render_template, request, url_for
from werkzeug import Response

from ledger.domain.desk.clues import Answer, answer_words
from ledger.domain.errors import LedgerError
from ledger.services.desk.clues import read_clue, send_clue, send_photo
from ledger.services.desk.origin_cards import view_card
from web.origin import bp
from web.origin.cards import card_page
from web.people.visits import ledger_here, ours_only
from web.problems import status_of_form


@bp.post("/cards/<id>/ask")
def ask(id: str) -> Response | tuple[str, int]:
    """Send a clue to the brand of a card's item."""
    ours_only()
    ledger = ledger_here()
    shown = view_card(ledger, id, count=False)
    item = shown.subject.item
    photo = request.files.get("photo")
    try:
        clue = send_clue(
            ledger,
            code=f"(01){item.gtin}(21){item.serial}",
            text=request.form.get("text", ""),
            where=request.form.get("where", ""),
            photo=photo.stream if photo is not None and photo.filename else None,
            card=id,
        )
    except LedgerError as refused:
        return card_page(shown, refused.detail), status_of_form(refused)
    return redirect(url_for("origin.clue", id=clue.id), 303)


@bp.get("/clues/<id>")
def clue(id: str) -> str:
    """What became of a clue."""
    return _page(id)


@bp.post("/clues/<id>/photo")
def send_photo_of(id: str) -> Response | tuple[str, int]:
    """Send the photo that the brand has asked for."""
    ours_only()
    photo = request.files.get("photo")
    try:
        send_photo(ledger_here(), id, photo.stream if photo is not None else io.BytesIO())
    except LedgerError as refused:
        return _page(id, refused.detail), status_of_form(refused)
    return redirect(url_for("origin.clue", id=id), 303)


def _page(id: str, fault: str = "") -> str:
    found = read_clue(ledger_here(), id)
    return render_template(
        "origin/clue.html",
        clue=found,
        words=answer_words(found),
        wants_photo=found.answer is Answer.NEED_PHOTOS,
        fault=fault,
    )

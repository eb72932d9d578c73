"""What people asked a brand about, and one tap for each answer."""

from __future__ import annotations

from contextlib import suppress

from flask import Response, redirect, render_template, request, url_for
from werkzeug import Response as AnyResponse

from ledger.domain.desk.clues import Answer
from ledger.domain.errors import Conflict
from ledger.domain.organisations import Role, Scope
from ledger.services.desk.clues import answer_clue, clues_to, photo_of
from web.console import bp
from web.console.pages import caller_here, ledger_here, only

_PAGE = 50


@bp.get("/clues")
@only(Role.BRAND, scope=Scope.NOTICE)
def clues() -> str:
    """Questions, newest first; those that wait, or all."""
    everything = request.args.get("all") is not None
    found = clues_to(ledger_here(), caller_here(), request.args.get("before"), _PAGE + 1, open_only=not everything)
    older = found[_PAGE - 1].id if len(found) > _PAGE else None
    return render_template("console/desk/clues.html", rows=found[:_PAGE], older=older, everything=everything)


@bp.post("/clues/<id>")
@only(Role.BRAND, scope=Scope.NOTICE)
def answer_one(id: str) -> AnyResponse:
    """Answer with one tap."""
    words = request.form.get("answer", "")
    if words in {one.value for one in Answer}:
        # Tapped twice, it is said already.
        with suppress(Conflict):
            answer_clue(ledger_here(), caller_here(), id, Answer(words))
    return redirect(url_for("console.clues"), 303)


@bp.get("/clues/<id>/photo")
@only(Role.BRAND, scope=Scope.NOTICE)
def clue_photo(id: str) -> Response:
    """The photo that came with a question."""
    kind, content = photo_of(ledger_here(), caller_here(), id)
    response = Response(content, mimetype=kind)
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response

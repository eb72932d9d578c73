"""A buyer asks the owner to prove that they have the item; the owner answers; the buyer's page turns by itself."""

from __future__ import annotations

from typing import BinaryIO, cast

from flask import abort, redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug import Response

from ledger.domain.asks import LASTS, Ask, AskState
from ledger.domain.errors import LedgerError
from ledger.files.ask_photos import MEDIA_TYPE
from ledger.files.qr import svg, symbol
from ledger.services.ask_owner import answer_counts, ask_behind, ask_of_session, ask_owner, link_of
from ledger.services.ask_photo import Chosen, choose_photo, chosen_photo, photo_of, shows_code
from ledger.services.errand_ask import begin_proof
from ledger.services.scan_item import scan_item
from web.own import bp
from web.own.items import item_here, page_of
from web.people.visits import ledger_here, maybe_session, ours_only, person_here, to_signing_page, visit_here
from web.problems import status_of_form


@bp.post("/items/<sealed:item>/ask")
def ask(item: int) -> Response:
    """Ask the owner; the words are shown on the page that this leads to."""
    ours_only()
    item_here(item)
    asked = ask_owner(ledger_here(), visit_here().session, item)
    return redirect(url_for("owner.asked", id=asked.id), 303)


@bp.get("/ask/<id>")
def asked(id: str) -> str:
    """The buyer's side: the words, the link to send, and what became of it."""
    ledger = ledger_here()
    found = maybe_session()
    if found is None:
        abort(404)
    question = ask_of_session(ledger, found[0], id)
    subject = item_here(question.item)
    now = ledger.now()
    link = f"{ledger.public_url}/prove/{link_of(ledger, id)}"
    with ledger.store.read() as tx:
        counts = answer_counts(tx, question, now)
    return render_template(
        "own/asked.html",
        ask=question,
        subject=subject,
        link=link,
        qr=_qr(link),
        confirmed=question.state is AskState.CONFIRMED,
        counts=counts,
        photo_shows_code=question.photo is not None and shows_code(question.photo),
        left=max(0, question.expires_at - now),
        fresh_until=(question.answered_at or 0) + LASTS,
        now=now,
        States=AskState,
    )


@bp.get("/ask/<id>/photo")
def asked_photo(id: str) -> Response:
    """The photo that came with the answer, for the buyer who asked."""
    found = maybe_session()
    if found is None:
        abort(404)
    response = Response(photo_of(ledger_here(), found[0], id), mimetype=MEDIA_TYPE)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@bp.get("/prove/<secret>")
def prove(secret: str) -> str:
    """The owner's side: what is asked, and what an answer tells. Nothing is told to anybody else."""
    return _prove(secret, ask_behind(ledger_here(), secret))


@bp.post("/prove/<secret>")
def answer(secret: str) -> Response | str | tuple[str, int]:
    """To the signing page, for whoever may answer; a photo is looked at first, and what it shows is told."""
    ledger = ledger_here()
    question = ask_behind(ledger, secret)
    given, token = request.files.get("photo"), request.form.get("chosen", "")
    try:
        if given is not None and given.filename:
            return _prove(secret, question, choose_photo(ledger, visit_here(), question, cast(BinaryIO, given.stream)))
        name = chosen_photo(ledger, question, token).name if token else None
    except LedgerError as refused:
        return _prove(secret, question, fault=refused.detail), status_of_form(refused)
    finally:
        if given is not None:
            given.close()
    return to_signing_page(begin_proof(ledger, visit_here(), question, name))


def _prove(secret: str, question: Ask, chosen: Chosen | None = None, fault: str = "") -> str:
    one = item_here(question.item).item
    return render_template(
        "own/prove.html",
        ask=question,
        scan=scan_item(ledger_here(), one.gtin, one.serial),
        secret=secret,
        signed_in=person_here() is not None,
        chosen=chosen,
        fault=fault,
    )


@bp.get("/answered")
def answered() -> str:
    """What the owner reads after they have answered."""
    return render_template("own/answered.html", not_selling=request.args.get("not_selling") is not None)


@bp.get("/items/<sealed:item>/continue")
def how_to_buy(item: int) -> str:
    """How a handover goes, for somebody who is about to buy."""
    subject = item_here(item)
    scan = scan_item(ledger_here(), subject.item.gtin, subject.item.serial)
    return render_template("own/how_to_buy.html", subject=subject, scan=scan, page=page_of(subject))


def _qr(text: str) -> Markup:
    """A QR code, drawn here from modules alone."""
    return Markup(svg(symbol(text)).partition("?>")[2] or svg(symbol(text)))  # noqa: S704 - drawn here, from modules alone

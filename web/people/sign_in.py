"""Signing in: with a passkey, or with a link sent by e-mail; and out."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from werkzeug import Response

from ledger.domain.errors import LedgerError
from ledger.services.email_links import behind_link, send_link, use_link
from ledger.services.errand_identity import begin_join, begin_sign_in
from ledger.services.sessions import end_session
from web.people import bp
from web.people.visits import (
    become,
    forget,
    inside,
    ledger_here,
    maybe_session,
    person_here,
    to_signing_page,
    visit_here,
)
from web.problems import status_of_form


@bp.get("/sign-in")
def sign_in() -> str | Response:
    """The ways in."""
    onward = _onward()
    if person_here() is not None and request.args.get("again") is None:
        return redirect(onward, 303)
    return render_template("people/sign_in.html", next=onward, sent=None, fault=None)


@bp.post("/sign-in")
def sign_in_with_passkey() -> Response:
    """To the signing page, which asks for a passkey."""
    return to_signing_page(begin_sign_in(ledger_here(), visit_here(), _onward()))


@bp.post("/join")
def join() -> Response:
    """To the signing page, which makes a passkey: the first for somebody new, another for somebody known."""
    return to_signing_page(begin_join(ledger_here(), visit_here(), _onward(), request.form.get("label", "")[:80]))


@bp.post("/sign-in/email")
def send_sign_in_link() -> str | tuple[str, int]:
    """Send a link; whether the address is known is not told."""
    email = request.form.get("email", "").strip()
    try:
        send_link(ledger_here(), email, inside(_onward()))
    except LedgerError as refused:
        page = render_template("people/sign_in.html", next=_onward(), sent=None, fault=refused.detail)
        return page, status_of_form(refused)
    return render_template("people/sign_in.html", next=_onward(), sent=email, fault=None)


@bp.get("/sign-in/link/<secret>")
def link(secret: str) -> str:
    """Ask before a link is used up: programs that look through mail open links too."""
    return render_template("people/link.html", secret=secret, link=behind_link(ledger_here(), secret))


@bp.post("/sign-in/link/<secret>")
def use_sign_in_link(secret: str) -> Response:
    """Sign in with a link, once."""
    ledger = ledger_here()
    person, onward = use_link(ledger, secret, visit_here())
    if person is not None:
        become(person, by_passkey=False)
    return redirect(inside(onward) or "/my", 303)


@bp.post("/sign-out")
def sign_out() -> Response:
    """End this session, or all of this person's."""
    found = maybe_session()
    if found is not None:
        end_session(ledger_here(), found[0], everywhere=request.form.get("everywhere") == "1")
    forget()
    return redirect(url_for("people.sign_in", again=1), 303)


def _onward() -> str:
    then = request.values.get("then", "")
    if then.startswith("err_") and then.replace("_", "").replace("-", "").isalnum():
        return f"/errands/{then}"
    return inside(request.values.get("next")) or "/my"

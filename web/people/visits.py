"""Who is visiting: one cookie, set only when there is something to remember, that names a session kept here."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Final, ParamSpec, TypeVar

from flask import current_app, g, jsonify, redirect, request, session, url_for
from werkzeug import Response

from ledger.domain.errors import Forbidden
from ledger.domain.people import Errand, Person, Session
from ledger.domain.said import said
from ledger.services.errands import Visit, sign_address
from ledger.services.ports import Ledger
from ledger.services.sessions import new_session, renew_session, session_of
from web.languages import language_of

P = ParamSpec("P")
T = TypeVar("T")

_COOKIE: Final = "sid"


def ledger_here() -> Ledger:
    """The ledger of the present application."""
    found: Ledger = current_app.extensions["ledger"]
    return found


def maybe_session() -> tuple[Session, Person | None] | None:
    """The session of this browser and who is signed in; None for a first visit. Sets no cookie."""
    if "visit" not in g:
        secret = session.get(_COOKIE)
        g.visit = session_of(ledger_here(), secret) if isinstance(secret, str) else None
    found: tuple[Session, Person | None] | None = g.visit
    return found


def person_here() -> Person | None:
    """Who is signed in."""
    found = maybe_session()
    return found[1] if found else None


def visit_here() -> Visit:
    """This visit; begins a session, with its cookie, where there is none."""
    found = maybe_session()
    if found is None:
        ledger = ledger_here()
        with ledger.store.write() as tx:
            secret, made = new_session(ledger, tx)
        _remember(secret)
        g.visit = found = made, None
    return Visit(found[0], found[1], language_of(request))


def signed_in(view: Callable[P, T]) -> Callable[P, T | Response]:
    """A page for somebody who is signed in; others are sent to sign in and come back."""

    @wraps(view)
    def checked(*args: P.args, **kwargs: P.kwargs) -> T | Response:
        if person_here() is None:
            onward = request.full_path.rstrip("?") if request.method == "GET" else None
            return redirect(url_for("people.sign_in", next=onward), 303)
        return view(*args, **kwargs)

    return checked


def become(person: str, *, by_passkey: bool) -> None:
    """Sign this browser in as a person, under a session of a new name; with a passkey, work may begin (anew)."""
    ledger = ledger_here()
    found = maybe_session()
    if found is not None and found[0].person == person and not by_passkey:
        return
    with ledger.store.write() as tx:
        secret, made = renew_session(ledger, tx, found[0] if found else None, person, by_passkey=by_passkey)
        who = tx.people.get(person)
    _remember(secret)
    g.visit = made, who


def forget() -> None:
    """Let go of the cookie."""
    session.clear()
    g.visit = None


def to_signing_page(errand: Errand) -> Response:
    """Send the browser to the signing page; a script, which adds what only it knows, is told the address."""
    address = sign_address(ledger_here(), errand)
    if request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json":
        return jsonify({"to": address})
    response = redirect(address, 303)
    response.headers["Cache-Control"] = "no-store"
    return response


def ours_only() -> None:
    """Refuse a form that another site's page has sent, where no cookie can carry a token yet (Fetch Metadata).

    Our pages send no Referer, so a browser writes no Origin either; Sec-Fetch-Site cannot be forged by a page.
    """
    site = request.headers.get("Sec-Fetch-Site", "none")
    if site not in ("same-origin", "none"):
        raise Forbidden(said("Another site’s page has sent you here. Open the item’s own page and begin there."))


def inside(address: str | None) -> str | None:
    """The address if it is a path of this site, so that a crafted link cannot send anyone elsewhere.

    Browsers leave tabs and line ends out of an address (URL Standard, 4.4): only what is printed may be in it.
    """
    if address is None or len(address) > 400 or not address.isprintable() or "\\" in address:
        return None
    return address if address.startswith("/") and not address.startswith("//") else None


def _remember(secret: str) -> None:
    kept = {name: session[name] for name in ("key", "key_at", "csrf_token") if name in session}
    session.clear()
    session.update(kept)
    session.permanent = True
    session[_COOKIE] = secret

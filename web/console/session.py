"""Signing in with an API key, and out.

The cookie names the key by its id and is signed; the key itself is nowhere in it. Whether the key is still in
force is asked at every request, so that ending a key ends its sessions.
"""

from __future__ import annotations

from typing import Any, Final

from flask import Response, g, redirect, render_template, request, session, url_for
from flask.blueprints import BlueprintSetupState
from flask_wtf.csrf import CSRFError
from werkzeug import Response as AnyResponse

from ledger.domain.errors import Forbidden, LedgerError, Unauthenticated
from ledger.domain.said import said
from ledger.services.members import caller_for
from ledger.services.organisations import caller_of, key_of
from ledger.services.sessions import FRESH, end_session
from web.console import bp
from web.console.pages import at_the_till, ledger_here, navigation
from web.people.visits import forget, maybe_session
from web.problems import status_of

_OPEN: Final = frozenset({"console.sign_in", "console.sign_in_form"})
AT_THE_TILL: Final = frozenset(
    {
        "console.till",
        "console.till_on_sale",
        "console.till_claim",
        "console.till_code",
        "console.till_return",
        "console.till_taken",
        "console.leaving",
        "console.leave_team",
        "console.choose_organisation",
        "console.sign_out",
    }
)
"""All that the role “boutique” opens."""
_KEY: Final = "key"
_SINCE: Final = "key_at"
_ORGANISATION: Final = "organisation"
KEY_LASTS: Final = 8 * 3600
"""Seconds after which somebody who signed in with a key is asked for it again."""


@bp.record_once
def _begin(state: BlueprintSetupState) -> None:
    # Our pages send no Referer, which the stricter check asks for; the token in the form is what protects.
    state.app.config["WTF_CSRF_SSL_STRICT"] = False
    # A token lives as long as its session: nobody should lose a long report for having thought about it.
    state.app.config["WTF_CSRF_TIME_LIMIT"] = None


@bp.before_request
def _who() -> AnyResponse | None:
    """Every page but the sign-in needs a key that is in force now."""
    if request.endpoint in _OPEN:
        return None
    key = session.get(_KEY)
    if key is not None and ledger_here().now() - session.get(_SINCE, 0) < KEY_LASTS:
        try:
            g.caller = caller_of(ledger_here(), key)
        except Unauthenticated:
            session.pop(_KEY)
        else:
            return None
    return _as_member()


def _as_member() -> AnyResponse | None:
    """Whoever is signed in as a person works for the organisation they belong to, or for the one they chose."""
    found = maybe_session()
    here, person = found if found is not None else (None, None)
    if here is None or person is None:
        return _to_sign_in()
    if ledger_here().now() - (here.signed_in_at or 0) >= FRESH:
        return redirect(url_for("people.sign_in", next=_inside(request.full_path.rstrip("?")), again=1), 303)
    g.caller = caller_for(ledger_here(), person, session.get(_ORGANISATION))
    return _to_the_till() if at_the_till(g.caller) else None


def _to_the_till() -> AnyResponse | None:
    """Whoever works at the till sees the till, whatever link they follow. Raises Forbidden for everything else."""
    if request.endpoint == "console.overview":
        return redirect(url_for("console.till"), 303)
    if request.endpoint not in AT_THE_TILL:
        raise Forbidden(said("Your role is for the till only. Ask a colleague who manages the team for more."))
    return None


@bp.post("/organisation")
def choose_organisation() -> AnyResponse:
    """Work for another of one's organisations."""
    session[_ORGANISATION] = request.form.get("organisation", "")
    return redirect(url_for("console.overview"), 303)


@bp.context_processor
def _known_to_templates() -> dict[str, Any]:
    caller = g.get("caller")
    return {"caller": caller, "navigation": navigation(caller) if caller else ()}


@bp.errorhandler(LedgerError)
def _refused(error: LedgerError) -> tuple[str, int, dict[str, str]]:
    """The refusal inside the console, with its ways on."""
    page = render_template("console/problem.html", title=error.title, detail=error.detail, faults=error.faults)
    return page, status_of(error), {}


@bp.errorhandler(CSRFError)
def _stale(_error: CSRFError) -> tuple[str, int]:
    title = said("This page is out of date")
    detail = said("You signed out meanwhile, or it was open for too long. Go back, load it again and send it again.")
    return render_template("console/problem.html", title=title, detail=detail, faults=()), 400


@bp.get("/sign-in")
def sign_in_form() -> str:
    """The form that asks for a key."""
    return render_template("console/sign_in.html", problem=None, next=_inside(request.args.get("next")))


@bp.post("/sign-in")
def sign_in() -> AnyResponse:
    """Begin a session for a key that is in force."""
    onward = _inside(request.form.get("next"))
    try:
        key = key_of(ledger_here(), request.form.get("key", "").strip())
        caller_of(ledger_here(), key.id)
    except Unauthenticated as error:
        return Response(render_template("console/sign_in.html", problem=error.detail, next=onward), 401)
    session.clear()
    session.permanent = True
    session[_KEY], session[_SINCE] = key.id, ledger_here().now()
    return redirect(onward or url_for("console.overview"), 303)


@bp.post("/sign-out")
def sign_out() -> AnyResponse:
    """End the session of this browser, also for whoever has a copy of its cookie."""
    found = maybe_session()
    if found is not None:
        end_session(ledger_here(), found[0])
    forget()
    return redirect(url_for("console.sign_in_form"), 303)


def _to_sign_in() -> AnyResponse:
    onward = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("console.sign_in_form", next=_inside(onward)), 303)


def _inside(address: str | None) -> str | None:
    """The address if it lies in the console, so that a crafted link cannot send anyone elsewhere."""
    home = url_for("console.overview")
    safe = address is not None and address.startswith(home) and "\\" not in address and "//" not in address
    return address if safe else None

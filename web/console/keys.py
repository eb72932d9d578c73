"""Keys: those of programs, and those that sign for the organisation."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug import Response as AnyResponse

from ledger.domain.errors import Invalid, LedgerError, Unknown
from ledger.domain.organisations import SIGNERS, ApiKey, Role, Scope
from ledger.domain.said import said
from ledger.services.organisation_keys import Keys, add_member_key, report_stolen, retire_key, signing_keys_of
from ledger.services.organisations import issue_key, revoke_key
from web.console import bp
from web.console.pages import caller_here, ledger_here, only, when
from web.problems import STATUS


def scope_words() -> dict[Scope, str]:
    """What each scope lets a program do."""
    return {
        Scope.READ: _("Read what the organisation has"),
        Scope.IMPORT: _("Import items and describe models"),
        Scope.LABELS: _("Make labels"),
        Scope.CARDS: _("Get and replace claim cards"),
        Scope.ACTIVATE: _("Put items on sale"),
        Scope.SIGN: _("Sign statements with the kept key"),
        Scope.CHECK: _("Check codes in bulk"),
        Scope.CAPTURE: _("Tell events of items, such as shipping (EPCIS)"),
        Scope.SCREEN: _("Screen listings before they go live"),
        Scope.NOTICE: _("Keep rights, file notices and answer them"),
        Scope.DECIDE: _("Decide cases"),
        Scope.LOOK_UP: _("Look up items for an authority"),
        Scope.KEYS: _("Manage keys, webhooks and the team"),
    }


@bp.get("/keys")
@only(scope=Scope.KEYS)
def keys() -> str:
    """All keys, of both kinds."""
    return _keys()


@bp.post("/keys")
@only(scope=Scope.KEYS)
def make_key() -> str | tuple[str, int]:
    """Make a key for a program; its secret is shown this once."""
    caller, form = caller_here(), request.form
    wanted = [scope for scope in caller.scopes if scope.value in form.getlist("scopes")]
    sandbox = form.get("sandbox") == "1" and Scope.CHECK in caller.scopes
    try:
        made, secret = issue_key(ledger_here(), caller.organisation.id, form.get("label", ""), wanted, sandbox=sandbox)
    except LedgerError as problem:
        return _keys(problem=problem), _status(problem)
    return _keys(secret=secret, label=made.label)


@bp.get("/keys/<id>/end")
@only(scope=Scope.KEYS)
def ending_key(id: str) -> str:
    """Ask before a key is ended, which cannot be undone."""
    return render_template("console/end_key.html", key=_own_key(id))


@bp.post("/keys/<id>/end")
@only(scope=Scope.KEYS)
def end_key(id: str) -> AnyResponse:
    """End a key at once."""
    revoke_key(ledger_here(), caller_here().organisation.id, id)
    return redirect(url_for("console.keys"), 303)


@bp.post("/keys/signing")
@only(Role.BRAND, Role.AUTHENTICATOR, Role.REPAIRER, Role.COUNCIL, scope=Scope.KEYS)
def change_signing_keys() -> AnyResponse | tuple[str, int]:
    """Add a member's key, end one, or say that one was stolen."""
    ledger, caller, form = ledger_here(), caller_here(), request.form
    try:
        match form.get("do"):
            case "add":
                add_member_key(ledger, caller, form.get("person", ""))
            case "retire":
                retire_key(ledger, caller, form.get("address", "").lower())
            case "stolen":
                report_stolen(ledger, caller, form.get("address", "").lower(), _moment(form.get("since", "")))
            case _:
                raise Invalid(said("Choose what to do with the key."))
    except LedgerError as problem:
        return _keys(problem=problem), _status(problem)
    return redirect(url_for("console.keys", _anchor="signing"), 303)


def _keys(*, problem: LedgerError | None = None, secret: str | None = None, label: str = "") -> str:
    ledger, caller = ledger_here(), caller_here()
    now = ledger.now()
    with ledger.store.read() as tx:
        found = tx.organisations.api_keys(caller.organisation.id)
        uses = tx.shop.key_uses([one.id for one in found])
        always = tx.shop.two_people_always(caller.organisation.id)
    words = scope_words()
    rows = [
        (
            one,
            [_("Try the thirty invented items")]
            if one.sandbox
            else [words[scope] for scope in Scope if scope in one.scopes],
            when(one.created_at, now),
            when(uses[one.id], now) if one.id in uses else None,
            when(one.revoked_at, now) if one.revoked_at else None,
        )
        for one in found
    ]
    signing = signing_keys_of(ledger, caller) if caller.organisation.role in SIGNERS else Keys((), ())
    return render_template(
        "console/keys.html",
        rows=rows,
        scopes=[(scope.value, words[scope]) for scope in Scope if scope in caller.scopes],
        may_check=Scope.CHECK in caller.scopes,
        signing=[
            (one, when(one.since, now), when(one.ended_at, now) if one.ended_at else None) for one in signing.keys
        ],
        candidates=signing.candidates,
        problem=problem,
        secret=secret,
        label=label,
        always=always,
        today=datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%dT%H:%M"),
        form=request.form if problem is not None else {},
        chosen=request.form.getlist("scopes") if problem is not None else [],
    )


def _own_key(id: str) -> ApiKey:
    caller = caller_here()
    with ledger_here().store.read() as tx:
        found = [one for one in tx.organisations.api_keys(caller.organisation.id) if one.id == id]
    if not found or found[0].revoked_at is not None:
        raise Unknown(said("There is no such key in force."))
    return found[0]


def _moment(text: str) -> int:
    """Seconds since 1970 of a local date and time, taken as UTC. Raises Invalid."""
    try:
        return int(datetime.strptime(text[:16], "%Y-%m-%dT%H:%M").replace(tzinfo=UTC).timestamp())
    except ValueError:
        raise Invalid(said("Say since when somebody else has had the key, as a day and an hour.")) from None


def _status(problem: LedgerError) -> int:
    return next((STATUS[kind] for kind in type(problem).__mro__ if kind in STATUS), 400)

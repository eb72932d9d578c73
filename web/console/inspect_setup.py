"""Who signs for an inspector's organisation, what the public card names, and its own checklists."""

from __future__ import annotations

import re
from typing import Any

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug import Response

from ledger.domain.checklists import LANGUAGES, Checklist
from ledger.domain.errors import Invalid, LedgerError
from ledger.domain.organisations import Role, Scope
from ledger.services.inspect_keys import add_member_key, member_keys
from ledger.services.inspect_settings import (
    desk_of,
    drop_checklist,
    keep_checklist,
    own_checklists,
    set_people_only,
    set_place,
    show_name,
)
from web.console import bp
from web.console.inspect_words import KEYS
from web.console.pages import caller_here, ledger_here, only

_signer = only(Role.AUTHENTICATOR, Role.REPAIRER, Role.BRAND, scope=Scope.SIGN)
_lister = only(Role.AUTHENTICATOR, Role.BRAND, scope=Scope.SIGN)
_NOT_A_NAME = re.compile(r"[^a-z0-9]+")


@bp.get("/signers")
@_signer
def signers() -> str:
    """Whose passkeys speak for the organisation."""
    ledger, caller = ledger_here(), caller_here()
    desk, name = desk_of(ledger, caller)
    rows = [(one, KEYS[one.state]) for one in member_keys(ledger, caller)]
    return render_template(
        "console/inspect_signers.html",
        rows=rows,
        desk=desk,
        name=name,
        may_manage=Scope.KEYS in caller.scopes,
        keeps_key=caller.organisation.keeps_key,
    )


@bp.post("/signers/<person>/add")
@_signer
def add_signer(person: str) -> Response:
    """Have a member's key speak for the organisation."""
    add_member_key(ledger_here(), caller_here(), person)
    return redirect(url_for("console.signers"), 303)


@bp.post("/signers/only-people")
@_signer
def only_people() -> Response:
    """Whether the kept key may still sign records."""
    set_people_only(ledger_here(), caller_here(), people_only=request.form.get("people_only") == "1")
    return redirect(url_for("console.signers"), 303)


@bp.post("/signers/card")
@_signer
def set_card() -> Response:
    """What the public card names."""
    ledger, caller = ledger_here(), caller_here()
    if "place" in request.form and Scope.KEYS in caller.scopes:
        set_place(ledger, caller, request.form["place"])
    if "name" in request.form:
        show_name(ledger, caller, request.form["name"])
    return redirect(url_for("console.signers"), 303)


@bp.get("/checklists")
@_lister
def checklists() -> str:
    """The organisation's own lists, and a form for another."""
    return _lists()


def _lists(problem: LedgerError | None = None) -> str:
    mine = own_checklists(ledger_here(), caller_here())
    chosen = next((one for one in mine if one.id == request.args.get("id")), None)
    filled: dict[str, str] = request.form.to_dict() if problem else _filled(chosen)
    return render_template(
        "console/inspect_lists.html", lists=mine, filled=filled, languages=LANGUAGES, problem=problem
    )


@bp.post("/checklists")
@_lister
def save_checklist() -> Response | tuple[str, int]:
    """Keep a list, as its next version."""
    form = request.form
    name = form.get("name", "").strip()
    id = form.get("id") or _name_of(name)
    try:
        given: dict[str, Any] = {
            "name": {"en": name},
            "points": _lines(form.get("points", "")),
            "photos": _lines(form.get("photos", "")),
        }
        keep_checklist(ledger_here(), caller_here(), id, given)
    except Invalid as problem:
        return _lists(problem), 422
    return redirect(url_for("console.checklists"), 303)


@bp.post("/checklists/<id>/remove")
@_lister
def remove_checklist(id: str) -> Response:
    """Offer a list no more."""
    drop_checklist(ledger_here(), caller_here(), id)
    return redirect(url_for("console.checklists"), 303)


def _filled(chosen: Checklist | None) -> dict[str, str]:
    if chosen is None:
        return {}
    return {
        "id": chosen.id,
        "name": chosen.name["en"],
        "points": "\n".join(one.words["en"] for one in chosen.points),
        "photos": "\n".join(one.words["en"] for one in chosen.shots),
    }


def _lines(text: str) -> list[dict[str, Any]]:
    """One entry a line; its id is made of its words, so that the same words keep their answers."""
    found: dict[str, dict[str, Any]] = {}
    for line in text.splitlines()[:200]:
        if words := line.strip():
            id = _name_of(words)
            if id in found:
                raise Invalid(_("Two lines say almost the same: “%(line)s”. Change or remove one.", line=words[:60]))
            found[id] = {"id": id, "words": {"en": words}}
    return list(found.values())


def _name_of(words: str) -> str:
    plain = _NOT_A_NAME.sub("_", words.lower()).strip("_")[:30].strip("_")
    # Words without a single Latin letter are told apart by their characters' numbers.
    return f"x_{plain}" if plain else "x_" + "_".join(f"{ord(one):x}" for one in words.strip()[:6])

"""The rights vault: what a brand holds, whom it lets act, and what its agents did; for an agent what it was given."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import BinaryIO, cast

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug import Response as AnyResponse

from ledger.domain.desk.rights import Right, RightKind, RightState, expired, in_force
from ledger.domain.errors import Invalid, LedgerError
from ledger.domain.organisations import Role, Scope
from ledger.domain.said import said
from ledger.services.desk.agents import Agreed, agents_of, authorise_agent, end_agent
from ledger.services.desk.rights import (
    Given,
    change_right,
    keep_right_file,
    right_for,
    rights_for,
    state_right,
    today,
    withdraw_right,
)
from web.console import bp
from web.console.pages import Pill, caller_here, ledger_here, only
from web.problems import status_of

Answer = str | tuple[str, int] | AnyResponse


def _kinds() -> dict[RightKind, str]:
    return {RightKind.MARK: _("Trade mark"), RightKind.DESIGN: _("Design"), RightKind.COPYRIGHT: _("Copyright")}


@bp.get("/rights")
@only(Role.BRAND, Role.AGENT, scope=Scope.NOTICE)
def rights() -> Answer:
    """The rights, and who may act on them."""
    return _page()


@bp.post("/rights")
@only(Role.BRAND, scope=Scope.NOTICE)
def add_right() -> Answer:
    """State one; what cannot be kept comes back as it was filled in."""
    try:
        new = state_right(ledger_here(), caller_here(), _given(RightKind(request.form.get("kind", ""))))
    except ValueError:
        return _page(Invalid(said("Choose what sort of right it is.")))
    except LedgerError as problem:
        return _page(problem)
    sent = request.files.get("file")
    if sent is not None and sent.filename:
        try:
            keep_right_file(ledger_here(), caller_here(), new.id, cast(BinaryIO, sent.stream))
        except LedgerError as problem:
            return _one(new, problem)
    return redirect(url_for("console.rights"), 303)


@bp.get("/rights/<id>")
@only(Role.BRAND, scope=Scope.NOTICE)
def right(id: str) -> Answer:
    """One right, to be changed or withdrawn."""
    return _one(right_for(ledger_here(), caller_here(), id))


@bp.post("/rights/<id>")
@only(Role.BRAND, scope=Scope.NOTICE)
def edit_right(id: str) -> Answer:
    """Change a right, send its document, or withdraw it."""
    ledger, caller = ledger_here(), caller_here()
    before = right_for(ledger, caller, id)
    try:
        if request.form.get("do") == "withdraw":
            withdraw_right(ledger, caller, id)
        else:
            change_right(ledger, caller, id, _given(before.kind))
            sent = request.files.get("file")
            if sent is not None and sent.filename:
                keep_right_file(ledger, caller, id, cast(BinaryIO, sent.stream))
    except LedgerError as problem:
        return _one(before, problem)
    return redirect(url_for("console.rights"), 303)


@bp.post("/rights/agents")
@only(Role.BRAND, scope=Scope.NOTICE)
def add_agent() -> Answer:
    """Let an agent act."""
    form = request.form
    try:
        authorise_agent(
            ledger_here(),
            caller_here(),
            form.get("agent", "").strip(),
            rights=form.getlist("rights"),
            kinds=[one for one in RightKind if one.value in form.getlist("kinds")],
            territories=_words(form.get("places", "")),
            until=_day(form.get("until", ""), "until") or today(ledger_here()),
        )
    except LedgerError as problem:
        return _page(problem, agents=True)
    return redirect(url_for("console.rights", _anchor="agents"), 303)


@bp.post("/rights/agents/<id>/end")
@only(Role.BRAND, Role.AGENT, scope=Scope.NOTICE)
def end_agents(id: str) -> AnyResponse:
    """End what an agent may do, at once."""
    end_agent(ledger_here(), caller_here(), id)
    return redirect(url_for("console.rights", _anchor="agents"), 303)


def _page(problem: LedgerError | None = None, *, agents: bool = False) -> Answer:
    ledger, caller = ledger_here(), caller_here()
    found, day, kinds = rights_for(ledger, caller), today(ledger), _kinds()
    shown = render_template(
        "console/desk/rights.html",
        rows=[(one, kinds[one.kind], _state(one, day), _ends(one)) for one in found],
        usable=[(one.id, one.name) for one in found if in_force(one, day)],
        agents=[(one, _agent_state(one), _acts(one), _bounds(one)) for one in agents_of(ledger, caller)],
        kinds=list(kinds.items()),
        owner=caller.organisation.role is Role.BRAND,
        problem=problem,
        of_agents=agents,
        form=request.form if problem is not None else {},
        today=day.isoformat(),
    )
    return shown if problem is None else (shown, status_of(problem))


def _one(found: Right, problem: LedgerError | None = None) -> Answer:
    shown = render_template(
        "console/desk/right.html",
        one=found,
        kind=_kinds()[found.kind],
        state=_state(found, today(ledger_here())),
        problem=problem,
        form=request.form if problem is not None and request.form.get("name") else _filled(found),
        gone=found.state is RightState.WITHDRAWN,
    )
    return shown if problem is None else (shown, status_of(problem))


def _filled(found: Right) -> dict[str, str]:
    return {
        "name": found.name,
        "number": found.number,
        "office": found.office,
        "classes": ", ".join(found.classes),
        "territories": ", ".join(found.territories),
        "from_day": found.from_day.isoformat() if found.from_day else "",
        "expires_on": found.expires_on.isoformat() if found.expires_on else "",
    }


def _given(kind: RightKind) -> Given:
    form = request.form
    return Given(
        kind,
        form.get("name", ""),
        form.get("number", ""),
        form.get("office", ""),
        _words(form.get("classes", "")),
        _words(form.get("territories", "")),
        _day(form.get("from_day", ""), "from_day"),
        _day(form.get("expires_on", ""), "expires_on"),
    )


def _words(text: str) -> list[str]:
    """What stands between commas and spaces, at most 500 words of it."""
    return text.replace(",", " ").replace(";", " ").split()[:500]


def _day(text: str, where: str) -> date | None:
    if not text.strip():
        return None
    try:
        return datetime.strptime(text.strip(), "%Y-%m-%d").replace(tzinfo=UTC).date()
    except ValueError:
        raise Invalid(said("“%(where)s” is not a date. Write it as 2026-01-31.", where=where)) from None


def _state(one: Right, day: date) -> Pill:
    if one.state is RightState.WITHDRAWN:
        return Pill(_("Withdrawn"), "grey")
    if one.state is RightState.CONTESTED:
        return Pill(_("Contested by another right"), "red")
    if expired(one, day):
        return Pill(_("Expired"), "amber")
    if not in_force(one, day):
        return Pill(_("Not in force yet"), "amber")
    if one.state is RightState.CHECKED:
        return Pill(_("In force, checked"), "green")
    return Pill(_("In force, as you stated it"), "blue")


def _ends(one: Right) -> str:
    return one.expires_on.isoformat() if one.expires_on else _("no end stated")


def _agent_state(agreed: Agreed) -> Pill:
    if agreed.in_force:
        return Pill(_("May act until %(day)s", day=agreed.authorisation.until.isoformat()), "green")
    return Pill(_("Ended"), "grey")


def _acts(agreed: Agreed) -> str:
    count = sum(agreed.acts.values())
    if not agreed.all_counted:
        return str(_("At least %(num)d acts", num=count))
    return str(ngettext("%(num)s act", "%(num)s acts", count))


def _bounds(agreed: Agreed) -> Sequence[str]:
    one, kinds = agreed.authorisation, _kinds()
    bounds = [kinds[kind] for kind in one.kinds]
    if one.rights:
        bounds.append(ngettext("%(num)s right", "%(num)s rights", len(one.rights)))
    bounds.extend(one.territories)
    return bounds or [_("Every right, everywhere")]

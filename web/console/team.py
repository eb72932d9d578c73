"""The team: who belongs, what each may do, invitations, and leaving."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from flask import redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from werkzeug import Response as AnyResponse

from ledger.domain.errors import LedgerError
from ledger.domain.organisations import Role, Scope
from ledger.domain.people import Membership, StaffRole
from ledger.services.leave_organisation import leave, remove_member
from ledger.services.members import change_roles, invite, members_of, withdraw_invitation
from web.console import bp
from web.console.pages import caller_here, ledger_here, only, when
from web.problems import STATUS

ROLES_OF: Final = {
    Role.BRAND: (StaffRole.ADMIN, StaffRole.OPERATIONS, StaffRole.BOUTIQUE, StaffRole.VIEWER),
    Role.AUTHENTICATOR: (StaffRole.ADMIN, StaffRole.OPERATIONS, StaffRole.INSPECTOR, StaffRole.VIEWER),
    Role.REPAIRER: (StaffRole.ADMIN, StaffRole.OPERATIONS, StaffRole.INSPECTOR, StaffRole.VIEWER),
    Role.PLATFORM: (StaffRole.ADMIN, StaffRole.OPERATIONS, StaffRole.VIEWER),
    Role.AGENT: (StaffRole.ADMIN, StaffRole.OPERATIONS, StaffRole.VIEWER),
    Role.AUTHORITY: (StaffRole.ADMIN, StaffRole.OPERATIONS, StaffRole.VIEWER),
    Role.COUNCIL: (StaffRole.ADMIN, StaffRole.OPERATIONS, StaffRole.VIEWER),
}
"""The roles that make sense in each kind of organisation."""


@dataclass(frozen=True, slots=True)
class Colleague:
    """One member as the page shows them."""

    part: Membership
    passkeys: int
    email: bool
    since: str
    me: bool


def role_words() -> dict[StaffRole, tuple[str, str]]:
    """Each role's name, and what it may do."""
    return {
        StaffRole.ADMIN: (_("Admin"), _("Everything, and who belongs to the team.")),
        StaffRole.OPERATIONS: (_("Operations"), _("Everything but the team and the keys.")),
        StaffRole.BOUTIQUE: (_("Boutique"), _("The till only: put on sale, help to claim, take returns.")),
        StaffRole.INSPECTOR: (_("Inspector"), _("Inspect items, record what was seen, and sign.")),
        StaffRole.VIEWER: (_("Viewer"), _("Look at everything, change nothing.")),
    }


@bp.get("/team")
@only(scope=Scope.KEYS)
def team() -> str:
    """Everybody, and the invitations that are open."""
    return _team()


@bp.post("/team/invite")
@only(scope=Scope.KEYS)
def invite_colleague() -> str | tuple[str, int]:
    """Invite somebody; the link is shown this once."""
    form = request.form
    roles = [role for role in ROLES_OF[caller_here().organisation.role] if role.value in form.getlist("roles")]
    try:
        invited, link = invite(ledger_here(), caller_here(), form.get("email", ""), form.get("name", ""), roles)
    except LedgerError as problem:
        return _team(problem=problem), _status(problem)
    return _team(link=link, name=invited.name)


@bp.post("/team/invitations/<id>/withdraw")
@only(scope=Scope.KEYS)
def withdraw_invited(id: str) -> AnyResponse:
    """Take an invitation back."""
    withdraw_invitation(ledger_here(), caller_here(), id)
    return redirect(url_for("console.team"), 303)


@bp.post("/team/members/<person>")
@only(scope=Scope.KEYS)
def change_member(person: str) -> AnyResponse | tuple[str, int]:
    """Give a colleague other roles, or remove them."""
    form = request.form
    try:
        if form.get("do") == "remove":
            remove_member(ledger_here(), caller_here(), person)
        else:
            roles = [role for role in StaffRole if role.value in form.getlist("roles")]
            if not roles:
                return _team(fault=_("Choose at least one role, or remove the member.")), 422
            change_roles(ledger_here(), caller_here(), person, roles)
    except LedgerError as problem:
        return _team(problem=problem), _status(problem)
    return redirect(url_for("console.team"), 303)


@bp.get("/leave")
@only()
def leaving() -> str:
    """Ask before leaving."""
    return render_template("console/leave.html")


@bp.post("/leave")
@only()
def leave_team() -> AnyResponse:
    """Leave the organisation."""
    leave(ledger_here(), caller_here())
    session.pop("organisation", None)
    return redirect(url_for("people.account"), 303)


def _team(
    *, problem: LedgerError | None = None, link: str | None = None, name: str = "", fault: str | None = None
) -> str:
    ledger, caller = ledger_here(), caller_here()
    parts, invitations = members_of(ledger, caller)
    now = ledger.now()
    with ledger.store.read() as tx:
        counts = {part.person: len(tx.people.passkeys(part.person)) for part, _known in parts}
    colleagues = [
        Colleague(
            part,
            counts[part.person],
            known is not None and known.email is not None,
            when(part.created_at, now),
            part.person == caller.person,
        )
        for part, known in parts
    ]
    return render_template(
        "console/team.html",
        colleagues=colleagues,
        invitations=[(one, when(one.expires_at, now)) for one in invitations],
        roles=[(role, *role_words()[role]) for role in ROLES_OF[caller.organisation.role]],
        words={role: words[0] for role, words in role_words().items()},
        problem=problem,
        fault=fault,
        link=link,
        name=name,
        form=request.form if problem is not None else {},
        chosen=request.form.getlist("roles") if problem is not None else [],
    )


def _status(problem: LedgerError) -> int:
    return next((STATUS[kind] for kind in type(problem).__mro__ if kind in STATUS), 400)

"""An invitation into a team: who invites, as what; accepted with an account that has a passkey."""

from __future__ import annotations

from flask import redirect, render_template, session, url_for
from werkzeug import Response

from ledger.services.join_application import need_passkey
from ledger.services.members import accept_invitation, invitation_behind
from web.console.team import role_words
from web.join import bp
from web.people.visits import ledger_here, person_here, signed_in, visit_here


@bp.get("/invitation/<secret>")
def invitation(secret: str) -> str:
    """Who invites. Opening the link does nothing: programs that look through mail open it."""
    invited, organisation = invitation_behind(ledger_here(), secret)
    person = person_here()
    keys = False
    if person is not None:
        with ledger_here().store.read() as tx:
            keys = bool(tx.people.passkeys(person.id))
    roles = [words for role, words in role_words().items() if role in invited.roles]
    return render_template(
        "join/invitation.html", one=invited, organisation=organisation, roles=roles, person=person, keys=keys
    )


@bp.post("/invitation/<secret>")
@signed_in
def accept_invited(secret: str) -> Response:
    """Become a member."""
    ledger, visit = ledger_here(), visit_here()
    with ledger.store.read() as tx:
        need_passkey(tx, visit.known.id)
    organisation = accept_invitation(ledger, visit, secret)
    session["organisation"] = organisation.id
    return redirect(url_for("console.overview"), 303)

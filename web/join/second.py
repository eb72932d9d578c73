"""The second admin's link: who asks, for what, and the yes that makes them part of it."""

from __future__ import annotations

from flask import redirect, render_template, url_for
from werkzeug import Response

from ledger.services.join_second import accept_second, behind_second_link
from web.join import bp
from web.people.visits import ledger_here, person_here, signed_in, visit_here


@bp.get("/join-second/<secret>")
def asked(secret: str) -> str:
    """Who asks, and what accepting means. Opening the link does nothing: programs that look through mail open it."""
    found, person = behind_second_link(ledger_here(), secret), person_here()
    keys = False
    if person is not None:
        with ledger_here().store.read() as tx:
            keys = bool(tx.people.passkeys(person.id))
    return render_template("join/second.html", one=found, secret=secret, person=person, keys=keys)


@bp.post("/join-second/<secret>")
@signed_in
def accept(secret: str) -> Response:
    """Become the second admin; approving comes after, once the application is sent."""
    found = accept_second(ledger_here(), visit_here(), secret)
    return redirect(url_for("join.application", id=found.id), 303)

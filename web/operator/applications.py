"""Applications, as the operator sees them: everything that was entered, and the decision."""

from __future__ import annotations

from flask import Response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug import Response as AnyResponse

from ledger.domain.errors import LedgerError, Unknown
from ledger.domain.joining import Missing, Stage
from ledger.domain.said import said
from ledger.services.errand_confirm import begin_confirm
from ledger.services.join_council import application_for_council, let_in, send_back, waiting_applications
from web.console.pages import when
from web.join.application import certificate
from web.join.words import missing_words, timeline
from web.operator import bp
from web.operator.overview import council_here
from web.people.visits import ledger_here, to_signing_page, visit_here
from web.problems import status_of_form


@bp.get("/applications")
def applications() -> str:
    """What was sent and waits, oldest first."""
    ledger = ledger_here()
    now = ledger.now()
    rows = [(one, when(one.sent_at or now, now)) for one in waiting_applications(ledger)]
    return render_template("operator/applications.html", rows=rows)


@bp.get("/applications/<id>")
def application(id: str) -> str:
    """One of them."""
    return _page(id)


@bp.get("/applications/<id>/marks/<mark>/file")
def mark_file(id: str, mark: str) -> Response:
    """A mark's certificate, to download."""
    application_for_council(ledger_here(), id)
    with ledger_here().store.read() as tx:
        found = next((one for one in tx.joining.marks(id) if one.id == mark), None)
    if found is None or found.file is None:
        raise Unknown(said("There is no such file."))
    return certificate(found.file, found.file_type or "application/octet-stream")


@bp.post("/applications/<id>/approve")
def approve(id: str) -> AnyResponse | tuple[str, int]:
    """Approve it with one's passkey; or, where every yes is there, try once more to let it in."""
    ledger = ledger_here()
    one = application_for_council(ledger, id)
    try:
        if not one.missing:
            let_in(ledger, id)
            return redirect(url_for("operator.application", id=id), 303)
        about = [_("You approve that %(name)s joins with the domain %(domain)s.", name=one.name, domain=one.domain)]
        return to_signing_page(
            begin_confirm(ledger, visit_here(), "council", id, about, f"/operator/applications/{id}")
        )
    except LedgerError as problem:
        return _page(id, problem.detail), status_of_form(problem, 409)


@bp.post("/applications/<id>/send-back")
def give_back(id: str) -> AnyResponse | tuple[str, int]:
    """Give it back to be mended, with a sentence."""
    try:
        send_back(ledger_here(), council_here(), id, request.form.get("why", ""))
    except LedgerError as problem:
        return _page(id, problem.detail), status_of_form(problem)
    return redirect(url_for("operator.applications"), 303)


def _page(id: str, fault: str | None = None) -> str:
    ledger = ledger_here()
    one = application_for_council(ledger, id)
    with ledger.store.read() as tx:
        marks = tx.joining.marks(id)
    waits_for_us = set(one.missing) <= {Missing.COUNCIL}
    return render_template(
        "operator/application.html",
        one=one,
        marks=marks,
        missing=missing_words(one),
        timeline=timeline(one, ledger.now()),
        ready=waits_for_us and one.stage is Stage.SENT,
        mine=any(yes.by == visit_here().known.id for yes in one.approvals),
        fault=fault,
    )

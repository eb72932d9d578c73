"""The case file to take away, and test purchases that go into it."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug import Response as AnyResponse

from ledger.domain.desk.case_file import Purchase
from ledger.domain.errors import Invalid, LedgerError
from ledger.domain.organisations import Role, Scope
from ledger.domain.said import said
from ledger.services.desk.case_file_make import make_case_file
from ledger.services.desk.case_file_purchases import add_purchase, purchases_of
from ledger.services.desk.cases_read import Eye, see_case
from web.console import bp
from web.console.pages import caller_here, ledger_here, only, when
from web.desk import words
from web.problems import status_of

_concerned = only(Role.BRAND, Role.AGENT, Role.PLATFORM, scope=Scope.READ)
Answer = str | tuple[str, int] | AnyResponse


@bp.get("/cases/<id>/file")
@_concerned
def case_papers(id: str) -> str:
    """What the file of a case holds, and the test purchases that were told of."""
    return _page(id)


@bp.get("/cases/<id>/file.zip")
@_concerned
def case_archive(id: str) -> Response:
    """Everything of a case that this side may see, in one archive that is checked without this site."""
    response = Response(make_case_file(ledger_here(), caller_here(), id), mimetype="application/zip")
    response.headers["Content-Disposition"] = f'attachment; filename="case-{id}.zip"'
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.post("/cases/<id>/file")
@only(Role.BRAND, Role.AGENT, scope=Scope.NOTICE)
def case_purchase(id: str) -> Answer:
    """Tell of a test purchase."""
    form = request.form
    try:
        bought = _moment("bought_at", _("Bought"))
        if bought is None or not _text("bought_by"):
            raise Invalid(said("Write when it was bought, and by whom."))
        told = Purchase(
            bought_at=bought,
            bought_by=_text("bought_by"),
            order=_text("order"),
            received_at=_moment("received_at", _("Received")),
            sealed_at=_moment("sealed_at", _("Sealed")),
            sealed_by=_text("sealed_by"),
            seal=_text("seal"),
            photos=(),
        )
        add_purchase(ledger_here(), caller_here(), id, told)
    except LedgerError as refused:
        return _page(id, refused, form.to_dict()), status_of(refused)
    return redirect(url_for("console.case_papers", id=id), 303)


def _page(id: str, problem: LedgerError | None = None, filled: dict[str, str] | None = None) -> str:
    ledger, caller = ledger_here(), caller_here()
    seen, now = see_case(ledger, caller, id), ledger.now()
    theirs = seen.eye in (Eye.NOTIFIER, Eye.HOLDER)
    with ledger.store.read() as tx:
        purchases = list(purchases_of(tx, id).values()) if theirs else []
    return render_template(
        "console/desk/case_file.html",
        case=seen.case,
        purchases=[(one, *(when(at, now) if at else "" for at in _times(one))) for one in purchases],
        tells=theirs and Scope.NOTICE in caller.scopes,
        theirs=theirs,
        problem=problem,
        form=filled or {},
        words=words,
    )


def _times(one: Purchase) -> tuple[int | None, int | None, int | None]:
    return one.bought_at, one.received_at, one.sealed_at


def _text(name: str) -> str:
    """A line of the form, without what cannot be printed."""
    return "".join(one for one in request.form.get(name, "").strip()[:200] if one.isprintable())


def _moment(name: str, label: str) -> int | None:
    """A moment that was typed, in UTC. Raises Invalid."""
    text = request.form.get(name, "").strip()
    if not text:
        return None
    try:
        return int(datetime.strptime(text, "%Y-%m-%dT%H:%M").replace(tzinfo=UTC).timestamp())
    except ValueError:
        raise Invalid(said("“%(name)s” is not a moment. Write it as 2026-01-31T14:05.", name=label)) from None

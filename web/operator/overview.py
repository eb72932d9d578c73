"""The operator's one page: how far behind, what waits, what is due, and safe mode."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from flask import g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug import Response as AnyResponse

from ledger.domain.errors import Forbidden, LedgerError
from ledger.domain.organisations import Caller
from ledger.domain.said import said
from ledger.services.join_council import COUNCIL, need_council
from ledger.services.members import caller_for
from ledger.services.operator_view import Figures, figures, note_backup
from ledger.services.safe_mode import begin_safe_mode, end_safe_mode
from ledger.services.sessions import FRESH
from web.console.pages import Pill, when
from web.operator import bp
from web.people.visits import ledger_here, maybe_session, person_here, visit_here
from web.problems import status_of_form

_PATIENCE: Final = 60
_OLD: Final = 300
_BACKUP: Final = 2 * 86_400


@dataclass(frozen=True, slots=True)
class Line:
    """One thing looked at: what it is, how it is, and where to read more."""

    what: str
    state: Pill
    detail: str = ""
    href: str = ""


@bp.before_request
def _who() -> AnyResponse | None:
    """Members of the council, signed in lately; everybody else hears that this is not for them."""
    found = maybe_session()
    if found is None or found[1] is None or ledger_here().now() - (found[0].signed_in_at or 0) >= FRESH:
        return redirect(url_for("people.sign_in", next=request.path, again=1), 303)
    ledger = ledger_here()
    with ledger.store.read() as tx:
        council = tx.organisations.get(COUNCIL)
        member = council is not None and tx.people.membership(found[1].id, council.id) is not None
    if council is None or not member:
        raise Forbidden(said("This page is for the operator of this ledger only."))
    g.council = caller_for(ledger, found[1], council.id)
    need_council(g.council)
    return None


def council_here() -> Caller:
    """The council's member who is here."""
    found: Caller = g.council
    return found


@bp.get("/")
def overview() -> str:
    """Everything at a glance."""
    return _overview()


@bp.post("/safe-mode")
def change_safe_mode() -> AnyResponse | tuple[str, int]:
    """Take nothing new from now on, or take everything again."""
    person = person_here()
    if request.form.get("do") == "end":
        end_safe_mode(ledger_here())
    else:
        try:
            begin_safe_mode(ledger_here(), _name(person.id if person else ""), request.form.get("why", ""))
        except LedgerError as problem:
            return _overview(problem.detail), status_of_form(problem)
    return redirect(url_for("operator.overview"), 303)


@bp.post("/backed-up")
def backed_up() -> AnyResponse:
    """Note that a backup was made."""
    note_backup(ledger_here())
    return redirect(url_for("operator.overview"), 303)


def _overview(fault: str | None = None) -> str:
    found = figures(ledger_here(), council_here())
    return render_template(
        "operator/overview.html",
        lines=lines(found),
        safe=found.safe,
        since=when(found.safe.since, found.now) if found.safe else "",
        fault=fault,
        language_code=visit_here().language,
    )


def lines(found: Figures) -> Sequence[Line]:
    """Each figure as a line that says whether it is well."""
    return [
        _node(found),
        Line(
            _("Blocks"),
            Pill(str(found.tip) if found.tip is not None else _("none yet"), "blue"),
            _("Final up to %(block)s.", block=found.final),
        ),
        _queue(_("Statements to be sent"), found.statements, found.oldest_statement, found.now),
        _queue(_("Webhooks to be delivered"), found.webhooks, found.oldest_webhook, found.now),
        _bad(_("Webhook addresses that fail"), found.webhooks_failing),
        _queue(_("Letters to be sent"), found.mails, found.oldest_mail, found.now),
        _bad(_("Letters that failed today"), found.mails_failed),
        Line(
            _("Applications to look at"),
            Pill(str(found.applications), "amber" if found.applications else "green"),
            href=url_for("operator.applications"),
        ),
        Line(
            _("Keys that nobody has used for half a year"),
            Pill(str(found.unused_keys), "amber" if found.unused_keys else "green"),
            _("Ask their organisations to end them.") if found.unused_keys else "",
        ),
        _backup(found),
    ]


def _node(found: Figures) -> Line:
    if found.halted:
        return Line(_("Following the chain"), Pill(_("Stopped"), "red"), found.halted)
    if found.node_seen is None:
        return Line(_("Following the chain"), Pill(_("No node was heard yet"), "amber"), _("Start the worker."))
    ago = max(0, found.now - found.node_seen)
    words = ngettext("Heard %(num)d second ago", "Heard %(num)d seconds ago", ago)
    well = ago <= _PATIENCE
    return Line(
        _("Following the chain"), Pill(words, "green" if well else "red"), "" if well else _("See the worker’s log.")
    )


def _queue(what: str, count: int, oldest: int | None, now: int) -> Line:
    late = oldest is not None and now - oldest > _OLD
    detail = _("The oldest has waited since %(when)s.", when=when(oldest, now)) if oldest is not None else ""
    return Line(what, Pill(str(count), "red" if late else "green"), detail)


def _bad(what: str, count: int) -> Line:
    return Line(what, Pill(str(count), "red" if count else "green"))


def _backup(found: Figures) -> Line:
    if found.backed_up_at is None:
        return Line(
            _("Last backup"), Pill(_("None was reported"), "red"), _("Back up the data folder and the passphrase.")
        )
    late = found.now - found.backed_up_at > _BACKUP
    return Line(_("Last backup"), Pill(when(found.backed_up_at, found.now), "red" if late else "green"))


def _name(person: str) -> str:
    ledger = ledger_here()
    with ledger.store.read() as tx:
        council = tx.organisations.get(COUNCIL)
        part = tx.people.membership(person, council.id) if council else None
    return part.name if part else ""

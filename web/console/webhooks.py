"""Webhooks: addresses that are told, their secrets, and a log of what each was told and what it answered."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug import Response as AnyResponse

from ledger.domain.errors import Conflict, Invalid, LedgerError
from ledger.domain.organisations import Scope
from ledger.domain.webhooks import ABOUT, PROBLEMS, Delivery, Endpoint, EventType, Off, Problem, State
from ledger.services import webhook_endpoints as service
from ledger.services.queue_message import own_delivery, replay, replay_failed, send_test
from web.console import bp
from web.console.pages import Pill, caller_here, ledger_here, only, when

_PAGE: Final = 25
_OFFERED: Final = tuple(one for one in EventType if one is not EventType.TEST)
_SPANS: Final = {"hour": 3_600, "day": 86_400, "week": 7 * 86_400}
"""How far back a replay goes, in seconds; anything else means all."""


@dataclass(frozen=True, slots=True)
class Row:
    """A delivery as the log shows it."""

    one: Delivery
    state: Pill
    answer: str
    made: str
    next: str


@bp.get("/webhooks")
@only(scope=Scope.KEYS)
def webhooks() -> str:
    """The organisation's webhooks."""
    with ledger_here().store.read() as tx:
        found = service.own_endpoints(tx, caller_here())
    return render_template("console/webhooks.html", rows=[(one, _state(one)) for one in found])


@bp.get("/webhooks/new")
@only(scope=Scope.KEYS)
def new_webhook() -> str:
    """The form for another."""
    return _form({}, [], None)


@bp.post("/webhooks")
@only(scope=Scope.KEYS)
def add_webhook() -> str | tuple[str, int]:
    """Add one, and show its secret this once; what cannot be added comes back as it was filled in."""
    form = request.form
    types = form.getlist("types")
    try:
        made, secret = service.add_endpoint(
            ledger_here(), caller_here(), form.get("url", ""), types, form.get("description", "")
        )
    except (Invalid, Conflict) as refused:
        return _form(form.to_dict(), types, refused), 422
    return render_template("console/webhook_secret.html", endpoint=made, secret=secret, lasts=False)


@bp.get("/webhooks/<id>")
@only(scope=Scope.KEYS)
def webhook(id: str) -> str:
    """One webhook with its log."""
    return _page(id)


@bp.post("/webhooks/<id>/test")
@only(scope=Scope.KEYS)
def try_webhook(id: str) -> AnyResponse:
    """Send a test message, and show what comes of it."""
    delivery = send_test(ledger_here(), caller_here(), id)
    return redirect(url_for("console.webhook_delivery", id=delivery), 303)


@bp.post("/webhooks/<id>/secret")
@only(scope=Scope.KEYS)
def rotate_webhook(id: str) -> str:
    """Replace the secret, and show the new one this once."""
    at_once = request.form.get("when") == "now"
    secret = service.rotate_secret(ledger_here(), caller_here(), id, at_once=at_once)
    with ledger_here().store.read() as tx:
        endpoint = service.own_endpoint(tx, caller_here(), id)
    return render_template("console/webhook_secret.html", endpoint=endpoint, secret=secret, lasts=not at_once)


@bp.post("/webhooks/<id>/switch")
@only(scope=Scope.KEYS)
def switch_webhook(id: str) -> AnyResponse:
    """Switch it off, or on again."""
    (service.enable if request.form.get("to") == "on" else service.disable)(ledger_here(), caller_here(), id)
    return redirect(url_for("console.webhook", id=id), 303)


@bp.get("/webhooks/<id>/remove")
@only(scope=Scope.KEYS)
def ask_remove_webhook(id: str) -> str:
    """Ask before it is removed with its log."""
    with ledger_here().store.read() as tx:
        endpoint = service.own_endpoint(tx, caller_here(), id)
    return render_template("console/webhook_remove.html", endpoint=endpoint)


@bp.post("/webhooks/<id>/remove")
@only(scope=Scope.KEYS)
def remove_webhook(id: str) -> AnyResponse:
    """Remove it."""
    service.remove(ledger_here(), caller_here(), id)
    return redirect(url_for("console.webhooks"), 303)


@bp.post("/webhooks/<id>/replay")
@only(scope=Scope.KEYS)
def replay_webhook(id: str) -> str:
    """Send again what failed."""
    span = _SPANS.get(request.form.get("span", ""))
    since = 0 if span is None else ledger_here().now() - span
    count = replay_failed(ledger_here(), caller_here(), id, since)
    words = ngettext("%(num)s message is sent again.", "%(num)s messages are sent again.", count)
    return _page(id, told=words if count else _("Nothing had failed, so nothing is sent again."))


@bp.get("/webhooks/deliveries/<id>")
@only(scope=Scope.KEYS)
def webhook_delivery(id: str) -> str:
    """One delivery: what is sent, and what was answered at each try."""
    ledger = ledger_here()
    with ledger.store.read() as tx:
        found, endpoint = own_delivery(tx, caller_here(), id)
        message, attempts = tx.webhooks.message(found.message), tx.webhooks.attempts(id)
    now = ledger.now()
    tries = [(one, _answer(one.status, one.problem), when(one.at, now)) for one in attempts]
    body = json.dumps(json.loads(message.body), ensure_ascii=False, indent=2) if message else ""
    return render_template(
        "console/webhook_delivery.html",
        row=_rows([found], now)[0],
        endpoint=endpoint,
        body=body,
        tries=tries,
        waiting=found.state is State.WAITING and found.next_try_at - now < 15,
    )


@bp.post("/webhooks/deliveries/<id>/replay")
@only(scope=Scope.KEYS)
def replay_delivery(id: str) -> AnyResponse:
    """Send one message again."""
    replay(ledger_here(), caller_here(), id)
    return redirect(url_for("console.webhook_delivery", id=id), 303)


def _page(id: str, told: str = "") -> str:
    ledger, asked = ledger_here(), request.args
    state = State(asked["state"]) if asked.get("state") in set(State) else None
    with ledger.store.read() as tx:
        endpoint = service.own_endpoint(tx, caller_here(), id)
        found = tx.webhooks.deliveries(id, state, asked.get("before"), _PAGE + 1)
        counts = tx.webhooks.counts(id)
    return render_template(
        "console/webhook.html",
        endpoint=endpoint,
        state=_state(endpoint),
        about=[ABOUT[one] for one in _OFFERED if one in endpoint.types],
        rows=_rows(found[:_PAGE], ledger.now()),
        before=found[_PAGE - 1].id if len(found) > _PAGE else None,
        shown=state,
        ways=[(None, _("All"), sum(counts.values())), *((one, _STATES()[one][0], counts[one]) for one in State)],
        failed=counts[State.FAILED],
        told=told,
    )


def _form(filled: dict[str, str], types: Sequence[str], refused: LedgerError | None) -> str:
    offered = [(one.value, one.value, ABOUT[one]) for one in _OFFERED]
    wrong = next((one.what for one in refused.faults if one.where == "url"), "") if refused else ""
    return render_template(
        "console/webhook_new.html", filled=filled, types=types, offered=offered, refused=refused, wrong=wrong
    )


def _rows(found: Sequence[Delivery], now: int) -> list[Row]:
    rows = []
    for one in found:
        words, tone = _STATES()[one.state]
        due = when(one.next_try_at, now) if one.state is State.WAITING and one.next_try_at > now else ""
        answer = _answer(one.status, None) if one.attempts else ""
        rows.append(Row(one, Pill(words, tone), answer, when(one.created_at, now), due))
    return rows


def _state(endpoint: Endpoint) -> Pill:
    if endpoint.disabled_why is not None:
        why = {
            Off.BY_HAND: _("You switched it off."),
            Off.GONE: _("It answered that it is gone (410)."),
            Off.FAILING: _("It took nothing for five days."),
        }
        tone = "grey" if endpoint.disabled_why is Off.BY_HAND else "red"
        return Pill(_("Switched off"), tone, why[endpoint.disabled_why])
    if endpoint.failing_since is not None:
        return Pill(_("Failing"), "amber", _("It did not take what was sent last."))
    return Pill(_("In use"), "green")


def _STATES() -> dict[State, tuple[str, str]]:  # noqa: N802 - a table, in the language of the request
    return {
        State.WAITING: (_("Waiting"), "blue"),
        State.DELIVERED: (_("Delivered"), "green"),
        State.FAILED: (_("Failed"), "red"),
    }


def _answer(status: int | None, problem: str | None) -> str:
    if status is None:
        return PROBLEMS[Problem(problem)] if problem else _("No answer")
    known = status in set(HTTPStatus)
    return f"{status} {HTTPStatus(status).phrase}" if known else str(status)

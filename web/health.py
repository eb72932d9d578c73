"""Whether this process lives (`/healthz`), and whether the whole can answer and is told news (`/readyz`)."""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint, Response, current_app, jsonify

from ledger.domain.errors import LedgerError
from ledger.services.condition import Condition, condition
from ledger.services.desk.screen_marks import left_out_now
from ledger.storage.migrate import current, expect_known_form

bp = Blueprint("health", __name__)
_NODE_PATIENCE: Final = 60
_FAR_BEHIND: Final = 500
"""Blocks. One turn of following takes that many."""


@bp.get("/healthz")
def alive() -> Response:
    """This process answers."""
    return jsonify(status="ok")


@bp.get("/readyz")
def ready() -> tuple[Response, int]:
    """The database answers in the form we need, a worker hears the node and has followed it: else 503, and why."""
    ledger = current_app.extensions["ledger"]
    try:
        revision = current(current_app.extensions["settings"].store_url)
        expect_known_form(revision)
        now, left_out = condition(ledger), left_out_now(ledger)
    except LedgerError as error:
        return jsonify(status="unavailable", detail=error.detail), 503
    problem = _problem(now)
    body: dict[str, Any] = {
        "status": "ok" if problem is None else "unavailable",
        "detail": problem,
        "revision": revision,
        "node_seen": now.node_seen,
        "halted": now.halted,
        "height": now.height,
        "final": now.final,
        "behind": now.lag,
        "waiting": now.waiting,
        "oldest": now.oldest,
        "marks_left_out": left_out,
    }
    return jsonify(body), 200 if problem is None else 503


def _problem(now: Condition) -> str | None:
    """Why news does not reach us; None where all is well."""
    if now.halted:
        return "Following the chain has stopped until a person has looked. `touchmark doctor` says more."
    if now.node_seen_seconds is None or now.node_seen_seconds > _NODE_PATIENCE:
        return "No worker has heard the node for a minute. See that `touchmark worker` runs, and its log."
    if now.lag is not None and now.lag > _FAR_BEHIND:
        return f"Our copy is {now.lag} blocks behind the node; the worker is catching up."
    return None

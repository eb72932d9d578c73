"""Whether this process lives (`/healthz`), and whether it can answer (`/readyz`)."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, jsonify

from ledger.domain.errors import LedgerError
from ledger.services.follow_chain import HALTED, NODE_SEEN

bp = Blueprint("health", __name__)
_NODE_PATIENCE = 60


@bp.get("/healthz")
def alive() -> Response:
    """This process answers."""
    return jsonify(status="ok")


@bp.get("/readyz")
def ready() -> tuple[Response, int]:
    """The database answers, and the worker has seen a node within a minute."""
    ledger = current_app.extensions["ledger"]
    try:
        with ledger.store.read() as tx:
            seen, halted = tx.meta.get(NODE_SEEN), tx.meta.get(HALTED)
            waiting, oldest = tx.outbox.waiting()
    except LedgerError as error:
        return jsonify(status="unavailable", detail=error.detail), 503
    node = seen is not None and ledger.now() - seen <= _NODE_PATIENCE and not halted
    body = {
        "status": "ok" if node else "unavailable",
        "node_seen": seen,
        "halted": halted,
        "waiting": waiting,
        "oldest": oldest,
    }
    return jsonify(body), 200 if node else 503

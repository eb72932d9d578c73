"""Safe mode at the door: while it is on, nothing is written; scans, checks and signing in go on."""

from __future__ import annotations

from typing import Final

from flask import Flask, current_app, request

from ledger.services.safe_mode import need_writes

_READS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
OPEN: Final = frozenset(
    {
        # What only reads, though it is sent.
        "api_checks.check_many",
        "api_notices.check_notice",
        "people.sign_in_with_passkey",
        "people.send_sign_in_link",
        "people.use_sign_in_link",
        "people.sign_out",
        "console.sign_in",
        "console.sign_out",
        "console.choose_organisation",
        # The way out of safe mode.
        "operator.change_safe_mode",
        "operator.backed_up",
    }
)
"""Endpoints that stay open: reads, and whoever has to get in to end it."""
_SIGNED: Final = "people.hand_in"


def register(app: Flask) -> None:
    """Refuse every write while safe mode is on (503, with a sentence), before anything of it is done."""

    @app.before_request
    def gate() -> None:
        if request.method in _READS or request.endpoint in OPEN or request.endpoint is None:
            return
        if request.endpoint == _SIGNED and _only_signs_in(str((request.view_args or {}).get("id"))):
            return
        need_writes(current_app.extensions["ledger"])


def _only_signs_in(errand: str) -> bool:
    with current_app.extensions["ledger"].store.read() as tx:
        found = tx.errands.get(errand)
    return found is not None and found.purpose == "sign_in"

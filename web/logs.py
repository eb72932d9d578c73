"""One line in the log for each request, under an id that the asker can quote; the address is told as its route.

What is logged of a request: its id, method, route, status and how long it took. No path, query, header or address:
those name items and people (GDPR Art. 5(1)(c); what is not written down cannot leak).
"""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Final

import structlog
from flask import Flask, request

from web.metrics import Metrics

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

log = structlog.get_logger("web")

HEADER: Final = "X-Request-Id"
NOWHERE: Final = "none"
"""The route of an address that leads nowhere."""
SIGN_PAGE: Final = "sign-page"
METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_SANE: Final = re.compile(r"[0-9a-fA-F-]{16,36}")
"""Hexadecimal digits, as UUIDs and trace ids are: free text could be somebody's name or number."""
ROUTE: Final = "touchmark.route"
"""Where a request's environment names the route it took."""
_QUIET: Final = frozenset({"/healthz", "/readyz", "/metrics"})


def register(app: Flask) -> None:
    """Note which route each request took, for the line about it."""

    @app.before_request
    def note() -> None:
        request.environ[ROUTE] = NOWHERE if request.url_rule is None else request.url_rule.rule


def watch(app: WSGIApplication, metrics: Metrics) -> Callable[[WSGIEnvironment, StartResponse], Iterable[bytes]]:
    """Give every request an id, tell it in the answer (`X-Request-Id`), log and count it once it is answered."""

    def watched(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        began = time.perf_counter()
        given = str(environ.get("HTTP_X_REQUEST_ID", ""))
        id = given.lower() if _SANE.fullmatch(given) else secrets.token_hex(16)
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=id)
        status = 500
        # Whoever answers before Flask does is the signing page.
        environ[ROUTE] = SIGN_PAGE

        def answer(told: str, headers: list[tuple[str, str]], error: Any = None) -> Callable[[bytes], object]:
            nonlocal status
            status = int(told[:3])
            return start_response(told, [*headers, (HEADER, id)], error)

        try:
            return app(environ, answer)
        finally:
            took = time.perf_counter() - began
            method = str(environ["REQUEST_METHOD"])
            method = method if method in METHODS else "other"
            route = str(environ[ROUTE])
            metrics.count(route, method, status, took)
            if route not in _QUIET or status >= 400:
                log.info("request", method=method, route=route, status=status, ms=round(took * 1000, 1))

    return watched

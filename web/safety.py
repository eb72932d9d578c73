"""Headers that every answer carries, and nothing that a page could leak."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from flask import Flask, Response

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

HEADERS: Final = "security_headers"
"""Names those of an application among its extensions, as (name, value)."""
_FRESH: Final = frozenset({"text/html", "application/json", "application/problem+json"})
_POLICY: Final = (
    "default-src 'none'; img-src 'self' data: blob:; style-src 'self'; script-src 'self'; connect-src 'self'; "
    "form-action 'self' {sign}; base-uri 'none'; frame-ancestors 'none'"
)


def harden(app: Flask, sign_origin: str) -> None:
    """Add the security headers (OWASP ASVS 5.0, V3.4) to every answer of the app.

    Forms lead to this site and, by its redirects, to the signing page at `sign_origin`.
    """
    app.extensions[HEADERS] = headers = (
        ("Content-Security-Policy", _POLICY.format(sign=sign_origin)),
        ("X-Content-Type-Options", "nosniff"),
        # The address of a scan names the item: it goes to nobody else.
        ("Referrer-Policy", "no-referrer"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
        ("Permissions-Policy", "camera=(self), geolocation=(), microphone=()"),
        ("X-Robots-Tag", "noindex"),
    )

    @app.after_request
    def _headers(response: Response) -> Response:
        given = {name.lower() for name, _ in response.headers}
        response.headers.extend([(name, value) for name, value in headers if name.lower() not in given])
        if "cache-control" not in given and response.mimetype in _FRESH:
            response.headers["Cache-Control"] = "no-store"
        return response


def whole_bodies(app: WSGIApplication) -> WSGIApplication:
    """Have a body that is cut short refused (400), instead of taken for all there is: half a file is a lie.

    gunicorn ends the stream of a broken connection like that of a whole body, and says that it may be trusted
    (`wsgi.input_terminated`). Where the length was announced, werkzeug then has to hold it against what came.
    """

    def counted(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ.get("CONTENT_LENGTH") and "HTTP_TRANSFER_ENCODING" not in environ:
            environ.pop("wsgi.input_terminated", None)
        return app(environ, start_response)

    return counted

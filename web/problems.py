"""One table from refusals to HTTP: problem+json (RFC 9457) for programs, a page for people."""

from __future__ import annotations

from typing import Any, Final

from flask import Flask, Response, current_app, jsonify, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from ledger.chain.rpc import RpcRefused, WrongChain
from ledger.domain import errors
from ledger.domain.said import said
from web.api.problem_pages import PAGES

STATUS: Final[dict[type[errors.LedgerError], int]] = {
    errors.Invalid: 422,
    errors.BadSignature: 422,
    errors.Unknown: 404,
    errors.Unauthenticated: 401,
    errors.Forbidden: 403,
    errors.Conflict: 409,
    errors.TooLarge: 413,
    errors.TooMany: 429,
    errors.Unavailable: 503,
    WrongChain: 503,
    RpcRefused: 503,
}
PATH = "/problems/"
_FOR_PROGRAMS: Final = ("application/json", "application/problem+json", "application/linkset+json")


def register(app: Flask) -> None:
    """Answer every refusal in one form."""
    app.register_error_handler(errors.LedgerError, refused)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, unexpected)


def wants_json() -> bool:
    """Whether the caller is a program."""
    if request.path.startswith("/v1/"):
        return True
    best = request.accept_mimetypes.best_match(["text/html", *_FOR_PROGRAMS])
    return best not in (None, "text/html")


def problem(status: int, code: str, title: str, detail: str, **more: Any) -> Response:
    """One problem, in the form that the caller reads."""
    if not wants_json():
        response = Response(
            render_template("problem.html", title=title, detail=detail, status=status, faults=more.get("errors", ())),
            status,
            mimetype="text/html",
        )
    else:
        body = {"type": PATH + code, "title": title, "status": status, "detail": detail, "instance": request.path}
        response = jsonify(body | {name: value for name, value in more.items() if value})
        response.status_code = status
        response.mimetype = "application/problem+json"
    if status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="touchmark"'
    return response


def status_of(error: errors.LedgerError) -> int:
    """The HTTP status of a refusal."""
    return next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), 400)


def status_of_form(error: errors.LedgerError, usual: int = 422) -> int:
    """The status of a page that comes back with a refusal on it: `usual`, unless it is not for its reader to mend."""
    status = status_of(error)
    return status if status in (413, 429, 503) else usual


def refused(error: errors.LedgerError) -> Response:
    """The answer to a refusal."""
    status = status_of(error)
    faults = [{"where": fault.where, "what": fault.what, "mend": fault.mend} for fault in error.faults]
    response = problem(status, error.code, error.title, error.detail, errors=faults)
    if isinstance(error, errors.TooMany):
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def _http(error: HTTPException) -> Response:
    status = error.code or 500
    words = {
        404: said("There is no page at this address. Check it, or start at the front page."),
        405: said("This address does not take that kind of request."),
        413: said("The file is larger than is taken at once. Split it and send the parts."),
        415: said("Send JSON, with the header “Content-Type: application/json”."),
        400: said("The request cannot be read."),
    }
    code = {
        400: "bad-request",
        404: "no-such-page",
        405: "wrong-method",
        413: "too-large",
        415: "wrong-type",
        429: "too-many",
    }
    kind = code.get(status, "refused")
    detail = words.get(status) or error.description or PAGES[kind].means
    if isinstance(error, CSRFError):
        detail = said("This page was open for too long, so nothing was sent. Load it again, then send it once more.")
    elif status == 400 and error.description and wants_json():
        detail = error.description
    response = problem(status, kind, PAGES[kind].title, detail)
    for name, value in error.get_headers():
        if name.lower() in ("allow", "retry-after"):
            response.headers[name] = value
    return response


def unexpected(error: Exception) -> Response:
    """The answer where we broke. The person gets a sentence, the log the rest; nothing of the inside is shown."""
    current_app.logger.exception("unexpected", exc_info=error)
    return problem(
        500,
        "our-fault",
        said("Something broke on our side"),
        said("This is our fault, not yours. Look whether what you wanted was done; if not, try again."),
    )

"""In front of the application: answers to scans that are kept, given again while nothing moved what they rest on.

Before each one the database is asked for its stamp (`Store.stamp`): where that has moved, the answer is made anew, so
that a theft that was acknowledged a moment ago is told by every process at once. What only time changes (the hour on
the page, a deadline) may be some seconds old; a node that fell silent is noticed. Only plain requests are answered
here: no cookie, no key, no question, no tap. They are limited, counted and noted as ever.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from flask import Flask, Request

from ledger.domain.errors import Unavailable
from ledger.domain.standing_reading import NODE_SILENCE
from ledger.services.ports import Ledger
from web.first_looks import first_look
from web.kept_answers import Kept, KeptAnswers, Stamp, about_of
from web.limits import Spent, spend_from, told
from web.logs import ROUTE
from web.metrics import count_verdict
from web.scan.address import raw_path
from web.scan.looker import note_look
from web.scan.pace import is_public

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_PAGES, _API = "/01/", "/v1/items/"
_PLAIN: Final = re.compile(r"(?:lang=[A-Za-z-]{2,10})?")
_OWN: Final = (
    *("HTTP_COOKIE", "HTTP_AUTHORIZATION", "HTTP_RANGE"),
    *("HTTP_IF_MATCH", "HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE", "HTTP_IF_UNMODIFIED_SINCE"),
)
"""Headers that make a request somebody's own."""
_SAME: Final = (
    *("wsgi.url_scheme", "HTTP_HOST", "SCRIPT_NAME", "QUERY_STRING"),
    *("HTTP_ACCEPT", "HTTP_ACCEPT_LANGUAGE", "HTTP_ACCEPT_ENCODING"),
)
"""What two requests must share to be given the same bytes."""
_LONGEST: Final = 2_000
"""Characters of all that together, beyond which nothing is kept: no browser says as much."""
_OF_THE_ASKER: Final = frozenset({"ratelimit", "ratelimit-policy"})


@dataclass(frozen=True, slots=True)
class _Place:
    """Where an answer is kept; as of what, and when, it was asked for."""

    key: Hashable
    stamp: Stamp
    now: int


def front_desk(inner: WSGIApplication, app: Flask, ledger: Ledger) -> WSGIApplication:
    """Answer from what is kept where that may be; let everything else through, and keep what a view says may be."""
    answers = KeptAnswers()
    app.extensions["kept_answers"] = answers

    def serve(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        place = _place(ledger, environ)
        if place is None:
            return inner(environ, start_response)
        kept = answers.get(place.key, place.stamp, place.now)
        with app.app_context():
            headers = _headers(environ, kept) if kept else None
            if kept is None and (first := first_look(ledger, environ)) is not None:
                kept = Kept(first.headers, first.body, first.about, first.route, place.stamp, place.now)
                answers.put(place.key, kept)
                environ[ROUTE] = kept.route
                headers = [*kept.headers, *told(first.spent).items()]
        if kept is not None and headers is not None:
            start_response("200 OK", headers)
            return [kept.body]
        return _made(answers, place, inner, environ, start_response)

    return serve


def _place(ledger: Ledger, environ: WSGIEnvironment) -> _Place | None:
    """None for a request whose answer is nobody else's, or while the database does not say how it stands."""
    if environ["REQUEST_METHOD"] != "GET" or any(name in environ for name in _OWN):
        return None
    path = raw_path(environ)
    if not path.startswith((_PAGES, _API)) or not _PLAIN.fullmatch(environ.get("QUERY_STRING", "")):
        return None
    key = (path, *(environ.get(name) for name in _SAME))
    if sum(len(one or "") for one in key) > _LONGEST:
        return None
    now = ledger.now()
    try:
        shared, items, seen = ledger.store.stamp()
    except Unavailable:
        return None
    heard = seen is not None and abs(now - seen) < NODE_SILENCE.total_seconds()
    return _Place(key, (shared, items, heard), now)


def _headers(environ: WSGIEnvironment, kept: Kept) -> list[tuple[str, str]] | None:
    """Those of a kept answer for this asker, who is limited, counted and noted; None for one who asks too often."""
    address = environ.get("REMOTE_ADDR")
    spent: Spent | None = None
    if kept.route.startswith(_API) or is_public(address):
        spent = spend_from(address)
        if spent.over:
            return None
    environ[ROUTE] = kept.route
    count_verdict(kept.about.verdict)
    if kept.about.look:
        note_look(Request(environ), kept.about.item, kept.about.verdict)
    return [*kept.headers, *(told(spent).items() if spent else ())]


def _made(
    answers: KeptAnswers, place: _Place, inner: WSGIApplication, environ: WSGIEnvironment, start_response: StartResponse
) -> Iterable[bytes]:
    """The application's answer, kept on its way where its view says that it may be."""
    given: list[tuple[str, list[tuple[str, str]]]] = []

    def noted(status: str, headers: list[tuple[str, str]], error: Any = None) -> Any:
        given.append((status, headers))
        return start_response(status, headers, error)

    answer = inner(environ, noted)
    about = about_of(environ)
    if about is None or len(given) != 1 or not given[0][0].startswith("200 "):
        return answer
    headers = given[0][1]
    if any(name.lower() == "set-cookie" for name, _ in headers):
        return answer
    body = _whole(answer)
    shared = tuple((name, value) for name, value in headers if name.lower() not in _OF_THE_ASKER)
    answers.put(place.key, Kept(shared, body, about, str(environ[ROUTE]), place.stamp, place.now))
    return [body]


def _whole(answer: Iterable[bytes]) -> bytes:
    """A body in one piece, and its source let go (PEP 3333)."""
    try:
        return b"".join(answer)
    finally:
        getattr(answer, "close", lambda: None)()

"""A set of links as RFC 9264 writes it, valid against GS1's schema of it, and as a page for people."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Final

from flask import Response, render_template, request

from ledger.domain.link_types import can_be_listed
from web.languages import language_of
from web.resolver.links import TAGS, Level, Link

CONTEXT: Final = "https://ref.gs1.org/standards/resolver/linkset-context"
"""Makes JSON-LD of a set of links in JSON."""
LINKSET, JSON, JSON_LD, HTML = "application/linkset+json", "application/json", "application/ld+json", "text/html"


def as_json(levels: Iterable[Level]) -> dict[str, Any]:
    """The set in the JSON form of RFC 9264, 4.2.

    GS1's schema has room for fewer URIs than there are: types that it would refuse are left out.
    """
    return {"linkset": [_context(level) for level in levels]}


def _context(level: Level) -> dict[str, Any]:
    links: dict[str, list[dict[str, Any]]] = {}
    for link in level.links:
        if can_be_listed(link.type):
            links.setdefault(link.type, []).append(_target(link))
    return {"anchor": level.anchor, "itemDescription": level.description, **links}


def _target(link: Link) -> dict[str, Any]:
    target: dict[str, Any] = {"href": link.href, "title": link.title}
    if link.media is not None:
        target["type"] = link.media
    if link.languages:
        target["hreflang"] = list(link.languages)
    return target


def answer_linkset(levels: tuple[Level, ...], status: int = 200) -> Response:
    """The set in the form that the request accepts; JSON where it names none (resolver standard, 2.10)."""
    form = request.accept_mimetypes.best_match([LINKSET, JSON, JSON_LD, HTML], LINKSET)
    body = as_json(levels)
    if form == HTML:
        embedded = {"@context": CONTEXT} | body
        shown = {"levels": levels, "embedded": embedded, "missing": status == 404, "spoken": TAGS[language_of(request)]}
        page = render_template("resolver/links.html", **shown)
        response = Response(page, status, mimetype=HTML)
    else:
        if form == JSON_LD:
            body = {"@context": CONTEXT} | body
        response = Response(json.dumps(body, ensure_ascii=False), status, mimetype=form)
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        response.headers["Cache-Control"] = "no-store"
    response.headers.add("Link", f'<{CONTEXT}>; rel="http://www.w3.org/ns/json-ld#context"; type="{JSON_LD}"')
    return response

"""What makes pages quick on a slow line: files that are kept for ever under their content's name, and less to send.

1. An address of a static file carries a piece of its SHA-256, so a browser never asks for it twice.
2. Text is sent compressed to whoever takes that (RFC 9110, 8.4.1.3), unless the page holds somebody's secret: beside
   what a visitor typed, the length of a compressed page would tell of a token in it (the attack called BREACH).
"""

from __future__ import annotations

import functools
import gzip
import hashlib
from pathlib import Path
from typing import Any, Final

from flask import Flask, Response, has_request_context, request, session

from web.languages import chosen_in

_TEXT: Final = frozenset({"text/html", "text/css", "text/javascript", "image/svg+xml"})
_LEAST: Final = 1_000
"""Bytes below which an answer fits one packet anyway."""
_MOST: Final = 512 * 1024
_DIGITS: Final = 12


def register(app: Flask) -> None:
    """Name static files by their content, and compress text."""
    folder = Path(app.static_folder or "")

    @app.url_defaults
    def _named(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == "static" and (tag := _tag(folder / values.get("filename", ""))):
            values.setdefault("v", tag)

    made: dict[tuple[str, ...], str] = {}

    def url_for(endpoint: str, **values: Any) -> str:
        """Flask's, for templates; an address that holds nothing of anybody's is made once."""
        file = values.get("filename", "")
        if not has_request_context() or "." in endpoint[:1] or values.keys() - {"filename"}:
            return app.url_for(endpoint, **values)
        key = (endpoint, file, _tag(folder / file) if file else "", request.script_root, chosen_in(request) or "")
        if key not in made:
            made[key] = app.url_for(endpoint, **values)
        return made[key]

    app.jinja_env.globals["url_for"] = url_for

    @app.after_request
    def _sent(response: Response) -> Response:
        if request.endpoint == "static" and response.status_code in (200, 304):
            _keep(response, folder)
        return _compressed(response)


def _keep(response: Response, folder: Path) -> None:
    name = str((request.view_args or {}).get("filename", ""))
    if request.args.get("v") == _tag(folder / name):
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"


def _compressed(response: Response) -> Response:
    if response.mimetype not in _TEXT or response.status_code != 200 or "Content-Encoding" in response.headers:
        return response
    if response.mimetype == "text/html" and (session or session.modified):
        return response
    response.vary.add("Accept-Encoding")
    size = response.content_length
    if size is None or not _LEAST <= size <= _MOST or request.accept_encodings.best_match(("gzip",)) != "gzip":
        return response
    if request.method != "GET" or "Range" in request.headers:
        return response
    response.direct_passthrough = False
    # What a visitor was shown is not kept for the next.
    pack = _packed_file if request.endpoint == "static" else _packed
    response.set_data(pack(response.get_data()))
    response.headers["Content-Encoding"] = "gzip"
    response.headers.pop("Accept-Ranges", None)
    etag, _ = response.get_etag()
    if etag:
        # The same content in another coding: equal in meaning, not byte for byte (RFC 9110, 8.8.1).
        response.set_etag(etag, weak=True)
    return response


def _packed(content: bytes) -> bytes:
    return gzip.compress(content, 6, mtime=0)


_packed_file = functools.lru_cache(maxsize=64)(_packed)


def _tag(file: Path) -> str:
    try:
        return _tag_of(file, file.stat().st_mtime_ns)
    except OSError:
        return ""


@functools.lru_cache(maxsize=64)
def _tag_of(file: Path, _changed_at: int) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()[:_DIGITS]

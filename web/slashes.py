"""Serials with a slash in the interface's addresses: GS1 set 82 has one, and a decoded path cannot tell it from others.

An encoded slash (`%2F`) under `/v1/items/` becomes a private character before routing, which no serial can hold, and
becomes a slash again where the address is read (`web.api.shapes.ItemPath`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, unquote_to_bytes

from web.scan.address import raw_path

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

SLASH: Final = "\ue000"
"""From Unicode's private use area: in no GS1 key."""
_ENCODED: Final = re.compile("%2f", re.IGNORECASE)
_ITEMS: Final = "/v1/items/"


def keep_slashes(app: WSGIApplication) -> WSGIApplication:
    """Route addresses of items by the slashes that were sent as such."""

    def kept(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        raw = raw_path(environ)
        if raw.startswith(_ITEMS) and _ENCODED.search(raw):
            environ["PATH_INFO"] = unquote_to_bytes(_ENCODED.sub(quote(SLASH), raw)).decode("latin-1")
        return app(environ, start_response)

    return kept

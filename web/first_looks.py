"""First answers to plain requests for an item's JSON, made at the front desk.

Such a request passes every gate of the application anyhow: it has no key, no cookie, no body, and an address that its
route takes. To go through all of them takes as long as to answer. Whatever is not plainly an answer goes on to the
application, with what was found out so far: where the asker stands, and what the ledger shows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from flask import current_app
from werkzeug.http import http_date, quote_etag

from ledger.services.ports import Ledger
from ledger.services.scan_item import scan_item
from ledger.services.scanned import NEWEST
from web.api.items import LOOKED_UP, RULE, about_kept, told
from web.kept_answers import About
from web.limits import Spent, already, spend_from
from web.metrics import count_verdict
from web.safety import HEADERS
from web.scan.address import raw_path

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_ITEM: Final = re.compile(r"/v1/items/([0-9]{14})/([0-9A-Za-z_.-]{1,20})")
"""Addresses that mean what they say: nothing in them is encoded, and no other route is like them."""


@dataclass(frozen=True, slots=True)
class First:
    """An answer of 200: its headers for whoever asks, and where the asker of this one stands."""

    headers: tuple[tuple[str, str], ...]
    body: bytes
    about: About
    route: str
    spent: Spent


def first_look(ledger: Ledger, environ: WSGIEnvironment) -> First | None:
    """The answer, which may be kept; None where the application has to answer. Asked in the application's context."""
    asked = _ITEM.fullmatch(raw_path(environ))
    if asked is None:
        return None
    spent = spend_from(environ.get("REMOTE_ADDR"))
    already(environ, spent)
    if spent.over:
        return None
    try:
        scan = scan_item(ledger, *asked.groups(), newest=NEWEST)
        about = about_kept(scan)
        if about is None:
            environ[LOOKED_UP] = scan
            return None
        body, etag = told(ledger, scan)
    except Exception:  # noqa: BLE001 - whatever is wrong, the application meets it again and says so
        return None
    count_verdict(about.verdict)
    headers = (
        ("Content-Type", "application/json"),
        ("Content-Length", str(len(body))),
        ("ETag", quote_etag(etag, weak=True)),
        ("Cache-Control", "no-cache"),
        ("Date", http_date()),
        *current_app.extensions[HEADERS],
    )
    return First(headers, body, about, RULE, spent)

"""How often one caller may ask: counted by organisation, else by connection, and told in every answer.

The web processes of one machine count together (web/shared_counts.py, where `ledger/web_server.py` has made them a
folder); one process alone has such a table to itself. A limit never hides bad news: whoever looks up items too fast is
still told of a stolen or counterfeit one (see `spend`).
"""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv6Address, ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from flask import Flask, Response, current_app, g, request

from ledger.domain.errors import TooMany
from ledger.domain.organisations import Caller
from ledger.domain.said import said
from web.metrics import FOLDER
from web.shared_counts import WINDOW, SharedCounts

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment


@dataclass(frozen=True, slots=True)
class Pace:
    """What one caller may do in a minute; items of a bulk check count one by one."""

    read: int = 1_200
    write: int = 300
    anonymous_read: int = 600
    anonymous_write: int = 60
    items: int = 60_000
    anonymous_items: int = 600


_READS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_PREFIX: Final = "/v1/"
_COUNTED: Final = "touchmark.counted"


def register(app: Flask, pace: Pace) -> None:
    """Count requests to the API; say in every answer how many are left (draft-ietf-httpapi-ratelimit-headers-10)."""
    app.extensions["pace"] = pace
    folder = os.environ.get(FOLDER)
    app.extensions["touchmark_limiter"] = SharedCounts(Path(folder) / "limits" if folder else None)

    @app.before_request
    def _count() -> None:
        if not _counts_itself():
            _count_request()

    @app.after_request
    def _tell(response: Response) -> Response:
        spent: Spent | None = g.get("spent")
        if spent is not None:
            response.headers.update(told(spent))
        return response


@dataclass(frozen=True, slots=True)
class Spent:
    """Where a caller stands: `left` of `most` in `window` seconds, whole again in `resets` seconds."""

    name: str
    most: int
    window: int
    left: int
    resets: int
    over: bool = False


def spend(items: int = 1) -> Spent:
    """Count looked-up items for a view that counts by itself, and say whether they are too many.

    Such a view still gives the bad news among them.
    """
    pace: Pace = current_app.extensions["pace"]
    counted: Spent | None = request.environ.pop(_COUNTED, None)
    g.spent = spent = counted or _spend(_who(), pace.items if _caller() else pace.anonymous_items, items)
    return spent


def spend_later() -> Callable[[int], Spent]:
    """`spend` for the present caller's stream, which goes on when the request is over. It tells no header."""
    app: Any = current_app
    own, pace = app._get_current_object(), app.extensions["pace"]  # noqa: SLF001 - as Flask documents it
    who, most = _who(), pace.items if _caller() else pace.anonymous_items

    def count(items: int) -> Spent:
        with own.app_context():
            return _spend(who, most, items)

    return count


def spend_from(address: str | None) -> Spent:
    """Count one item looked up from an address, by nobody in particular."""
    pace: Pace = current_app.extensions["pace"]
    return _spend(connection(address), pace.anonymous_items, 1)


def already(environ: WSGIEnvironment, spent: Spent) -> None:
    """Note that the item which this request looks up was counted before its view asks."""
    environ[_COUNTED] = spent


def told(spent: Spent) -> dict[str, str]:
    """Where a caller stands, as headers."""
    return {
        "RateLimit-Policy": f'"{spent.name}";q={spent.most};w={spent.window}',
        "RateLimit": f'"{spent.name}";r={spent.left};t={spent.resets}',
    }


def _spend(who: str, most: int, items: int) -> Spent:
    return _hit("items", most, (who, "items"), items)


def _hit(name: str, most: int, whose: tuple[str, str], cost: int = 1) -> Spent:
    counts: SharedCounts = current_app.extensions["touchmark_limiter"]
    # A caller that has got another limit begins anew with it.
    counted, used, since = counts.spend("/".join((*whose, str(most))), most, cost)
    resets = max(1, math.ceil(since + WINDOW - time.time()))
    return Spent(name, most, WINDOW, most - used, resets, not counted)


@lru_cache(4_096)
def connection(address: str | None) -> str:
    """What counts as one connection: an IPv4 address, or the 64 bits of IPv6 that one household has."""
    try:
        found = ip_address(address or "")
    except ValueError:
        return "unknown"
    if isinstance(found, IPv6Address):
        return str(found.ipv4_mapped) if found.ipv4_mapped else found.exploded[:19]
    return str(found)


def _caller() -> Caller | None:
    caller: Caller | None = g.get("caller")
    return caller


def _who() -> str:
    caller = _caller()
    return caller.organisation.id if caller else connection(request.remote_addr)


def _policy() -> int:
    pace: Pace = current_app.extensions["pace"]
    if request.method in _READS:
        return pace.read if _caller() else pace.anonymous_read
    return pace.write if _caller() else pace.anonymous_write


def _counts_itself() -> bool:
    """Whether this request is none of the API's, or its view counts what it looks up."""
    view = current_app.view_functions.get(request.endpoint or "")
    return view is None or not request.path.startswith(_PREFIX) or bool(getattr(view, "counts_itself", False))


def _count_request() -> None:
    """Count one request to the API. Raises TooMany."""
    limit, name = _policy(), "read" if request.method in _READS else "write"
    g.spent = spent = _hit(name, limit, (_who(), name))
    if spent.over:
        raise TooMany(
            said(
                "That was more than %(limit)s. Wait %(wait)s seconds, then go on.",
                limit=f"{limit} per 1 minute",
                wait=spent.resets,
            ),
            retry_after=spent.resets,
        )

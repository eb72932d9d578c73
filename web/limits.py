"""How often one caller may ask: counted by organisation, else by connection, and told in every answer.

The web processes of one machine count together (web/shared_counts.py, where `ledger/web_server.py` has made them a
folder); one process alone has such a table to itself. A limit never hides bad news: whoever looks up items too fast is
still told of a stolen or counterfeit one (see `spend`).
"""

from __future__ import annotations

import functools
import math
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from typing import TYPE_CHECKING, Any, Final

from flask import Flask, Response, current_app, g, request
from limits import RateLimitItem, parse

from ledger.domain.errors import TooMany
from ledger.domain.organisations import Caller
from ledger.domain.said import said
from web.metrics import FOLDER
from web.shared_counts import SCHEME, SharedCounts, expect_window

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment


@dataclass(frozen=True, slots=True)
class Pace:
    """What one caller may do, in the words of `limits`; items of a bulk check count one by one."""

    read: str = "1200/minute"
    write: str = "300/minute"
    anonymous_read: str = "600/minute"
    anonymous_write: str = "60/minute"
    items: str = "60000/minute"
    anonymous_items: str = "600/minute"


_READS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_PREFIX: Final = "/v1/"
_COUNTED: Final = "touchmark.counted"


def register(app: Flask, pace: Pace) -> None:
    """Count requests to the API; say in every answer how many are left (draft-ietf-httpapi-ratelimit-headers-10)."""
    app.extensions["pace"] = pace
    folder = os.environ.get(FOLDER)
    app.extensions["touchmark_limiter"] = SharedCounts(f"{SCHEME}://{folder}/limits" if folder else f"{SCHEME}://")

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


def _spend(who: str, most: str, items: int) -> Spent:
    return _hit("items", _parsed(most), (who, "items"), items)


def _hit(name: str, limit: RateLimitItem, whose: tuple[str, ...], cost: int = 1) -> Spent:
    counts: SharedCounts = current_app.extensions["touchmark_limiter"]
    counted, used, since = counts.spend(limit.key_for(*whose), limit.amount, cost)
    resets = max(1, math.ceil(since + limit.get_expiry() - time.time()))
    return Spent(name, limit.amount, limit.get_expiry(), limit.amount - used, resets, not counted)


@functools.cache
def _parsed(most: str) -> RateLimitItem:
    found = parse(most)
    expect_window(found.get_expiry())
    return found


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


def _policy() -> str:
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
    limit, name = _parsed(_policy()), "read" if request.method in _READS else "write"
    g.spent = spent = _hit(name, limit, (_who(), name))
    if spent.over:
        raise TooMany(
            said("That was more than %(limit)s. Wait %(wait)s seconds, then go on.", limit=limit, wait=spent.resets),
            retry_after=spent.resets,
        )

"""What the ledger shows of an item, to anyone, and what happened to it."""

from __future__ import annotations

import hashlib
import re
from typing import Final, Literal

from flask import Response, request
from pydantic import ConfigDict, Field
from pydantic_core import to_json

from ledger.domain.errors import TooMany
from ledger.domain.organisations import Scope
from ledger.domain.standing_headlines import BAD_NEWS
from ledger.services.make_labels import own_item_code
from ledger.services.ports import Ledger
from ledger.services.scan_item import scan_item
from ledger.services.scanned import NEWEST, Scan
from ledger.services.tell_history import history
from web.api.operation import answer, blueprint, caller, here, operation
from web.api.shapes import In, ItemPath, Out, moment
from web.kept_answers import About, may_be_kept
from web.limits import spend
from web.metrics import count_verdict
from web.scan.page import slowed
from web.scan_json import ScanOut, TimelineEntryOut, scan_out, timeline_entry_out

RULE: Final = "/v1/items/<gtin>/<path:serial>"
LOOKED_UP: Final = "touchmark.looked_up"
"""Where a request's environment holds the scan that was made for it before its view asks."""

bp = blueprint("items", "What the ledger shows of an item, to anyone.")


class ItemQuery(In):
    """How much of the record. What else stands behind a code's question mark is no business of this address."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    entries: Literal["newest", "all"] = Field(
        "newest", description=f"The {NEWEST} newest inspections and services, or every one (at most 200)."
    )


class HistoryQuery(In):
    """Which page of the history."""

    cursor: str | None = Field(
        None, pattern=r"^[0-9]{1,18}-[0-9]{1,9}$", description="From the answer before, as it is."
    )
    limit: int = Field(50, ge=1, le=200)


class HistoryOut(Out):
    """What happened to an item and to its batch, oldest first."""

    items: list[TimelineEntryOut]
    next: str | None


@operation(
    bp,
    "GET",
    RULE,
    answers={200: ScanOut, 304: None},
    anyone=True,
    counts_itself=True,
)
def get_item(path: ItemPath, query: ItemQuery) -> Response:
    """What the ledger shows of an item

    Every code has an answer, also one that is not registered here (`unknown`) or cannot be right (`bad_code`).
    Who asks too often is answered 429, except where the news is bad.
    """
    ledger, spent = here(), spend()
    newest = NEWEST if query.entries == "newest" else None
    scan: Scan = request.environ.pop(LOOKED_UP, None) or scan_item(ledger, path.gtin, path.serial, newest=newest)
    if spent.over:
        scan = slowed(scan, spent.resets, moment(ledger.now()))
    count_verdict(scan.standing.key.value)
    if spent.over and scan.standing.key not in BAD_NEWS:
        raise TooMany(f"Too many items at once. Wait {spent.resets} seconds.", retry_after=spent.resets)
    body, etag = told(ledger, scan, newest)
    response = Response(body, mimetype="application/json")
    response.set_etag(etag, weak=True)
    if (about := about_kept(scan)) is not None and not spent.over:
        may_be_kept(about)
    response.headers["Cache-Control"] = "no-cache"
    response.make_conditional(request)
    return response


def told(ledger: Ledger, scan: Scan, newest: int | None = NEWEST) -> tuple[bytes, str]:
    """An item's JSON, and its weak ETag: the moment of asking is no part of what was answered, wherever it stands."""
    shown = scan_out(ledger, scan, newest)
    body = shown.model_dump_json().encode()
    return body, hashlib.sha256(body.replace(to_json(shown.checked_at), b"")).hexdigest()[:32]


def about_kept(scan: Scan) -> About | None:
    """What the JSON of a scan is about, where it may be given again; None where each asker's is made anew."""
    # What an order of a court holds is free again at a second that no stamp moves with.
    if scan.subject is None or scan.facts.holds:
        return None
    return About(scan.subject.item.item, scan.standing.key.value, look=False)


@operation(
    bp,
    "GET",
    "/v1/items/<gtin>/<path:serial>/timeline",
    answers={200: HistoryOut},
    anyone=True,
    refuses=(404,),
)
def get_timeline(path: ItemPath, query: HistoryQuery) -> Response:
    """What happened to an item"""
    after = (-1, -1)
    if query.cursor is not None:
        block, place = re.split("-", query.cursor)
        after = int(block), int(place)
    found = history(here(), path.gtin, path.serial, after, query.limit + 1)
    shown = [timeline_entry_out(one) for _, one in found[: query.limit]]
    following = None
    if len(found) > query.limit:
        block_at, place_at = found[query.limit - 1][0]
        following = f"{block_at}-{place_at}"
    response = answer(HistoryOut(items=shown, next=following))
    if following is not None:
        response.headers["Link"] = f'<{request.path}?cursor={following}&limit={query.limit}>; rel="next"'
    return response


_PICTURES = {"svg": "image/svg+xml", "png": "image/png"}


@operation(
    bp,
    "GET",
    "/v1/items/<gtin>/<path:serial>/code.svg",
    answers={200: {"description": "The code", "content": {"image/svg+xml": {"schema": {"type": "string"}}}}},
    scope=Scope.LABELS,
    refuses=(404,),
)
def get_code_svg(path: ItemPath) -> Response:
    """The code of one of your items, as SVG"""
    return _code(path, "svg")


@operation(
    bp,
    "GET",
    "/v1/items/<gtin>/<path:serial>/code.png",
    answers={
        200: {
            "description": "The code",
            "content": {"image/png": {"schema": {"type": "string", "format": "binary"}}},
        }
    },
    scope=Scope.LABELS,
    refuses=(404,),
)
def get_code_png(path: ItemPath) -> Response:
    """The code of one of your items, as PNG"""
    return _code(path, "png")


def _code(path: ItemPath, kind: str) -> Response:
    content = own_item_code(here(), caller(), path.gtin, path.serial, kind)
    response = Response(content, mimetype=_PICTURES[kind])
    response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    response.headers["Cache-Control"] = "private, max-age=86400"
    return response

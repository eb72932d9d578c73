"""EPCIS 2.0: what the chain tells as events of the supply chain, and events that others tell of items.

The names `capture` and `events`, their parameters and headers are the standard's (GS1 EPCIS 2.0, section 12).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final, Literal
from urllib.parse import quote, urlencode

from flask import Response, request
from pydantic import BaseModel, ConfigDict, Field, RootModel

from ledger.domain.epcis import document, query_document
from ledger.domain.epcis_told import MOST_BYTES, MOST_EVENTS, Behaviour, Capture
from ledger.domain.organisations import Scope
from ledger.files.epcis_text import document_text, event_lines
from ledger.services.epcis_capture import capture, own_capture, own_captures
from ledger.services.epcis_export import FOREVER, batch_events, item_page, period_page
from web.api.epcis_body import read_events
from web.api.operation import FaultOut, answer, blueprint, caller, here, operation
from web.api.shapes import IdPath, In, ItemPath, Moment, Out, PageQuery, moment, next_cursor, page
from web.scan.address import raw_path

bp = blueprint("epcis", "EPCIS 2.0: events of items, told to whoever reads that standard, and taken from others.")

_LD: Final = "application/ld+json"
_JSON: Final = "application/json"
_NDJSON: Final = "application/x-ndjson"
_EVENTS: Final = {
    200: {
        "description": "An EPCISDocument, or one event a line",
        "content": {
            _LD: {"schema": {"type": "object", "description": "EPCISDocument (GS1 EPCIS 2.0, JSON-LD)."}},
            _JSON: {"schema": {"type": "object", "description": "The same."}},
            _NDJSON: {"schema": {"type": "string", "description": "One event a line, each with its own context."}},
        },
    }
}
_VERSIONS: Final = {"GS1-EPCIS-Version": "2.0.0", "GS1-CBV-Version": "2.0.0"}


class EventsQuery(In):
    """Which page of an item's events."""

    cursor: str | None = Field(
        None, pattern=r"^[0-9]{1,18}-[0-9]{1,9}$", description="From the answer before, as it is."
    )
    limit: int = Field(200, ge=1, le=500)


class PeriodQuery(In):
    """Which events, by the time they were recorded at; the standard's names mean the same."""

    since: Moment | None = Field(None, alias="from", description="Recorded at this time or later.")
    to: Moment | None = Field(None, description="Recorded before this time.")
    ge_record_time: Moment | None = Field(None, alias="GE_recordTime", description="As `from`.")
    lt_record_time: Moment | None = Field(None, alias="LT_recordTime", description="As `to`.")
    per_page: int = Field(100, alias="perPage", ge=1, le=500, description="Events in one answer, corrections as one.")
    next_page_token: str | None = Field(
        None,
        alias="nextPageToken",
        max_length=60,
        pattern=r"^(?:[0-9]{1,18}-[0-9]{1,9}-[0-9]{1,9}|told-(?:tev_[0-9A-HJKMNP-TV-Z]{26})?)$",
        description="From the answer before, as it is.",
    )
    form: Literal["document", "query"] = Field("document", description="EPCISDocument, or EPCISQueryDocument.")


class CaptureHeaders(BaseModel):
    """What becomes of the good events where some are not."""

    model_config = ConfigDict(frozen=True)

    behaviour: Behaviour = Field(Behaviour.ROLLBACK, alias="GS1-Capture-Error-Behaviour")


class CaptureIn(RootModel[Any]):
    """An EPCISDocument, one event with its context, or a list of such events."""

    model_config = ConfigDict(
        json_schema_extra={
            "anyOf": [
                {"type": "object", "maxProperties": 200, "additionalProperties": {}},
                {"type": "array", "maxItems": MOST_EVENTS, "items": {}},
            ]
        }
    )


class CaptureOut(Out):
    """What came of a capture (EPCISCaptureJob)."""

    captureID: str  # noqa: N815 - the standard's own name, as those below
    createdAt: datetime  # noqa: N815
    finishedAt: datetime  # noqa: N815
    running: bool
    success: bool = Field(description="Whether every event was taken, or had been before.")
    captureErrorBehaviour: str  # noqa: N815
    sent: int
    taken: int
    known: int = Field(description="Events that you had told before; they were not kept again.")
    errors: list[FaultOut]


class CaptureListOut(Out):
    """Captures, newest first."""

    items: list[CaptureOut]
    next: str | None


@operation(bp, "GET", "/v1/items/<gtin>/<path:serial>/epcis", answers=_EVENTS, anyone=True, refuses=(404,))
def get_item_epcis(path: ItemPath, query: EventsQuery) -> Response:
    """What the record shows of an item, as EPCIS events

    Only what is final, and nothing of an owner but a number. Every event has its CBV hash as its id.
    """
    ledger = here()
    after = None
    if query.cursor is not None:
        block, place = re.split("-", query.cursor)
        after = int(block), int(place)
    events, following = item_page(ledger, path.gtin, path.serial, after, query.limit)
    response = _told(events, document(events, ledger.now()))
    if following is not None:
        _link(response, {"cursor": f"{following[0]}-{following[1]}", "limit": str(query.limit)})
    return response


@operation(bp, "GET", "/v1/batches/<id>/epcis", answers=_EVENTS, scope=Scope.READ, refuses=(404,))
def get_batch_epcis(path: IdPath) -> Response:
    """The events of every item of one of your batches, as one stream

    However large the batch is, no more than some hundred items are held at once. `Accept: application/x-ndjson` gives
    one event a line.
    """
    ledger = here()
    events = batch_events(ledger, caller(), path.id)
    kind = _kind()
    stream = event_lines(events) if kind == _NDJSON else document_text(events, ledger.now())
    return _versioned(Response(stream, mimetype=kind))


@operation(bp, "GET", "/v1/epcis/events", answers=_EVENTS, scope=Scope.READ)
def list_epcis_events(query: PeriodQuery) -> Response:
    """What happened to your items, what you signed, and what was told of them by capture

    Page by page: the `Link` header leads to the next. First what the chain tells, then what was captured; who told
    what stands in the document's header.
    """
    ledger = here()
    since, until = query.since or query.ge_record_time, query.to or query.lt_record_time
    times = (
        FOREVER[0] if since is None else int(since.timestamp()),
        FOREVER[1] if until is None else int(until.timestamp()),
    )
    found = period_page(ledger, caller(), times, query.next_page_token, query.per_page)
    whole = document(found.events, ledger.now(), found.origins)
    if query.form == "query":
        whole = query_document(found.events, ledger.now())
    response = _told(found.events, whole)
    if found.next is not None:
        _link(response, {**request.args.to_dict(), "nextPageToken": found.next})
    return response


@operation(
    bp,
    "POST",
    "/v1/epcis/capture",
    answers={202: CaptureOut},
    scope=Scope.CAPTURE,
    once=True,
    largest=MOST_BYTES,
)
def capture_epcis(header: CaptureHeaders, body: CaptureIn) -> Response:
    """Tell events of items: shipping, receiving, service

    Up to 1,000 events in 2 MB: an EPCISDocument, one event, or a list. Each has to name at least one item that is
    registered here. They are shown in the item's timeline as told by you where you are its brand or accredited for it,
    else to the brand alone; no verdict rests on them. The same event again is counted, not kept twice. With
    `GS1-Capture-Error-Behaviour: proceed` good events are kept even where others are not.
    """
    good, faults = read_events(body.root)
    done = capture(here(), caller(), good, faults, proceed=header.behaviour is Behaviour.PROCEED)
    response = answer(_capture_out(done), 202, location=f"/v1/epcis/capture/{done.id}")
    response.headers["GS1-EPCIS-Capture-Limit"] = str(MOST_EVENTS)
    response.headers["GS1-EPCIS-Capture-File-Size-Limit"] = str(MOST_BYTES)
    return _versioned(response)


@operation(bp, "GET", "/v1/epcis/capture", answers={200: CaptureListOut}, scope=Scope.CAPTURE)
def list_captures(query: PageQuery) -> Response:
    """Your captures"""
    found = own_captures(here(), caller(), query.cursor, query.limit + 1)
    following = next_cursor(found, query.limit, lambda one: one.id)
    return page(
        found,
        query.limit,
        lambda rows: CaptureListOut(items=[_capture_out(one) for one in rows], next=following),
        lambda one: one.id,
    )


@operation(bp, "GET", "/v1/epcis/capture/<id>", answers={200: CaptureOut}, scope=Scope.CAPTURE, refuses=(404,))
def get_capture(path: IdPath) -> Response:
    """What came of a capture"""
    return _versioned(answer(_capture_out(own_capture(here(), caller(), path.id))))


def _capture_out(done: Capture) -> CaptureOut:
    return CaptureOut(
        captureID=done.id,
        createdAt=moment(done.created_at),
        finishedAt=moment(done.created_at),
        running=False,
        success=done.success,
        captureErrorBehaviour=done.behaviour.value,
        sent=done.sent,
        taken=done.taken,
        known=done.known,
        errors=[FaultOut(**one) for one in done.faults],
    )


def _kind() -> str:
    return request.accept_mimetypes.best_match([_LD, _JSON, _NDJSON]) or _LD


def _told(events: Iterable[Mapping[str, Any]], whole: Mapping[str, Any]) -> Response:
    """Events in the form that was asked for."""
    kind = _kind()
    content = "".join(event_lines(events)) if kind == _NDJSON else json.dumps(whole, ensure_ascii=False)
    return _versioned(Response(content, mimetype=kind))


def _versioned(response: Response) -> Response:
    response.headers.update(_VERSIONS)
    return response


def _link(response: Response, query: Mapping[str, str]) -> None:
    # A serial may hold what ends a path, or a link.
    response.headers["Link"] = f'<{quote(raw_path(request.environ), safe="/%")}?{urlencode(query)}>; rel="next"'

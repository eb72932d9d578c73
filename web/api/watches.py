"""Watches: tell me when what a check says of this item changes, while it is listed with me."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from flask import Response
from pydantic import Field, model_validator

from ledger.domain.desk.watches import MOST_AT_ONCE, Watch
from ledger.domain.organisations import Scope
from ledger.services.desk.watch_items import Wanted, add_watches, end_watch, own_watches
from web.api.operation import answer, blueprint, caller, here, operation
from web.api.shapes import Code, Gtin, IdPath, In, Moment, Out, PageQuery, Ref, Serial, moment, next_cursor, page

bp = blueprint(
    "watches",
    "Items that are listed with you: a webhook `item.verdict_changed` tells when what a check says of one changes.",
)


class WatchedItem(In):
    """One item, by what was scanned or typed, or by its GTIN and serial."""

    ref: Ref
    code: Code | None = None
    gtin: Gtin | None = None
    serial: Serial | None = None

    @model_validator(mode="after")
    def _names_one(self) -> WatchedItem:
        if (self.code is None) == (self.gtin is None) or (self.gtin is None) != (self.serial is None):
            raise ValueError("give “code”, or “gtin” and “serial”")
        return self


class NewWatches(In):
    """What to watch, and until when."""

    items: list[WatchedItem] = Field(min_length=1, max_length=MOST_AT_ONCE)
    until: Moment | None = Field(None, description="At most 90 days ahead; 30 days without it.")


class WatchOut(Out):
    """A watch. `verdict` and `advice` are what was told last."""

    id: str
    ref: str
    gtin: str
    serial: str
    verdict: str = Field(examples=["held"])
    advice: str = Field(examples=["ask_for_proof"])
    changes: int = Field(description="How many changes were told.")
    created_at: datetime
    until: datetime


class WatchesOut(Out):
    """Watches, in the order of the question."""

    items: list[WatchOut]


class WatchPageOut(Out):
    """Watches, newest first."""

    items: list[WatchOut]
    next: str | None


@operation(bp, "POST", "/v1/watches", answers={201: WatchesOut}, scope=Scope.CHECK, once=True, refuses=(409,))
def add_watches_of_items(body: NewWatches) -> Response:
    """Watch up to 1,000 items

    For platforms and brands; 100,000 watches at most. The same code under the same `ref` is one watch, and asking
    again prolongs it. Where one code cannot be watched nothing is, and each fault is named. Bad news counts as soon as
    it is signed; “cannot tell” is never told as a change.
    """
    wanted = [
        Wanted(one.code if one.code is not None else (str(one.gtin), str(one.serial)), one.ref) for one in body.items
    ]
    until = None if body.until is None else int(body.until.timestamp())
    found = add_watches(here(), caller(), wanted, until)
    return answer(WatchesOut(items=[_shown(one) for one in found]), 201)


@operation(bp, "GET", "/v1/watches", answers={200: WatchPageOut}, scope=Scope.CHECK)
def list_watches(query: PageQuery) -> Response:
    """Your watches, newest first"""
    rows = own_watches(here(), caller(), query.cursor, query.limit + 1)

    def show(shown: Sequence[Watch]) -> WatchPageOut:
        cursor = next_cursor(rows, query.limit, lambda one: one.id)
        return WatchPageOut(items=[_shown(one) for one in shown], next=cursor)

    return page(rows, query.limit, show, lambda one: one.id)


@operation(bp, "DELETE", "/v1/watches/<id>", answers={204: None}, scope=Scope.CHECK, refuses=(404,))
def remove_watch(path: IdPath) -> Response:
    """Watch an item no more"""
    end_watch(here(), caller(), path.id)
    return Response(status=204)


def _shown(one: Watch) -> WatchOut:
    return WatchOut(
        id=one.id,
        ref=one.ref,
        gtin=one.gtin,
        serial=one.serial,
        verdict=one.verdict,
        advice=one.advice,
        changes=one.changes,
        created_at=moment(one.created_at),
        until=moment(one.until),
    )

"""Stolen items: the list as it is, and its changes in order."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from flask import Response, request
from pydantic import Field

from ledger.domain.organisations import Scope
from ledger.services.desk.stolen_feed import BEGINNING, END_OF_BLOCK, Snapshot, Theft, stolen_changes, stolen_now
from web.api.operation import answer, blueprint, caller, here, operation
from web.api.shapes import In, Out, maybe_moment, moment
from web.idempotency import LINES

bp = blueprint("stolen", "Items that are reported stolen: the list, and what comes onto it and off it.")

_CURSOR: Final = r"^(?:-1--1|[0-9]{1,15}-[0-9]{1,10})$"
_GATHERED: Final = 200
"""Lines that are sent at a time."""


class SinceQuery(In):
    """From where, and how much."""

    since: str | None = Field(
        None,
        max_length=30,
        pattern=_CURSOR,
        description="The `cursor` of the answer before; without it, from the first.",
    )
    limit: int = Field(200, ge=1, le=1_000)


class StolenItem(Out):
    """An item on the list. `until` is when a brand's or the council's word ends by itself; an owner's does not."""

    gtin: str
    serial: str
    by: list[str] = Field(description="Who says so: owner, brand, council. Nobody is named.")
    until: datetime | None


class StolenChange(StolenItem):
    """One change, as of its block. Off the list, `by` is empty."""

    stolen: bool = Field(description="Whether it is on the list after this.")
    at: datetime
    cursor: str


class StolenChanges(Out):
    """Changes, oldest first. Only what is final is among them, so none is ever taken back."""

    items: list[StolenChange]
    cursor: str = Field(description="Send it as `since` the next time, also where nothing changed.")
    more: bool = Field(description="Whether there is more at once.")


@operation(bp, "GET", "/v1/stolen/changes", answers={200: StolenChanges, 304: None}, scope=Scope.CHECK)
def list_stolen_changes(query: SinceQuery) -> Response:
    """What came onto the list of stolen items, and off it

    For platforms, brands and authorities. In the order of the ledger, without gaps, and only what is final. A word of
    a brand or the council ends at its `until` without another change. Send `If-None-Match` to be told 304 when
    nothing is new.
    """
    since = BEGINNING
    if query.since is not None and query.since != "-1--1":
        block, _, place = query.since.partition("-")
        since = int(block), min(int(place), END_OF_BLOCK)
    found = stolen_changes(here(), caller(), since, query.limit)
    items = [
        StolenChange(**_shown(one), stolen=one.stolen, at=moment(one.at or 0), cursor=_cursor(one.place))
        for one in found.entries
    ]
    response = answer(StolenChanges(items=items, cursor=_cursor(found.cursor), more=found.more))
    response.headers["Cache-Control"] = "private, no-cache"
    response.add_etag()
    response.make_conditional(request)
    return response


@operation(
    bp, "GET", "/v1/stolen",
    answers={
        200: {
            "description": "The list",
            "content": {LINES: {"schema": {"type": "string", "description": "One StolenItem a line."}}},
        },
        304: None,
    },
    scope=Scope.CHECK, uses=(StolenItem,),
)  # fmt: skip
def list_stolen() -> Response:
    """All items that are reported stolen, one a line

    As of the last final block. The header `Link` (rel="next") leads to the changes from then on.
    """
    found = stolen_now(here(), caller())
    response = Response(_lines(found), mimetype=LINES)
    response.headers["Link"] = f'</v1/stolen/changes?since={_cursor(found.cursor)}>; rel="next"'
    response.headers["Cache-Control"] = "private, no-cache"
    response.set_etag(found.mark)
    if request.if_none_match.contains(found.mark):
        response.response, response.status_code = [], 304
    return response


def _lines(found: Snapshot) -> Iterator[str]:
    gathered: list[str] = []
    for one in found.thefts:
        gathered.append(StolenItem(**_shown(one)).model_dump_json() + "\n")
        if len(gathered) == _GATHERED:
            yield "".join(gathered)
            gathered.clear()
    yield "".join(gathered)


def _shown(one: Theft) -> dict[str, Any]:
    return {"gtin": one.item.gtin, "serial": one.item.serial, "by": list(one.by), "until": maybe_moment(one.until)}


def _cursor(place: tuple[int, int]) -> str:
    return f"{place[0]}-{place[1]}"

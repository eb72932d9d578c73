"""Looks at a brand's items and codes that may have been copied, for the brand's own programs."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Annotated, Final

from flask import Response
from pydantic import Field

from ledger.domain.errors import Invalid
from ledger.domain.gtins import check_gtin
from ledger.domain.looks import DAY
from ledger.domain.organisations import Scope
from ledger.domain.watching import Evidence, ItemCounted
from ledger.services import watch_items
from ledger.services.display_item import end_display, set_display
from ledger.services.watch_items import MOST_DAYS, Period
from web.api.operation import answer, blueprint, caller, here, operation
from web.api.shapes import Day, Gtin, In, ItemPath, Moment, Out, PageQuery, maybe_moment, moment, next_cursor, page
from web.scan_json import page_address

bp = blueprint("looks", "Looks at your own items, by country and day, and codes that may have been copied.")

_PLACE: Final = re.compile(r"([0-9]{1,6})-([0-9a-f]{64})-([A-Z]{0,2})")
_OneLine = Annotated[Gtin | None, Field(description="Only items of this GTIN.")]


class AlertsQuery(PageQuery):
    """Which page of the alerts, and of which line."""

    gtin: _OneLine = None
    suspected: bool = Field(False, description="Only those that buyers are warned of.")


class LooksQuery(In):
    """Which days, both included, at most 366; the last thirty, if left out. Of which line or country."""

    first: Day | None = None
    last: Day | None = None
    gtin: _OneLine = None
    country: str | None = Field(None, pattern=r"^(?:[A-Z]{2}|)$", description="ISO 3166-1; empty: not known.")
    cursor: str | None = Field(None, max_length=80, pattern=_PLACE.pattern, description="From the answer before.")
    limit: int = Field(100, ge=1, le=1_000)


class SignalOut(Out):
    """One reason to think that the code was copied."""

    sign: str = Field(description="travel, elsewhere, crowd, new_country, wrong_codes, late, listings or tag.")
    strength: str = Field(description="weak or strong; one strong or two weak ones warn buyers.")
    words: str = Field(description="As buyers read it.")
    seen_at: datetime | None = Field(description="When its newest evidence was seen. It is gone 30 days later.")


class CountryOut(Out):
    """So many looks from one country."""

    country: str | None = Field(description="ISO 3166-1; null where it is not known.")
    looks: int


class AlertOut(Out):
    """An item with unusual looks, as of now. Without signals, they have faded since."""

    id: str
    gtin: str
    serial: str
    link: str = Field(description="The item's page.")
    suspected: bool
    raised_at: datetime
    signals: list[SignalOut]
    countries: list[CountryOut] = Field(description="The looks of the last thirty days.")
    visitors: int


class AlertListOut(Out):
    """Alerts, newest first."""

    alerts: list[AlertOut]
    next: str | None


class LooksOut(Out):
    """Looks at one item on one day from one country."""

    day: date
    gtin: str
    serial: str
    country: str | None
    looks: int


class LooksListOut(Out):
    """Looks, the newest day first."""

    looks: list[LooksOut]
    next: str | None


class DisplayIn(In):
    """From and until when the item is shown to the public."""

    since: Moment | None = Field(None, description="Now, if left out.")
    until: Moment | None = Field(None, description="Until it is taken back, if left out.")


class DisplayOut(Out):
    """The mark."""

    since: datetime
    until: datetime | None


@operation(bp, "GET", "/v1/alerts", answers={200: AlertListOut}, scope=Scope.READ)
def list_alerts(query: AlertsQuery) -> Response:
    """List your items whose looks are unusual, newest first, each with its reasons"""
    gtin = None if query.gtin is None else check_gtin(query.gtin)
    found = watch_items.alerts(here(), caller(), query.cursor, query.limit + 1, gtin, suspected=query.suspected)

    def cursor(one: Evidence) -> str:
        return one.alert.id

    return page(
        found,
        query.limit,
        lambda shown: AlertListOut(
            alerts=[_alert_out(one) for one in shown], next=next_cursor(found, query.limit, cursor)
        ),
        cursor,
    )


@operation(bp, "GET", "/v1/looks", answers={200: LooksListOut}, scope=Scope.READ)
def list_looks(query: LooksQuery) -> Response:
    """List looks at your items by day, item and country

    A look knows no person and no place but its country. After ninety days only these counts are kept.
    """
    place = None if query.cursor is None else _PLACE.fullmatch(query.cursor)
    after = None if place is None else (int(place[1]), int(place[2], 16), place[3])
    found = watch_items.looks_by_item(here(), caller(), _period(query), after, query.limit + 1)
    return page(
        found,
        query.limit,
        lambda shown: LooksListOut(
            looks=[
                LooksOut(
                    day=_date(one.day),
                    gtin=one.gtin,
                    serial=one.serial,
                    country=one.country or None,
                    looks=one.count,
                )
                for one in shown
            ],
            next=next_cursor(found, query.limit, _cursor),
        ),
        _cursor,
    )


@operation(
    bp,
    "PUT",
    "/v1/items/<gtin>/<path:serial>/display",
    answers={200: DisplayOut},
    scope=Scope.ACTIVATE,
    refuses=(403, 404),
)
def mark_display(path: ItemPath, body: DisplayIn) -> Response:
    """Mark an item as shown to the public, so that its visitors are no sign of copies

    Marking it again changes the dates.
    """
    since = None if body.since is None else int(body.since.timestamp())
    until = None if body.until is None else int(body.until.timestamp())
    made = set_display(here(), caller(), path.gtin, path.serial, since, until)
    return answer(DisplayOut(since=moment(made.since), until=maybe_moment(made.until)))


@operation(
    bp,
    "DELETE",
    "/v1/items/<gtin>/<path:serial>/display",
    answers={204: None},
    scope=Scope.ACTIVATE,
    refuses=(403, 404),
)
def unmark_display(path: ItemPath) -> Response:
    """Say that an item is no longer shown to the public"""
    end_display(here(), caller(), path.gtin, path.serial)
    return Response(status=204)


def _period(query: LooksQuery) -> Period:
    gtin = None if query.gtin is None else check_gtin(query.gtin)
    today = here().now() // DAY
    last = today if query.last is None else _number(query.last)
    first = last - 29 if query.first is None else _number(query.first)
    if not first <= last < first + MOST_DAYS:
        raise Invalid(f"“first” comes before “last”, and at most {MOST_DAYS} days are asked about at once.")
    return Period(first, last, gtin, query.country)


def _number(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) // DAY


def _date(day: int) -> date:
    return datetime.fromtimestamp(day * DAY, UTC).date()


def _cursor(one: ItemCounted) -> str:
    return f"{one.day}-{one.item:064x}-{one.country}"


def _alert_out(one: Evidence) -> AlertOut:
    return AlertOut(
        id=one.alert.id,
        gtin=one.alert.gtin,
        serial=one.serial,
        link=page_address(here(), one.alert.gtin, one.serial),
        suspected=one.alert.suspected,
        raised_at=moment(one.alert.raised_at),
        signals=[
            SignalOut(sign=each.rule, strength=each.strength.value, words=each.words, seen_at=each.at)
            for each in one.signals
        ],
        countries=[CountryOut(country=country or None, looks=count) for country, count in one.countries],
        visitors=one.visitors,
    )

"""Watch: who looks at a brand's items from where, which codes may have been copied, and what else needs an eye."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug import Response as AnyResponse

from ledger.domain.errors import Invalid
from ledger.domain.looks import DAY
from ledger.domain.organisations import Role, Scope
from ledger.domain.watching import Counted
from ledger.services import watch_items
from ledger.services.display_item import end_display, set_display
from ledger.services.watch_items import Period
from web.console import bp
from web.console.items import own_item
from web.console.pages import caller_here, ledger_here, only
from web.console.watch_words import country_words, day_words, iso_day, result_of

PERIODS: Final = (7, 30, 90, 366)
_FEW: Final = 5
_GTIN: Final = re.compile(r"[0-9]{14}")
_COUNTRY: Final = re.compile(r"[A-Z]{2}|-")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_WIDTH: Final = 720
_HEIGHT: Final = 96


@dataclass(frozen=True, slots=True)
class Place:
    """One country's looks in the period; `code` is "-" where it was not known, `share` is in hundredths of the most."""

    code: str
    name: str
    count: int
    share: int


@dataclass(frozen=True, slots=True)
class OneDay:
    """One day's looks, and its bar in the drawing."""

    iso: str
    words: str
    count: int
    x: int
    y: int
    width: int
    height: int


@bp.get("/watch")
@only(Role.BRAND)
def watch() -> str:
    """The page: figures with the rows behind each of them."""
    ledger, caller = ledger_here(), caller_here()
    days, period = asked_period()
    counted = watch_items.looks_by_day(ledger, caller, period)
    alerts = watch_items.alerts(ledger, caller, None, _FEW + 1, period.gtin)
    stolen = watch_items.stolen(ledger, caller, period.gtin, _FEW + 1)
    findings = watch_items.findings(ledger, caller, period.gtin, _FEW + 1)
    return render_template(
        "console/watch.html",
        days=days,
        line=period.gtin or "",
        periods=PERIODS,
        lines=watch_items.lines_of(ledger, caller),
        total=sum(one.count for one in counted),
        places=places_of(counted),
        drawn=drawn(counted, period),
        size=(_WIDTH, _HEIGHT),
        alerts=alerts[:_FEW],
        alert_count=watch_items.count_alerts(ledger, caller),
        more_alerts=len(alerts) > _FEW,
        unclaimed=watch_items.unclaimed(ledger, caller, period.gtin),
        stolen=stolen[:_FEW],
        more_stolen=len(stolen) > _FEW,
        findings=findings[:_FEW],
        more_findings=len(findings) > _FEW,
        here=query_here(days, period),
        country_words=country_words,
        result_of=result_of,
    )


@bp.post("/items/<name>/display")
@only(Role.BRAND, scope=Scope.ACTIVATE)
def item_on_display(name: str) -> AnyResponse:
    """Mark an item as shown to the public, from and until a day where they are given; else from today."""
    ledger, caller = ledger_here(), caller_here()
    since, until = (request.form.get(name, "").strip() for name in ("since", "until"))
    with ledger.store.read() as tx:
        item = own_item(tx, name)
    # The last day is shown whole.
    last = None if not until else (_day_of(until) + 1) * DAY
    set_display(ledger, caller, item.gtin, item.serial, _day_of(since) * DAY if since else None, last)
    return redirect(url_for("console.item_page", name=name, display="set"), 303)


@bp.post("/items/<name>/display/end")
@only(Role.BRAND, scope=Scope.ACTIVATE)
def item_off_display(name: str) -> AnyResponse:
    """Take the mark away."""
    ledger, caller = ledger_here(), caller_here()
    with ledger.store.read() as tx:
        item = own_item(tx, name)
    end_display(ledger, caller, item.gtin, item.serial)
    return redirect(url_for("console.item_page", name=name, display="ended"), 303)


def asked_period() -> tuple[int, Period]:
    """The days that the address asks for, and with them the line, the one day and the country, where they are named."""
    asked = request.args
    wanted = asked.get("days", "")
    days = int(wanted) if wanted in [str(one) for one in PERIODS] else 30
    gtin = asked.get("line", "") if _GTIN.fullmatch(asked.get("line", "")) else None
    period = watch_items.last_days(ledger_here(), days, gtin)
    country = asked.get("country", "")
    if _COUNTRY.fullmatch(country):
        period = Period(period.first, period.last, gtin, "" if country == "-" else country)
    if asked.get("day"):
        one = _day_of(asked["day"])
        period = Period(one, one, gtin, period.country)
    return days, period


def query_here(days: int, period: Period) -> dict[str, Any]:
    """What the links of the page carry on."""
    return {"days": str(days)} | ({"line": period.gtin} if period.gtin else {})


def places_of(counted: Sequence[Counted]) -> list[Place]:
    """Looks by country, the most first; those without a country last."""
    sums: Counter[str] = Counter()
    for one in counted:
        sums[one.country] += one.count
    most = max(sums.values(), default=1)
    ordered = sorted(sums.items(), key=lambda pair: (not pair[0], -pair[1], pair[0]))
    return [
        Place(country or "-", country_words(country), count, max(1, round(100 * count / most)))
        for country, count in ordered
    ]


def drawn(counted: Sequence[Counted], period: Period) -> list[OneDay]:
    """Looks by day as bars, oldest first; a day without looks has none, but keeps its place."""
    sums: Counter[int] = Counter()
    for one in counted:
        sums[one.day] += one.count
    room = period.last - period.first + 1
    step, most = _WIDTH / room, max(sums.values(), default=1)
    found = []
    for day in range(period.first, period.last + 1):
        height = round((_HEIGHT - 4) * sums[day] / most)
        height = max(2, height) if sums[day] else 0
        left, right = round((day - period.first) * step), round((day - period.first + 1) * step)
        words = day_words(day)
        width = max(1, right - left - (2 if room <= 100 else 0))
        found.append(OneDay(iso_day(day), words, sums[day], left, _HEIGHT - height, width, height))
    return found


def _day_of(text: str) -> int:
    try:
        found = date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        found = None
    if found is None:
        raise Invalid(_("That is no day. Write it as year, month and day: 2026-11-21."))
    return int(datetime(found.year, found.month, found.day, tzinfo=UTC).timestamp()) // DAY

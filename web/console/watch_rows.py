"""The rows behind every figure of “Watch”, on pages and as CSV."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from flask import Response, render_template, request, url_for
from flask_babel import gettext as _

from ledger.domain.organisations import Role
from ledger.domain.standing_facts import Strength, Undone
from ledger.domain.watching import Evidence, ItemCounted
from ledger.files.exports import write_csv
from ledger.services import watch_items
from ledger.services.watch_items import Finding
from web.console import bp
from web.console.pages import CSV, caller_here, download, ledger_here, only, when
from web.console.watch import asked_period, query_here
from web.console.watch_words import country_words, day_words, iso_day, reported_by, result_of

_PAGE: Final = 50
_CHUNK: Final = 1_000
_MOST: Final = 100_000
"""Rows of one CSV file."""
_SHOWN: Final = 500
"""Stolen items and findings that are listed."""
_PLACE: Final = re.compile(r"([0-9]{1,6})-([0-9a-f]{64})-([A-Z]{0,2})")
_ALERT: Final = re.compile(r"alt_[0-9A-HJKMNP-TV-Z]{26}")
_ITEM: Final = re.compile(r"[0-9a-f]{64}.{1,20}", re.DOTALL)
_brand = only(Role.BRAND)


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: its text, where it leads, and how it is set ("", "number" or "serial")."""

    text: object
    href: str = ""
    kind: str = ""


@bp.get("/watch/looks")
@_brand
def watch_looks() -> str:
    """Looks by day, item and country, the newest first."""
    days, period = asked_period()
    found = watch_items.looks_by_item(ledger_here(), caller_here(), period, _place(), _PAGE + 1)
    rows = [
        (
            Cell(day_words(one.day)),
            _item_cell(one.item, one.serial),
            Cell(one.gtin, kind="serial"),
            Cell(country_words(one.country)),
            Cell(one.count, kind="number"),
        )
        for one in found[:_PAGE]
    ]
    heads = (_("Day"), _("Item"), _("GTIN"), _("Country"), _("Looks"))
    more = _cursor(found[_PAGE - 1]) if len(found) > _PAGE else ""
    return _page(_("Looks"), heads, rows, "console.watch_looks", more, query_here(days, period))


@bp.get("/watch/looks.csv")
@_brand
def watch_looks_csv() -> Response:
    """The same, all of it, at most a hundred thousand rows."""
    ledger, caller, (_days, period) = ledger_here(), caller_here(), asked_period()

    def rows() -> Iterator[Sequence[object]]:
        after, count = None, 0
        while count < _MOST:
            page = watch_items.looks_by_item(ledger, caller, period, after, _CHUNK)
            if not page:
                return
            for one in page:
                yield iso_day(one.day), one.gtin, one.serial, one.country, one.count
            count += len(page)
            after = page[-1].day, page[-1].item, page[-1].country

    header = ("day", "gtin", "serial", "country", "looks")
    return download("looks.csv", CSV, lambda file: write_csv(file, header, rows()))


@bp.get("/watch/alerts")
@_brand
def watch_alerts() -> str:
    """Items with unusual looks, the newest alert first, each with its reasons."""
    days, period = asked_period()
    before = request.args.get("after", "")
    cursor = before if _ALERT.fullmatch(before) else None
    found = watch_items.alerts(ledger_here(), caller_here(), cursor, _PAGE + 1, period.gtin)
    return render_template(
        "console/watch_alerts.html",
        alerts=found[:_PAGE],
        more=found[_PAGE - 1].alert.id if len(found) > _PAGE else "",
        here=query_here(days, period),
        country_words=country_words,
        after=cursor,
    )


@bp.get("/watch/alerts.csv")
@_brand
def watch_alerts_csv() -> Response:
    """One row for each reason."""
    ledger, caller, (_days, period) = ledger_here(), caller_here(), asked_period()

    def rows() -> Iterator[Sequence[object]]:
        before: str | None = None
        for _unused in range(_MOST // _CHUNK):
            page = watch_items.alerts(ledger, caller, before, _CHUNK, period.gtin)
            if not page:
                return
            for one in page:
                yield from _reasons(one)
            before = page[-1].alert.id

    header = (
        "gtin",
        "serial",
        "model",
        "suspected",
        "sign",
        "strength",
        "seen",
        "words",
        "looks_by_country",
        "visitors",
    )
    return download("alerts.csv", CSV, lambda file: write_csv(file, header, rows()))


def _reasons(one: Evidence) -> Iterator[Sequence[object]]:
    countries = " ".join(f"{country or '?'}:{count}" for country, count in one.countries)
    start = one.alert.gtin, one.serial, one.model, "yes" if one.alert.suspected else "no"
    for signal in one.signals:
        strength = "strong" if signal.strength is Strength.STRONG else "weak"
        seen = "" if signal.at is None else signal.at.isoformat()
        yield *start, signal.rule, strength, seen, str(signal.words), countries, one.visitors


@bp.get("/watch/unclaimed")
@_brand
def watch_unclaimed() -> str:
    """Items on sale that nobody has claimed, by serial."""
    days, period = asked_period()
    after = request.args.get("after", "")
    cursor = after if _ITEM.fullmatch(after) else ""
    found = watch_items.unclaimed_items(ledger_here(), caller_here(), period.gtin, cursor, _PAGE + 1)
    rows = [
        (
            _item_cell(one.item, one.serial),
            Cell(one.gtin, kind="serial"),
            Cell(str(one.fields.get("model_ref") or "")),
        )
        for one in found[:_PAGE]
    ]
    more = f"{found[_PAGE - 1].item:064x}{found[_PAGE - 1].serial}" if len(found) > _PAGE else ""
    heads = (_("Item"), _("GTIN"), _("Model"))
    return _page(_("Not claimed yet"), heads, rows, "console.watch_unclaimed", more, query_here(days, period))


@bp.get("/watch/unclaimed.csv")
@_brand
def watch_unclaimed_csv() -> Response:
    """The same, all of it, at most a hundred thousand rows."""
    ledger, caller, (_days, period) = ledger_here(), caller_here(), asked_period()

    def rows() -> Iterator[Sequence[object]]:
        after = ""
        for _unused in range(_MOST // _CHUNK):
            page = watch_items.unclaimed_items(ledger, caller, period.gtin, after, _CHUNK)
            if not page:
                return
            for one in page:
                yield one.gtin, one.serial, one.fields.get("model_ref")
            after = f"{page[-1].item:064x}{page[-1].serial}"

    return download("unclaimed.csv", CSV, lambda file: write_csv(file, ("gtin", "serial", "model"), rows()))


@bp.get("/watch/stolen")
@_brand
def watch_stolen() -> str:
    """Items that are reported stolen now, the newest report first."""
    days, period = asked_period()
    found = watch_items.stolen(ledger_here(), caller_here(), period.gtin, _SHOWN)
    rows = [
        (_item_cell(one.item, one.serial), Cell(one.gtin, kind="serial"), Cell(one.model), Cell(reported_by(one)))
        for one in found
    ]
    heads = (_("Item"), _("GTIN"), _("Model"), _("Reported by"))
    return _page(_("Reported stolen"), heads, rows, "console.watch_stolen", "", query_here(days, period))


@bp.get("/watch/stolen.csv")
@_brand
def watch_stolen_csv() -> Response:
    """The same as CSV."""
    found = watch_items.stolen(ledger_here(), caller_here(), asked_period()[1].gtin, _SHOWN)
    rows = [(one.gtin, one.serial, one.model, " ".join(flag.name or "" for flag in one.by).lower()) for one in found]
    return download("stolen.csv", CSV, lambda file: write_csv(file, ("gtin", "serial", "model", "reports"), rows))


@bp.get("/watch/findings")
@_brand
def watch_findings() -> str:
    """What inspectors recorded, the newest first."""
    days, period = asked_period()
    found = watch_items.findings(ledger_here(), caller_here(), period.gtin, _SHOWN)
    now = ledger_here().now()
    rows = [
        (
            Cell(when(int(one.record.recorded_at.timestamp()), now)),
            _item_cell(one.item, one.serial),
            Cell(one.model),
            Cell(result_of(one)),
            Cell(one.record.by),
        )
        for one in found
    ]
    heads = (_("Recorded"), _("Item"), _("Model"), _("Result"), _("By"))
    return _page(_("What inspectors found"), heads, rows, "console.watch_findings", "", query_here(days, period))


@bp.get("/watch/findings.csv")
@_brand
def watch_findings_csv() -> Response:
    """The same as CSV."""
    found = watch_items.findings(ledger_here(), caller_here(), asked_period()[1].gtin, _SHOWN)

    def row(one: Finding) -> Sequence[object]:
        assert one.record.facts is not None
        facts, at = one.record.facts, one.record.recorded_at.isoformat()
        undone = "no" if one.record.undone is Undone.NO else "yes"
        seen = facts.authenticity.name.lower(), facts.method.name.lower(), facts.persons
        return at, one.gtin, one.serial, *seen, one.record.by, undone

    header = ("recorded", "gtin", "serial", "authenticity", "method", "persons", "by", "taken_back")
    return download("findings.csv", CSV, lambda file: write_csv(file, header, map(row, found)))


def _page(
    title: str, heads: Sequence[str], rows: Sequence[Sequence[Cell]], endpoint: str, more: str, here: dict[str, Any]
) -> str:
    named: dict[str, Any] = {name: request.args[name] for name in ("day", "country") if request.args.get(name)}
    return render_template(
        "console/watch_rows.html",
        title=title,
        heads=heads,
        rows=rows,
        csv=url_for(endpoint + "_csv", **here, **named),
        more=url_for(endpoint, **here, **named, after=more) if more else "",
        start=url_for(endpoint, **here, **named) if request.args.get("after") else "",
        here=here,
    )


def _item_cell(item: int, serial: str) -> Cell:
    return Cell(serial, url_for("console.item_page", name=f"{item:064x}"), "serial")


def _place() -> tuple[int, int, str] | None:
    found = _PLACE.fullmatch(request.args.get("after", ""))
    return None if found is None else (int(found[1]), int(found[2], 16), found[3])


def _cursor(one: ItemCounted) -> str:
    return f"{one.day}-{one.item:064x}-{one.country}"

"""The transparency report for everybody: a page, JSON, and a CSV in the sections of the European template."""

from __future__ import annotations

import itertools
import threading
import time
from collections import OrderedDict
from typing import Final

from flask import Blueprint, Response, current_app, jsonify, render_template, request

from ledger.domain.desk.report import FEWEST
from ledger.domain.errors import Invalid, TooMany
from ledger.domain.organisations import Role
from ledger.domain.said import said
from ledger.services.desk.transparency import Report, month_of, transparency
from ledger.services.ports import Ledger
from web.scan.pace import expect_pace

bp = Blueprint("transparency", __name__)
bp.before_request(expect_pace)

_FRESH: Final = 60.0
"""Seconds for which a report is shown again: the whole log is read for it."""
_MOST: Final = 64
_WAIT: Final = 20.0


class Reports:
    """The newest reports of this process. One is made at a time, so that nobody's reading can fill the machine."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, str | None], tuple[float, Report]] = OrderedDict()
        self._making = threading.Lock()

    def get(self, ledger: Ledger, period: str, platform: str | None) -> Report:
        """A report that is at most a minute old. Raises Invalid, Unknown, TooMany while others wait for theirs."""
        name = (period, platform)
        if (found := self._kept.get(name)) and time.monotonic() - found[0] < _FRESH:
            return found[1]
        if not self._making.acquire(timeout=_WAIT):
            raise TooMany(said("Many reports are being made at the moment. Try again in a minute."), retry_after=60)
        try:
            if (found := self._kept.get(name)) and time.monotonic() - found[0] < _FRESH:
                return found[1]
            made = transparency(ledger, period, platform)
            self._kept[name] = (time.monotonic(), made)
            while len(self._kept) > _MOST:
                self._kept.popitem(last=False)
            return made
        finally:
            self._making.release()


@bp.get("/transparency")
def page() -> str:
    """The report to read."""
    ledger: Ledger = current_app.extensions["ledger"]
    fault = ""
    try:
        report = _report()
    except Invalid as wrong:
        fault = wrong.detail
        report = _reports().get(ledger, month_of(ledger.now()), None)
    with ledger.store.read() as tx:
        platforms = [(one.slug, one.name) for one in tx.organisations.all() if one.role is Role.PLATFORM]
    sections = [(name, list(some)) for name, some in itertools.groupby(report.figures, key=lambda one: one.section)]
    return render_template(
        "transparency.html", report=report, sections=sections, platforms=platforms, fewest=FEWEST, fault=fault
    )


@bp.get("/transparency.json")
def as_json() -> Response:
    """The report for programs."""
    return jsonify(_report().as_json())


@bp.get("/transparency.csv")
def as_csv() -> Response:
    """The report for a spreadsheet (RFC 4180)."""
    report = _report()
    response = Response(report.as_csv(), mimetype="text/csv")
    service = report.platform.slug if report.platform else "all"
    response.headers.set(
        "Content-Disposition", "attachment", filename=f"transparency-{service}-{report.period.name}.csv"
    )
    return response


def _report() -> Report:
    ledger: Ledger = current_app.extensions["ledger"]
    period = request.args.get("period") or month_of(ledger.now())
    return _reports().get(ledger, period[:10], request.args.get("service") or None)


def _reports() -> Reports:
    found: Reports = current_app.extensions.setdefault("transparency_reports", Reports())
    return found

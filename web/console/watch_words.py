"""How the pages of “Watch” put days, countries, displays and results into words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from flask_babel import gettext as _

from ledger.domain.country_places import place_of
from ledger.domain.inspections import Method
from ledger.domain.looks import DAY, Display
from ledger.domain.said import Dated, said
from ledger.domain.standing_dates import day as day_in_words
from ledger.domain.standing_facts import Undone
from ledger.services.watch_items import Finding, Stolen
from web.scan_words import RESULTS


@dataclass(frozen=True, slots=True)
class ShownDisplay:
    """A display mark in words; `until` is its last day, None where it has no end."""

    since: Dated
    until: Dated | None


def display_words(display: Display | None) -> ShownDisplay | None:
    """The mark as the item's page says it."""
    if display is None:
        return None
    last = None if display.until is None else day_words((display.until - 1) // DAY)
    return ShownDisplay(day_words(display.since // DAY), last)


def country_words(country: str) -> str:
    """A country for a table; the words say where it is not known."""
    return place_of(country) if country else said("Country not known")


def day_words(day: int) -> Dated:
    """A day since 1970 in words."""
    return day_in_words(datetime.fromtimestamp(day * DAY, UTC))


def iso_day(day: int) -> str:
    """A day since 1970 as 2026-11-21."""
    return f"{datetime.fromtimestamp(day * DAY, UTC):%Y-%m-%d}"


def reported_by(one: Stolen) -> str:
    """Who reported a theft, in words."""
    words = {"STOLEN": _("its owner"), "BRAND_THEFT": _("the brand"), "COUNCIL_THEFT": _("the council")}
    return ", ".join(str(words[flag.name or ""]) for flag in one.by)


def result_of(one: Finding) -> str:
    """An inspection's result, and that it was taken back, where it was."""
    assert one.record.facts is not None
    if one.record.undone is not Undone.NO:
        return said("Taken back by the inspector")
    result = RESULTS[one.record.facts.authenticity]
    return {
        Method.IN_HAND: said("%(result)s, in hand", result=result),
        Method.PHOTOS: said("%(result)s, from photos", result=result),
        Method.VIDEO: said("%(result)s, by video", result=result),
    }[one.record.facts.method]

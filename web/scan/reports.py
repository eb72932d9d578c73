"""The words of a report, as the public reads them."""

from __future__ import annotations

import functools
from typing import Any, Final

from ledger.domain.components import PREFIX, is_part, part_words
from ledger.domain.inspections import Authenticity
from ledger.domain.said import said
from ledger.domain.sheets import Why
from web.part_words import IN_REPORTS

_WHY: Final = {
    Why.PHOTOS: said("No conclusion: the photos do not show enough."),
    Why.CONDITION: said("No conclusion: its condition hides what would tell."),
    Why.RARITY: said("No conclusion: it is too rare to compare."),
}
_DISSENT: Final = {
    Authenticity.CONSISTENT: said("A third person came to another answer: consistent with genuine."),
    Authenticity.NOT_GENUINE: said("A third person came to another answer: not genuine."),
    Authenticity.INCONCLUSIVE: said("A third person came to another answer: inconclusive."),
    Authenticity.NOT_SUPPORTED: said("A third person did not judge it."),
}
_NAMED: Final = ("seal", "why", "dissent")
"""What a sheet names by a code or a number; in other reports these names are the writer's own."""


def report_words(report: Any) -> list[str]:
    """A report's sentences: those of a sheet in their order; of any other, its texts, whatever they are called."""
    if report is None:
        return []
    if not isinstance(report.get("commitments"), list):
        return _texts(report)
    told: list[str] = []
    why = next((words for code, words in _WHY.items() if code == report.get("why")), None)
    told += [why] if why else []
    told += _texts({name: text for name, text in report.items() if name not in _NAMED})
    told += [said("Concern: %(what)s", what=one) for one in _lines(report, "concerns")]
    decisive = _lines(report, "decisive")
    if decisive:
        told.append(said("What decided: %(points)s", points="; ".join(decisive)))
    compared = [words for one in _lines(report, "serials") if (words := _compared(one))]
    if compared:
        listed = functools.reduce(lambda some, more: said("%(first)s; %(second)s", first=some, second=more), compared)
        told.append(said("Serials seen: %(parts)s.", parts=listed))
    if report.get("seal"):
        told.append(said("Seal %(number)s.", number=str(report["seal"])))
    other = next((words for one, words in _DISSENT.items() if one.name.lower() == report.get("dissent")), None)
    return [*told, other] if other else told


def _compared(line: str) -> str:
    part, _, found = line.partition(" ")
    words = next((words for one, words in IN_REPORTS.items() if one.value == found), None)
    return words(part_words(part)) if words and is_part(PREFIX + part) else ""


def _texts(report: Any) -> list[str]:
    return [value.strip() for value in report.values() if isinstance(value, str) and value.strip()]


def _lines(report: Any, name: str) -> list[str]:
    found = report.get(name)
    return [one for one in found if isinstance(one, str)] if isinstance(found, list) else []

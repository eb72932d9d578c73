"""What an inspector is told of a part, in words: what was found, what that means, and what to do. Never a serial."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from ledger.domain.components import part_words
from ledger.domain.components_history import Answer, Found, Source
from ledger.domain.said import said
from ledger.domain.standing_dates import day
from ledger.domain.standing_headlines import capital

FOUND: Final = {
    Found.MATCH: (said("Matches the record"), "green"),
    Found.REPLACED: (said("Replaced: this is the part that was taken out"), "amber"),
    Found.FOREIGN: (said("Not this item’s part"), "red"),
    Found.STOLEN: (said("Belongs to an item reported stolen"), "red"),
    Found.LOST: (said("Belongs to an item reported lost"), "red"),
    Found.RETIRED: (said("From an item that was taken out of circulation"), "amber"),
    Found.NOT_RECORDED: (said("Cannot tell: no serial is recorded"), "grey"),
}
"""The headline of each answer, and its tone."""
IN_REPORTS: Final[Mapping[Found, Callable[[str], str]]] = {
    Found.MATCH: lambda part: said("%(part)s: matches the record", part=part),
    Found.REPLACED: lambda part: said("%(part)s: the part that a service took out", part=part),
    Found.FOREIGN: lambda part: said("%(part)s: not this item’s", part=part),
    Found.STOLEN: lambda part: said("%(part)s: belongs to an item reported stolen", part=part),
    Found.LOST: lambda part: said("%(part)s: belongs to an item reported lost", part=part),
    Found.RETIRED: lambda part: said("%(part)s: from an item taken out of circulation", part=part),
    Found.NOT_RECORDED: lambda part: said("%(part)s: cannot be told", part=part),
}
"""The same in a report, after the part's name."""
_MEANS: Final = {
    Found.FOREIGN: said("It is not recorded as this item’s part. Whose it is, is not told."),
    Found.STOLEN: said("Another item that has this part on record is reported stolen."),
    Found.LOST: said("Another item that has this part on record is reported lost."),
    Found.RETIRED: said("The item that it was recorded for is out of circulation. No service has recorded it here."),
}
_ADVICE: Final = {
    Found.MATCH: said("Nothing more to do for this part."),
    Found.REPLACED: said("Ask why it is in the item again, and say in your report that it is."),
    Found.FOREIGN: said("Type it again to be sure. Then ask which service put it in, and say so in your report."),
    Found.STOLEN: said("Do not fit, buy or sell it. Note where you saw it, and tell the brand or the police."),
    Found.LOST: said("Do not fit, buy or sell it. Note where you saw it, and tell the brand."),
    Found.RETIRED: said("Ask who put it in, and say in your report that no service recorded it."),
    Found.NOT_RECORDED: said("This speaks neither for nor against the item. Judge by what you see."),
}


@dataclass(frozen=True, slots=True)
class ToldPart:
    """One answer, in words: the part, the headline and its tone, what it means, and what to do."""

    part: str
    found: str
    headline: str
    tone: str
    means: str
    advice: str


def told_part(answer: Answer) -> ToldPart:
    """An answer in words; every answer has all of them."""
    headline, tone = FOUND[answer.found]
    if answer.found is Found.REPLACED and answer.how is not Source.SERVICE:
        headline = said("Not on the record any more")
    return ToldPart(
        capital(part_words(answer.part)), answer.found.value, headline, tone, _means(answer), _ADVICE[answer.found]
    )


def _means(answer: Answer) -> str:
    told = {"by": answer.by, "day": "" if answer.on is None else day(datetime.fromtimestamp(answer.on, UTC))}
    service = answer.how is Source.SERVICE
    match answer.found:
        case Found.MATCH:
            if service:
                return said("%(by)s put it in; the service of %(day)s is on record.", **told)
            return said("The brand recorded this part for this item.")
        case Found.REPLACED:
            if service:
                return said("%(by)s took it out; the service of %(day)s is on record.", **told)
            return said("%(by)s changed its record of this part on %(day)s.", **told)
        case Found.NOT_RECORDED:
            if service:
                return said("%(by)s put in a new one on %(day)s and recorded no serial.", **told)
            return said("The record of this item holds no serial for this part.")
    return _MEANS[answer.found]


def part_list(names: Sequence[str]) -> str:
    """Names of parts for a sentence: case, movement, dial."""
    return functools.reduce(
        lambda first, second: said("%(first)s, %(second)s", first=first, second=second), map(part_words, names)
    )

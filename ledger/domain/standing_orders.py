"""What the verdict says of a court's order: that it holds, where and until when, and nothing about the item."""

from __future__ import annotations

from ledger.domain.desk.territories import EU, WORLD
from ledger.domain.said import Said, said
from ledger.domain.standing_dates import stamp
from ledger.domain.standing_facts import Hold
from ledger.domain.standing_phrases import quoted
from ledger.domain.standing_reading import Reading
from ledger.domain.standing_tags import Line

_PLACES = 6
"""Places of an order that are named."""


def hold_lines(reading: Reading) -> tuple[Line, ...]:
    """A line for each order in force: none of them is bad news about the item."""
    return tuple(Line("held_under_order", _title(one), _words(one), False) for one in reading.holds)


def _title(one: Hold) -> Said:
    return said("Held under an order of %(court)s, until %(end)s", court=quoted(one.court, 60), end=stamp(one.until))


def _words(one: Hold) -> Said:
    if WORLD in one.territories:
        return said("It counts everywhere, and says nothing about the item itself.")
    if one.territories == (EU,):
        return said("It counts in the EU, and says nothing about the item itself.")
    if len(one.territories) > _PLACES:
        return said("It counts in several countries, and says nothing about the item itself.")
    return said("It counts in %(places)s, and says nothing about the item itself.", places=", ".join(one.territories))

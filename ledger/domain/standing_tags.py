"""What the verdict says of the tag that was just tapped: a line for each outcome, never more than is known.

"Could not be verified" is not "fake": a worn reader, a cut link or a tag of another maker look the same from here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from ledger.domain.said import said
from ledger.domain.standing_dates import day
from ledger.domain.standing_phrases import brand_name
from ledger.domain.standing_reading import Reading
from ledger.domain.tags import ANSWERS, Outcome


@dataclass(frozen=True, slots=True)
class Line:
    """Something else that is true, under the verdict; `grave` where it is bad news."""

    key: str
    headline: str
    words: str
    grave: bool


def tag_lines(reading: Reading) -> tuple[Line, ...]:
    """The line about the tag; none where nobody has tapped it, or the tap no longer speaks for the present."""
    one = reading.facts.tapped
    if one is None:
        return ()
    lines = []
    if one.opened_since is not None:
        words = said(
            "First seen open on %(day)s. The tag may have been moved to another item.", day=day(one.opened_since)
        )
        lines.append(Line("tag_opened", said("The seal of this item's tag was opened"), words, True))
    if one.outcome in ANSWERS:
        if reading.tag_answered:
            lines.append(_ANSWERED)
    elif one.outcome is Outcome.UNREADABLE:
        lines.append(Line("tag_unreadable", said("The tag's address could not be read"), one.problem, False))
    elif one.outcome is Outcome.ENDED:
        words = said("It no longer speaks for this item. Ask %(brand)s why.", brand=brand_name(reading.facts))
        lines.append(Line("tag_ended", said("The brand has taken this tag out of service"), words, True))
    else:
        lines.append(_LINES[one.outcome])
    return tuple(lines)


_ANSWERED: Final = Line(
    "tag_answered",
    said("The tag in this item answered just now"),
    said("The item with this tag is in front of whoever tapped it."),
    False,
)
_LINES: Final[Mapping[Outcome, Line]] = {
    Outcome.REPLAYED: Line(
        "tag_replayed",
        said("This answer of the tag was shown before"),
        said("A forwarded or copied link does that. Hold the phone to the tag itself."),
        True,
    ),
    Outcome.ROLLED_BACK: Line(
        "tag_rolled_back",
        said("This answer of the tag is an old one"),
        said("The tag has answered since. Hold the phone to the tag itself."),
        True,
    ),
    Outcome.OTHER_TAG: Line(
        "tag_other",
        said("Another tag answered for this item"),
        said("The brand gave it one tag, and this is not that one."),
        True,
    ),
    Outcome.NOT_YET: Line(
        "tag_not_yet",
        said("This tag is not in service yet"),
        said("The brand has not said yet which item carries it."),
        False,
    ),
    Outcome.UNVERIFIED: Line(
        "tag_unverified",
        said("The tag's answer could not be verified"),
        said("That does not make the item fake. Hold the phone to the tag again."),
        False,
    ),
    Outcome.NO_TAG: Line(
        "tag_unknown",
        said("No tag of this item is known here"),
        said("The brand has not registered one, so its answer cannot be verified."),
        False,
    ),
}

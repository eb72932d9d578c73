"""When one pair of eyes is not enough, and what follows from what several people saw.

1. One opinion is enough, unless the value was declared high or the opinion is “not genuine”.
2. Otherwise another person looks, without seeing the first opinion.
3. Two who agree on authenticity sign, as two people.
4. Two who disagree call a third, who sees neither opinion.
5. Two of three who agree sign, as two people; the third opinion is kept beside theirs and is told.
6. Three different opinions sign nothing: the case ends without a record, and all three are kept.

Opinions are committed before anybody sees another's, so their order does not matter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ledger.domain.inspections import Authenticity

MOST_PEOPLE: Final = 3


class Step(StrEnum):
    """What a case waits for."""

    OPINION = "opinion"
    """The first opinion is not committed yet."""
    SECOND = "second"
    THIRD = "third"
    SIGN = "sign"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Seen:
    """One committed opinion: whose, and what it says of authenticity."""

    person: str
    authenticity: Authenticity


@dataclass(frozen=True, slots=True)
class Outcome:
    """What follows. `result` and `agreeing` (places in the list) where the case can be signed."""

    step: Step
    result: Authenticity | None = None
    agreeing: tuple[int, ...] = ()
    dissent: Authenticity | None = None
    """What the third said, where two of three agree."""

    @property
    def persons(self) -> int:
        """As how many people the record is signed."""
        return len(self.agreeing)


def needs_second(authenticity: Authenticity, *, high_value: bool) -> bool:
    """Whether this opinion may not stand alone."""
    return high_value or authenticity is Authenticity.NOT_GENUINE


def outcome(opinions: Sequence[Seen], *, high_value: bool) -> Outcome:
    """What follows from the committed opinions of a case, each of another person.

    Raises ValueError for two opinions of one person, or more than three: the callers let neither happen.
    """
    if len({one.person for one in opinions}) != len(opinions) or len(opinions) > MOST_PEOPLE:
        raise ValueError("A case has at most three opinions, each of another person.")
    if not opinions:
        return Outcome(Step.OPINION)
    first = opinions[0].authenticity
    if len(opinions) == 1:
        alone = not needs_second(first, high_value=high_value)
        return Outcome(Step.SIGN, first, (0,)) if alone else Outcome(Step.SECOND)
    for result in Authenticity:
        agreeing = tuple(place for place, one in enumerate(opinions) if one.authenticity is result)
        if len(agreeing) >= 2:
            other = next((one.authenticity for one in opinions if one.authenticity is not result), None)
            return Outcome(Step.SIGN, result, agreeing, other)
    return Outcome(Step.THIRD if len(opinions) == 2 else Step.UNDECIDED)


def may_look(person: str | None, looked: Sequence[str | None]) -> bool:
    """Whether somebody may give the next opinion: a person, and none of those who have one in this case."""
    return person is not None and person not in looked

"""Origin cards that sellers share, and clues that people send to a brand, with the brand's answer. Pure.

A card names an item and shows what its record shows on the day somebody looks, never what it showed when it was made.
Its maker is shown as the registered owner only while the same owner still holds the item.

The desk's log has: `card.made` (by an owner or not), `clue.received` (brand, whether with a photo, whether it came
from a card), `clue.photo_sent` (the better photo that the brand asked for), `clue.answered` (answer, whether it is the
first, seconds from clue to answer).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ledger.domain.said import Said, said

LASTS: Final = 90 * 86_400
"""Seconds after which a card or a clue is forgotten."""
LONGEST: Final = 2_000
"""Characters of a clue."""
MOST_A_DAY: Final = 200
"""Clues that one brand is sent in a day, so that nobody buries a true one under a thousand."""
MOST_OF_ITEM: Final = 20
"""Cards and clues of one item in a day."""


class Answer(StrEnum):
    """What a brand says to a clue."""

    GENUINE = "genuine"
    FAKE = "fake"
    NEED_PHOTOS = "need_photos"


ANSWERS: Final[Mapping[Answer, Said]] = {
    Answer.GENUINE: said("The brand says: this looks genuine to us."),
    Answer.FAKE: said("The brand says: this is not ours."),
    Answer.NEED_PHOTOS: said("The brand asks for better photos before it can say more."),
}
"""Each as whoever asked reads it."""


@dataclass(frozen=True, slots=True)
class Card:
    """A card. `owner` is the address of whoever held the item and made it, None where somebody else did."""

    id: str
    item: int
    owner: str | None
    made_at: int
    looks: int


@dataclass(frozen=True, slots=True)
class Clue:
    """A question to a brand. `item` is known where a code was given; `where` is a link to what was seen.

    `photo` is the SHA-256 of a cleaned picture. Whoever knows the id may read the answer: it has 80 random bits.
    """

    id: str
    organisation: str
    item: int | None
    card: str | None
    text: str
    where: str
    photo: str | None
    created_at: int
    answer: Answer | None = None
    answered_at: int | None = None


def answer_words(clue: Clue) -> Said:
    """What whoever asked reads."""
    return ANSWERS[clue.answer] if clue.answer else said("The brand has not answered yet.")

"""The agents' rules, as numbers: everything that the simulated world assumes, printed with every result. Pure.

Shares are percent, spans are hours, money is in cents. None of these numbers was measured anywhere: they are stated,
so that a reader may change them. What a run answers is only how the ledger's checks behave in a world like this one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

VERSION: Final = 1
"""Of these rules and of how the agents act on them; results of different versions are not compared."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What the world is like."""

    days: int = 14
    """Days on which listings are put up; cases are then followed until they are closed."""
    honest_a_day: int = 24
    """Listings of honest sellers a day."""
    cheats: int = 25
    """Of a hundred listings, those that are put up by cheats."""
    mix: Mapping[str, int] = field(
        default_factory=lambda: {
            "cloner": 25, "screenshot": 15, "disguiser": 20, "keyword": 15, "popup": 15, "thief": 10,
        }
    )  # fmt: skip
    """Of a hundred listings of cheats."""
    branded: int = 70
    """Of a hundred honest listings, those that name a brand."""
    adoption: int = 60
    """Of a hundred honest branded listings, those whose item has a code of the brand."""
    shows_code: int = 60
    """Of a hundred honest sellers with a code, those that give it unasked."""
    fixes: int = 75
    """Of a hundred honest sellers who are asked for a code and have one, those that give it then."""
    insists: int = 50
    """Of a hundred cheats who are asked or held, those that let a reviewer look; the others give up."""
    authorised: int = 15
    """Of a hundred honest sellers, those that the brand has authorised."""
    new_sellers: int = 15
    """Of a hundred honest sellers, those whose shop is younger than 30 days."""
    pictured: int = 25
    """Of a hundred honest listings, those with a photo."""
    sale_hours: int = 72
    """Mean time until a buyer takes a listing that can be bought (exponential)."""
    patrol: int = 70
    """Of a hundred bad listings that stay up, those that the brand notices in the end."""
    patrol_hours: int = 48
    """Mean time until it does (exponential)."""
    malicious: int = 12
    """Of a hundred honest branded listings, those against which a rival sends a false notice."""
    answers: int = 70
    """Of a hundred honest sellers whose listing was taken down, those that answer the notice."""
    cheats_answer: int = 10
    """The same of cheats."""
    reviewers: int = 2
    """People who decide, from 9 to 17 hours UTC, Monday to Friday."""
    an_hour: int = 5
    """Decisions of one of them in an hour."""
    missed: int = 10
    """Of a hundred bad listings before a reviewer, those that pass."""
    wronged: int = 3
    """Of a hundred honest listings before a reviewer, those that are turned down."""
    fooled: int = 25
    """Of a hundred false notices before a reviewer, those that are upheld."""
    same_identifier: int = 60
    """Of a hundred pop-up stores that come back under a new name, those that keep a payment account."""
    comes_back: int = 70
    """Of a hundred pop-up stores, those that come back once."""


QUICK: Final = Rules(days=6, honest_a_day=12, cheats=36, reviewers=1)
"""A world that is over within seconds."""

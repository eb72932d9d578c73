"""How often honest items are suspected, and how soon copied codes are: the promise, counted on made-up lives."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ledger.domain.clone_signals import clone_signals, visitors_by_day
from ledger.domain.looks import Looked, Usual, usual_of
from ledger.domain.standing_reading import enough
from scripts.looks.lives import Life, Player


@dataclass(frozen=True)
class Honest:
    """Of so many honest items in one month: how many were ever suspected, and which signals they had."""

    items: int
    suspected: int
    rules: Counter[str]

    @property
    def share(self) -> float:
        """False suspicions an item and month."""
        return self.suspected / self.items


@dataclass(frozen=True)
class Copied:
    """Of so many copied codes that had `of` foreign looks: by which one each was suspected (0: by none)."""

    codes: int
    flagged_at: Counter[int]

    def by(self, look: int) -> float:
        """Share suspected by that foreign look."""
        return sum(self.flagged_at[n] for n in range(1, look + 1)) / max(1, self.codes)


def line_of(lives: Sequence[Life]) -> Usual:
    """What is usual for a line of these items."""
    days = [visitors_by_day(life.looks) for life in lives if life.looks]
    return usual_of(Counter(n for one in days for n in one.values()), Counter(sum(one.values()) for one in days))


def honest(items: int, seed: int) -> Honest:
    """Play honest months."""
    player = Player(seed)
    lives = [player.honest() for _ in range(items)]
    usual, wrong, rules = line_of(lives), 0, Counter[str]()
    for life in lives:
        # A code that thousands look at is suspected, or not, long before the last of them.
        for place in range(min(len(life.looks), 150)):
            signals = clone_signals(_known(life, place, usual), life.looks[place].at)
            if enough(signals):
                wrong += 1
                rules["+".join(sorted(one.rule for one in signals))] += 1
                break
    return Honest(items, wrong, rules)


def copied(codes: int, seed: int, *, copies: tuple[int, int] = (50, 1_000), markets: tuple[int, int] = (1, 6),
           of: int = 5) -> Copied:  # fmt: skip
    """Play copied codes, of those that get `of` looks outside the item's own country."""
    player = Player(seed)
    usual = line_of([player.honest() for _ in range(2_000)])
    at, played = Counter[int](), 0
    while played < codes:
        low, high = copies
        number = int(low * (high / low) ** player.by.random())
        life = player.copied(number, player.by.randint(*markets))
        foreign = [place for place, look in enumerate(life.looks) if look.country != life.home]
        if len(foreign) < of:
            continue
        played += 1
        for place in range(foreign[of - 1] + 1):
            if enough(clone_signals(_known(life, place, usual), life.looks[place].at)):
                at[max(1, sum(1 for one in foreign if one <= place))] += 1
                break
    return Copied(played, at)


def _known(life: Life, place: int, usual: Usual) -> Looked:
    return replace(life.looked(place), usual=usual)

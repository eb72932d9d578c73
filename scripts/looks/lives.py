"""Made-up lives of items, as far as looks are concerned: honest ones, and those whose code was copied.

Every figure here is an assumption, said beside it; none was measured. They err toward more foreign and more
crowded looks than honest items are likely to have.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Final

from ledger.domain.looks import DAY, Display, Look, Looked

START: Final = 1_760_000_000
"""The first second of the month that is played (any will do)."""
MONTH: Final = 30 * DAY
HOMES: Final = {"FR": 14, "IT": 10, "US": 18, "CN": 18, "JP": 10, "GB": 7, "DE": 6, "KR": 6, "AE": 4, "CH": 3, "ES": 4}
"""Where items live, and in what proportion."""
EXITS: Final = ("NL", "US", "DE", "CH", "SE", "SG", "GB", "JP")
"""Where the exits of private networks (VPN) are."""
VPN: Final = 0.05
"""Share of looks through such an exit."""


@dataclass
class Life:
    """One item: where it lives, since when it is owned, and the looks at it in the order of time."""

    home: str
    owner_since: int | None
    before: frozenset[str] = frozenset()
    display: Display | None = None
    looks: list[Look] = field(default_factory=list)

    def looked(self, upto: int) -> Looked:
        """What the ledger would know right after the look at `upto` (a place in `looks`)."""
        seen = self.looks[: upto + 1]
        now = seen[-1].at
        recent = tuple(one for one in seen if one.at > now - MONTH)
        older = {one.country for one in seen if one.at <= now - MONTH and one.country}
        first = None if self.before else seen[0].at
        return Looked(recent, self.before | older, first, self.owner_since, display=self.display)


class Player:
    """Makes lives from one seed."""

    def __init__(self, seed: int) -> None:
        self.by = Random(seed)
        self._names = 0

    def home(self) -> str:
        """A country where items live."""
        return self.by.choices(list(HOMES), list(HOMES.values()))[0]

    def other(self, home: str) -> str:
        """Another country."""
        while (found := self.home()) == home:
            pass
        return found

    def honest(self) -> Life:
        """One honest item's month: on a shelf (one in ten) or owned."""
        home = self.home()
        life = self._shelf(home) if self.by.random() < 0.10 else self._owned(home)
        if self.by.random() < 0.0003:
            self._crowd(life, self.by.randint(50, 2_000), 3 * DAY)  # a post that everybody passes on
        if self.by.random() < 0.0002:
            self._crowd(life, self.by.randint(20, 300), 14 * DAY)  # a film that shows the code
        life.looks.sort(key=lambda one: one.at)
        return life

    def _owned(self, home: str) -> Life:
        by = self.by
        since = START - by.randint(0, 5 * 365) * DAY
        looked_at_claim = by.random() < 0.7
        life = Life(home, since, frozenset({home}) if looked_at_claim and since < START else frozenset())
        self._visits(life, home, 0.2)  # the owner, a friend, an insurer
        if by.random() < 1 / 60:
            self._bought_now(life)
        if by.random() < 0.08:
            self._trip(life)
        if by.random() < 1 / 120:
            self._offered(life)  # resold once in ten years
        return life

    def _bought_now(self, life: Life) -> None:
        by, at = self.by, START + self.by.randint(0, 20) * DAY
        life.owner_since, life.before = at, frozenset()
        shop = self.other(life.home) if by.random() < 0.2 else life.home  # a tourist's purchase
        for _ in range(by.randint(1, 3)):
            self._look(life, at + by.randint(-3600, 7200), shop)
        for _ in range(by.randint(0, 2)):
            self._look(life, at + 2 * DAY + by.randint(0, 3 * DAY), life.home)

    def _trip(self, life: Life) -> None:
        by, there = self.by, self.other(life.home)
        first = START + by.randint(0, 20) * DAY
        for _ in range(self._poisson(0.4)):
            roaming = by.random() < 0.5  # a phone abroad often comes out at home
            self._look(life, first + by.randint(0, 8 * DAY), life.home if roaming else there)

    def _offered(self, life: Life) -> None:
        by, start = self.by, START + self.by.randint(0, 15) * DAY
        abroad = 0.3 if by.random() < 0.35 else 0.02  # a market across borders, or one at home
        for _ in range(min(60, int(by.lognormvariate(1.2, 0.9)))):
            where = self.other(life.home) if by.random() < abroad else life.home
            self._look(life, start + by.randint(0, 14 * DAY), where)
        if by.random() < 0.6:
            buyer = self.other(life.home) if by.random() < abroad / 2 else life.home
            sold = start + by.randint(5, 14) * DAY
            for days in (0, by.randint(3, 9), by.randint(3, 9)):
                self._look(life, sold + days * DAY + by.randint(0, DAY), buyer)

    def _shelf(self, home: str) -> Life:
        by = self.by
        life = Life(home, None, frozenset({home}) if by.random() < 0.5 else frozenset())
        if by.random() < 0.01:
            # Shown to the public; seven brands in ten think of marking it.
            life.display = Display(START - MONTH) if by.random() < 0.7 else None
            for day in range(30):
                for _ in range(self._poisson(6)):
                    self._look(life, START + day * DAY + by.randint(0, DAY), self._shopper(home))
            return life
        for _ in range(self._poisson(0.9)):
            self._look(life, START + by.randint(0, MONTH), self._shopper(home))
        return life

    def _shopper(self, home: str) -> str:
        return self.other(home) if self.by.random() < 0.12 else home  # tourists whose phone comes out at home

    def _crowd(self, life: Life, visitors: int, seconds: int) -> None:
        start = START + self.by.randint(0, MONTH - seconds)
        for _ in range(visitors):
            self._look(life, start + int(self.by.random() ** 2 * seconds), self.home())

    def copied(self, copies: int, markets: int) -> Life:
        """An owned item whose code stands on so many copies, sold within 90 days in so many countries."""
        by = self.by
        life = self._owned(self.home())
        sold_in = [self.home() for _ in range(markets)]
        weights = [by.expovariate(1) for _ in sold_in]
        for _ in range(copies):
            if by.random() > 0.35:
                continue  # most buyers of copies never look
            country, at = by.choices(sold_in, weights)[0], START + by.randint(0, 90 * DAY)
            for _ in range(by.randint(1, 3)):
                self._look(life, at, country)
                at += int(by.expovariate(1 / (2 * DAY)))
        life.looks.sort(key=lambda one: one.at)
        return life

    def _visits(self, life: Life, country: str, a_month: float) -> None:
        for _ in range(self._poisson(a_month)):
            self._look(life, START + self.by.randint(0, MONTH), country)

    def _look(self, life: Life, at: int, country: str) -> None:
        self._names += 1
        exit_ = self.by.choice(EXITS) if self.by.random() < VPN else country
        life.looks.append(Look(at, exit_, self._names.to_bytes(8, "big")))

    def _poisson(self, mean: float) -> int:
        found, left = 0, self.by.expovariate(1)
        while left < mean:
            found += 1
            left += self.by.expovariate(1)
        return found

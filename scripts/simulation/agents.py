"""Who puts up what, when, and how they will act: drawn from a seed before anything happens. Pure.

Each draw comes from a stream named by the seed, the listing and what is drawn, so that the same agents meet the same
chances whatever the ledger's checks do to them: two runs that differ in a detector differ by nothing else.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from scripts.simulation.rules import Rules

HOUR: Final = 3_600
DAY: Final = 24 * HOUR
BRANDS: Final = ("Maison Exemple", "Borealis Works")
PRICE: Final = 80_000
_THINGS: Final = ("bag", "wallet", "belt", "scarf", "watch", "coat")
_LOOKS: Final = ("brown leather", "black", "red, hardly worn", "blue with box", "ivory", "green, small")
_ALIKE: Final = str.maketrans("aeopcx", "аеорсх")
_LEET: Final = str.maketrans("aeios", "43105")


class Chance:
    """Draws for one agent, each by its name."""

    def __init__(self, seed: int, who: str) -> None:
        self._seed, self._who = seed, who

    def _of(self, what: str) -> random.Random:
        return random.Random(f"{self._seed}/{self._who}/{what}")

    def percent(self, what: str, share: int) -> bool:
        """True for so many of a hundred."""
        return self._of(what).random() * 100 < share

    def pick(self, what: str, some: Sequence[str]) -> str:
        """One of them."""
        return self._of(what).choice(some)

    def whole(self, what: str, least: int, most: int) -> int:
        """A whole number of a range, both ends included."""
        return self._of(what).randint(least, most)

    def after(self, what: str, hours: float) -> int:
        """Seconds until something that comes at an even rate, with this mean."""
        return 1 + int(self._of(what).expovariate(1 / (hours * HOUR)))


@dataclass(frozen=True, slots=True)
class SellerPlan:
    """A seller as they are. `kind` is honest or what sort of cheat; `again` is who they were before, if anybody."""

    ref: str
    kind: str
    opened: int
    """When their shop opened, in seconds from the start; long ago is negative."""
    authorised: bool = False
    payment: str = ""
    again: str = ""


@dataclass(frozen=True, slots=True)
class ListingPlan:
    """A listing to be, and every chance that it will meet."""

    ref: str
    seller: str
    kind: str
    at: int
    title: str
    brand: int
    """Whose name it uses or whose goods it copies."""
    branded: bool
    price: int
    sale_after: int
    item: int | None = None
    """The number of the item whose code it has or copies."""
    shows: bool = False
    gives: bool = False
    """Whether its seller gives the code when asked."""
    invented: bool = False
    """Whether a code that no brand has made is shown."""
    photo: str | None = None
    cut: bool = False
    """Whether the photo was cut before it was used again."""
    insists: bool = False
    noticed_after: int | None = None
    harassed_after: int | None = None
    passes: bool = True
    """What a reviewer makes of the listing itself."""
    falls: bool = False
    """Whether a reviewer upholds a notice against it."""
    returns: bool = False
    """Whether a reviewer restores it when its seller answers."""
    answers_after: int | None = None
    stolen_after: int | None = None
    """When the owner reports the theft, in seconds from `at`; may lie before."""

    @property
    def honest(self) -> bool:
        """Whether it should be there."""
        return self.kind == "honest"


@dataclass(frozen=True, slots=True)
class Population:
    """Everybody, and everything that they will put up, in order of time."""

    sellers: tuple[SellerPlan, ...]
    listings: tuple[ListingPlan, ...]
    items: int
    """How many items of each brand there have to be."""
    owned: tuple[int, ...]
    """Numbers of the items that thieves have taken."""


def populate(rules: Rules, seed: int) -> Population:
    """The same seed and rules give the same population."""
    honest = rules.days * rules.honest_a_day
    bad = honest * rules.cheats // max(1, 100 - rules.cheats)
    sellers = list(_honest_sellers(rules, seed, max(1, honest // 3)))
    listings = [_honest(rules, seed, n, sellers) for n in range(honest)]
    coded = [one for one in listings if one.item is not None]
    pictured = [one for one in listings if one.photo is not None]
    items, owned = honest, []
    for kind, share in rules.mix.items():
        count = bad * share // 100
        if kind == "popup":
            stores, some = _popups(rules, seed, count)
            sellers += stores
            listings += some
            continue
        for n in range(count):
            chance = Chance(seed, f"{kind}-{n}")
            source = None
            if kind in ("cloner", "screenshot"):
                of = coded if kind == "cloner" else pictured
                if not of:
                    continue
                source = of[chance.whole("source", 0, len(of) - 1)]
            made = _cheat(rules, chance, kind, n, source, items)
            if kind == "thief":
                owned.append(items)
                items += 1
            sellers.append(SellerPlan(made.seller, kind, made.at - chance.whole("age", 5, 900) * DAY))
            listings.append(made)
    listings.sort(key=lambda one: (one.at, one.ref))
    return Population(tuple(sellers), tuple(listings), items, tuple(owned))


def _honest_sellers(rules: Rules, seed: int, count: int) -> Iterator[SellerPlan]:
    for n in range(count):
        chance = Chance(seed, f"seller-{n}")
        new = chance.percent("new", rules.new_sellers)
        days = chance.whole("age", 0, 20) if new else chance.whole("age", 60, 2_000)
        yield SellerPlan(f"s-{n}", "honest", -days * DAY, not new and chance.percent("authorised", rules.authorised))


def _honest(rules: Rules, seed: int, n: int, sellers: Sequence[SellerPlan]) -> ListingPlan:
    chance = Chance(seed, f"honest-{n}")
    branded = chance.percent("branded", rules.branded)
    coded = branded and chance.percent("adoption", rules.adoption)
    brand = n % len(BRANDS)
    words = f"{chance.pick('thing', _THINGS)}, {chance.pick('look', _LOOKS)}"
    wronged = chance.percent("harassed", rules.malicious) and branded
    return ListingPlan(
        ref=f"h-{n}",
        seller=sellers[chance.whole("seller", 0, len(sellers) - 1)].ref,
        kind="honest",
        at=chance.whole("at", 0, rules.days * DAY - 1),
        title=f"{BRANDS[brand]} {words}" if branded else f"Nice {words}",
        brand=brand,
        branded=branded,
        price=PRICE * chance.whole("price", 70, 130) // 100,
        sale_after=chance.after("sale", rules.sale_hours),
        item=n if coded else None,
        shows=coded and chance.percent("shows", rules.shows_code),
        gives=coded and chance.percent("fixes", rules.fixes),
        photo=f"h-{n}" if chance.percent("pictured", rules.pictured) else None,
        insists=True,
        harassed_after=chance.after("harassed-after", rules.patrol_hours / 4) if wronged else None,
        passes=not chance.percent("passes", rules.wronged),
        falls=chance.percent("falls", rules.fooled),
        returns=not chance.percent("returns", rules.wronged),
        answers_after=chance.after("answers-after", 24) if chance.percent("answers", rules.answers) else None,
    )


def _cheat(
    rules: Rules, chance: Chance, kind: str, n: int, source: ListingPlan | None, item: int, seller: str | None = None
) -> ListingPlan:
    brand = item % len(BRANDS) if kind == "thief" else source.brand if source else chance.whole("brand", 0, 1)
    words = f"{chance.pick('thing', _THINGS)}, {chance.pick('look', _LOOKS)}"
    name = BRANDS[brand]
    title = {
        "disguiser": f"{_disguised(chance, name)} {words}",
        "keyword": f"{chance.pick('stuffing', (name + ' replica', 'inspired by ' + name, name))} {words}",
        "screenshot": f"Nice {words}",
    }.get(kind, f"{name} {words}")
    at = chance.whole("at", 0, rules.days * DAY - 1)
    if source is not None:
        # Copied from a listing that stands there: some hours after it was put up.
        at = min(source.at + chance.after("copied", 12), rules.days * DAY - 1)
    return ListingPlan(
        ref=f"{kind}-{n}",
        seller=seller or f"c-{kind}-{n}",
        kind=kind,
        at=at,
        title=title,
        brand=brand,
        branded=kind != "screenshot",
        price=PRICE * chance.whole("price", 25, 90) // 100,
        sale_after=chance.after("sale", rules.sale_hours),
        item=item if kind == "thief" else source.item if source and kind == "cloner" else None,
        shows=kind == "cloner" or (kind == "thief" and chance.percent("shows", 50)),
        gives=kind in ("cloner", "thief"),
        invented=kind == "popup" and chance.percent("invented", 50),
        photo=source.photo if source and kind == "screenshot" else None,
        cut=chance.percent("cut", 50),
        insists=chance.percent("insists", rules.insists),
        noticed_after=chance.after("noticed", rules.patrol_hours) if chance.percent("seen", rules.patrol) else None,
        passes=chance.percent("passes", rules.missed),
        falls=not chance.percent("falls", rules.missed),
        returns=chance.percent("returns", rules.missed),
        answers_after=chance.after("answers-after", 24) if chance.percent("answers", rules.cheats_answer) else None,
        stolen_after=chance.whole("reported", -24, 72) * HOUR if kind == "thief" else None,
    )


def _popups(rules: Rules, seed: int, count: int) -> tuple[list[SellerPlan], list[ListingPlan]]:
    """Stores that open, put up many listings in a day, go, and come back under another name, maybe after the days."""
    stores: list[SellerPlan] = []
    listings: list[ListingPlan] = []
    number = 0
    while len(listings) < count:
        chance = Chance(seed, f"store-{number}")
        opened = chance.whole("opened", 0, max(1, rules.days - 5) * DAY)
        size = chance.whole("size", 3, 8)
        lives = 2 if chance.percent("back", rules.comes_back) else 1
        for life in range(lives):
            keeps = life == 0 or chance.percent("keeps", rules.same_identifier)
            ref = f"p-{number}-{life}"
            payment = f"account-{seed}-{number}" + ("" if keeps else f"-{life}")
            again = f"p-{number}-0" if life else ""
            begins = opened + life * chance.whole("pause", 2, 4) * DAY
            stores.append(SellerPlan(ref, "popup", begins, payment=payment, again=again))
            for n in range(size):
                own = Chance(seed, f"popup-{number}-{life}-{n}")
                made = _cheat(rules, own, "popup", len(listings), None, 0, ref)
                at = begins + own.whole("within", 1, 20) * HOUR // 2
                listings.append(replace(made, at=at))
        number += 1
    return stores, listings


def _disguised(chance: Chance, name: str) -> str:
    how = chance.pick("how", ("alike", "spaced", "joined", "leet"))
    if how == "alike":
        return name.translate(_ALIKE)
    if how == "spaced":
        return " ".join(name.replace(" ", ""))
    if how == "joined":
        return "\u200b".join(name.split(" ", 1)[0]) + " " + name.split(" ", 1)[-1]
    return name.translate(_LEET)

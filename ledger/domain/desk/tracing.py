"""Upstream: which copies may have one source, by what they share. Leads for people, never findings about anybody.

1. A listing is a seller's. One code in common ties no sellers: one of the two may have the genuine item. Two codes do.
2. Two sellers of a platform with one identifier in common are tied; two with one photo may both have borrowed it, so
   that it takes two photos. What more than `COMMON` have in common ties nobody: it is an agency's telephone, or a
   picture that everybody uses.
3. What is tied is a cluster, where there are two sellers or two copied items in it at least. Clusters are ranked by how
   many kinds of evidence they rest on, then by what is in them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

COMMON: Final = 10
PHOTOS: Final = 2
"""Photos in common that tie two sellers."""
CODES: Final = 2
"""Codes in common that do."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """A listing that shows a copied item's code; `day` is days since 1970. Names as the reader may see them."""

    listing: str
    seller: str
    item: str
    day: int
    photos: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """What ties two things: seller, identifier, photos or codes; `code` says only which code a listing shows."""

    kind: str
    one: str
    other: str


@dataclass(frozen=True, slots=True)
class Cluster:
    """What may have one source. `first` is the earliest place and day that a copy was seen at, where known."""

    items: tuple[str, ...]
    listings: tuple[str, ...]
    sellers: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    first: tuple[str, int] | None

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of evidence that it rests on."""
        return frozenset(one.kind for one in self.evidence)

    @property
    def hypothesis(self) -> str:
        """One sentence, which says that it is a hypothesis."""
        seen = "" if self.first is None else f" The first copy was seen in {self.first[0]}."
        return (
            f"Hypothesis: the copies of {len(self.items)} items in {len(self.listings)} listings of "
            f"{len(self.sellers)} sellers may have one source.{seen} It is a lead and says nothing of anybody’s guilt."
        )


def clusters(
    sightings: Sequence[Sighting],
    marks: Iterable[tuple[str, str]],
    seen: Mapping[str, tuple[str, int]],
) -> list[Cluster]:
    """What is tied, the best supported first. `marks` are (seller, identifier), `seen` first (country, day) by item."""
    evidence = _evidence(sightings, marks)
    groups = _joined(evidence)
    by_root: defaultdict[str, list[Sighting]] = defaultdict(list)
    for one in sightings:
        by_root[groups["listing:" + one.listing]].append(one)
    proofs: defaultdict[str, list[Evidence]] = defaultdict(list)
    for proof in evidence:
        proofs[groups[proof.other if proof.kind == "code" else proof.one]].append(proof)
    found = []
    for root, some in by_root.items():
        items, sellers = sorted({one.item for one in some}), sorted({one.seller for one in some})
        if len(items) < 2 and len(sellers) < 2:
            continue
        places = [seen[item] for item in items if item in seen]
        first = min(places, key=lambda place: (place[1], place[0]), default=None)
        listings = tuple(sorted({one.listing for one in some}))
        found.append(Cluster(tuple(items), listings, tuple(sellers), tuple(proofs[root]), first))
    return sorted(found, key=lambda one: (-len(one.kinds), -len(one.sellers), -len(one.listings), one.items))


def _evidence(sightings: Sequence[Sighting], marks: Iterable[tuple[str, str]]) -> list[Evidence]:
    found = set()
    for one in sightings:
        found.add(Evidence("seller", "listing:" + one.listing, "seller:" + one.seller))
        found.add(Evidence("code", "item:" + one.item, "listing:" + one.listing))
    known = {one.seller for one in sightings}
    identifiers: defaultdict[str, set[str]] = defaultdict(set)
    for seller, mark in marks:
        if seller in known:
            identifiers[mark].add(seller)
    for sellers in identifiers.values():
        found |= {Evidence("identifier", f"seller:{a}", f"seller:{b}") for a, b in _pairs(sellers)}
    photos = ((photo, one.seller) for one in sightings for photo in one.photos)
    codes = ((one.item, one.seller) for one in sightings)
    for kind, shown, least in (("photos", photos, PHOTOS), ("codes", codes, CODES)):
        found |= {Evidence(kind, f"seller:{a}", f"seller:{b}") for a, b in _sharing(shown, least)}
    return sorted(found, key=lambda one: (one.kind, one.one, one.other))


def _sharing(shown: Iterable[tuple[str, str]], least: int) -> list[tuple[str, str]]:
    """Pairs of sellers that have at least so many things in common, of (thing, seller)."""
    of_thing: defaultdict[str, set[str]] = defaultdict(set)
    for thing, seller in shown:
        of_thing[thing].add(seller)
    shared: defaultdict[tuple[str, str], int] = defaultdict(int)
    for sellers in of_thing.values():
        for pair in _pairs(sellers):
            shared[pair] += 1
    return [pair for pair, many in shared.items() if many >= least]


def _pairs(sellers: set[str]) -> list[tuple[str, str]]:
    return list(combinations(sorted(sellers), 2)) if len(sellers) <= COMMON else []


def _joined(evidence: Iterable[Evidence]) -> dict[str, str]:
    """The name of its group for everything that is tied to something."""
    parent: dict[str, str] = {}

    def root(name: str) -> str:
        parent.setdefault(name, name)
        while parent[name] != name:
            parent[name] = parent[parent[name]]
            name = parent[name]
        return name

    for one in evidence:
        if one.kind != "code":
            parent[root(one.one)] = root(one.other)
    return {name: root(name) for name in list(parent)}

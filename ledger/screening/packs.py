"""Rule packs: versioned data that says which detectors count, how much, and how far each may go.

`thresholds` says from which sum of weights on a decision is taken. A detector has `on`, `weight` (0 to 1,000), `most`
(the gravest decision that it may take part in: what only makes one wonder never blocks), and its own `from` where it
has a threshold. The product's own packs lie beside this, an operator's in the database; none is ever changed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ledger.domain.desk.listings import ListingDecision
from ledger.domain.errors import Invalid
from ledger.domain.said import said

KEYS: Final = (
    "mark.copy", "mark.copy_proven", "mark.disguised", "mark.without_code", "mark.sound", "mark.inside",
    "mark.typing", "mark.fits", "mark.word", "code.bad_news", "code.held_back", "code.unknown",
    "code.cannot_tell", "code.unreadable", "code.owner_not_shown", "code.proof_fails",
    "code.not_used_yet", "code.other_seller", "code.other_platform", "code.other_brand", "code.other_model",
    "photo.other_seller", "photo.alike", "photo.catalogue", "seller.new_with_mark", "seller.burst", "price.low",
    "seller.held", "challenge.refused",
)  # fmt: skip
"""The detectors; a pack has all of them and no other."""
_LATER: Final = frozenset({"mark.word"})
"""Detectors that came after the first packs: off in a pack that does not name them."""
WITH_FROM: Final = frozenset({"seller.new_with_mark", "seller.burst", "price.low"})
"""Detectors with a threshold of their own: days, listings in 24 hours, percent of the median."""
_OFF: Final[Mapping[str, Any]] = {"on": False, "weight": 0, "most": ListingDecision.ALLOW.value}
_MOSTS: Final = frozenset(one.value for one in ListingDecision)
_LEVELS: Final = _MOSTS - {ListingDecision.ALLOW.value}
MOST_BYTES: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class Detector:
    """How one detector counts."""

    on: bool
    weight: int
    most: ListingDecision
    start: int = 0


@dataclass(frozen=True, slots=True)
class Pack:
    """A rule pack. `body` is its JSON as it was given."""

    version: int
    made: str
    about: str
    thresholds: Mapping[ListingDecision, int]
    detectors: Mapping[str, Detector]
    body: Mapping[str, Any]


def read_pack(text: str | bytes) -> Pack:
    """A pack from its JSON. Raises Invalid, naming what is missing, unknown or out of bounds."""
    try:
        body = json.loads(text) if len(text) <= MOST_BYTES else None
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise Invalid(said("A rule pack is a JSON object of at most 64 KB."))
    version = _whole(body, "version", 1, 1_000_000)
    given = body.get("thresholds")
    if not isinstance(given, dict) or set(given) != {one.value for one in ListingDecision} - {
        ListingDecision.ALLOW.value
    }:
        raise Invalid(said("The rule pack needs thresholds for ask_for_code, hold and block."))
    thresholds = {ListingDecision(name): _whole(given, name, 1, 100_000) for name in given}
    if [thresholds[one] for one in tuple(ListingDecision)[1:]] != sorted(thresholds.values()):
        raise Invalid(said("The rule pack's thresholds rise from ask_for_code over hold to block."))
    detectors = body.get("detectors")
    if not isinstance(detectors, dict):
        raise Invalid(said("The rule pack has no detectors."))
    detectors = dict.fromkeys(_LATER, _OFF) | detectors
    for name in sorted(set(detectors) ^ set(KEYS)):
        raise Invalid(said("The detector “%(name)s” is missing in the rule pack, or unknown.", name=str(name)[:60]))
    for name in ("made", "about"):
        if not isinstance(body.get(name), str) or len(body[name]) > 2_000:
            raise Invalid(said("The rule pack's “%(name)s” is a text.", name=name))
    return Pack(
        version,
        body["made"],
        body["about"],
        thresholds,
        {name: _detector(name, one) for name, one in detectors.items()},
        body,
    )


def own_packs() -> tuple[Pack, ...]:
    """The product's own packs, oldest first; the last is in force until an operator adds a later one."""
    packs = (read_pack(one.read_bytes()) for one in (Path(__file__).parent / "packs").glob("*.json"))
    return tuple(sorted(packs, key=lambda one: one.version))


def _detector(name: str, given: object) -> Detector:
    if not isinstance(given, dict) or not isinstance(given.get("on"), bool) or given.get("most") not in _MOSTS:
        raise Invalid(said("The detector “%(name)s” says on (true or false), weight and most.", name=name))
    start = _whole(given, "from", 0, 1_000_000) if name in WITH_FROM else 0
    return Detector(given["on"], _whole(given, "weight", 0, 1_000), ListingDecision(given["most"]), start)


def _whole(given: Mapping[str, Any], name: str, least: int, most: int) -> int:
    value = given.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise Invalid(
            said(
                "“%(name)s” in the rule pack is a whole number from %(least)s to %(most)s.",
                name=name,
                least=least,
                most=most,
            )
        )
    return value

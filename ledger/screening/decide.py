"""From facts to a decision: a pure function of a rule pack and the facts, so that it can be told again bit for bit.

Facts are plain JSON (`signals` says of what shape). Each detector gives at most one reason of each thing it is about.
A detector's weight counts once, however often it speaks. A decision is taken where the detectors that may go so far
weigh enough together; so one more reason never makes a decision milder, and a detector that is off never graver.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from ledger.domain.desk.listings import GRAVITY, ListingDecision, canonical
from ledger.screening.packs import Pack
from ledger.screening.phrases import Use
from ledger.screening.written import DISGUISED, How

Facts = Mapping[str, Any]
_BLOCKS: Final = "block"
_HOLDS: Final = "hold"
FINE: Final = frozenset({"owner_confirmed", "held", "unclaimed", "in_transfer", "pending", "unavailable"})
"""Verdicts under which a listing with the code may use the brand's word; the last two have a reason of their own."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why: the detector, what it weighs, and what it saw (`evidence`: names and numbers, nothing about people)."""

    key: str
    weight: int
    evidence: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outcome:
    """A decision with all its reasons, in the order of the detectors."""

    decision: ListingDecision
    reasons: tuple[Reason, ...]

    def told(self) -> str:
        """The reasons as they are kept: the same outcome is the same text."""
        return canonical([[one.key, one.weight, dict(one.evidence)] for one in self.reasons])


def decide(pack: Pack, facts: Facts) -> Outcome:
    """What a pack makes of facts."""
    reasons = []
    weights: dict[str, int] = {}
    for key, evidence in _seen(pack, facts):
        detector = pack.detectors[key]
        if detector.on:
            reasons.append(Reason(key, detector.weight, evidence))
            weights[key] = detector.weight
    decision = ListingDecision.ALLOW
    for level, least in pack.thresholds.items():
        # Everything that may go as far as this level counts towards it.
        together = sum(weight for key, weight in weights.items() if GRAVITY[pack.detectors[key].most] >= GRAVITY[level])
        if together >= least and GRAVITY[level] > GRAVITY[decision]:
            decision = level
    if facts.get("left_out"):
        # No detector, so that no pack can call a text clean which was not looked through for every mark.
        reasons.append(Reason("mark.cannot_tell", 0, {"marks": facts["left_out"]}))
        decision = max(decision, ListingDecision.ASK_FOR_CODE, key=GRAVITY.__getitem__)
    return Outcome(decision, tuple(reasons))


def not_looked_for(pack: Pack, facts: Facts) -> list[str]:
    """The detectors that are on in a pack and whose facts were not gathered: of these a replay can tell nothing."""
    looked = set(facts["looked"])
    needed = {"mark.typing": "typing", "photo.alike": "photos"}
    return [key for key, part in needed.items() if pack.detectors[key].on and part not in looked]


def _seen(pack: Pack, facts: Facts) -> Iterator[tuple[str, dict[str, Any]]]:
    yield from _marks(facts)
    yield from _codes(facts)
    yield from _photos(facts)
    yield from _seller(pack, facts)
    if facts["challenge"] == "refused":
        yield "challenge.refused", {}


def _marks(facts: Facts) -> Iterator[tuple[str, dict[str, Any]]]:
    guessed = _guessed(facts)
    for one in facts["marks"]:
        told = {"mark": one["name"], "how": one["how"], "in": one["in"]}
        if one["model"]:
            continue
        if one["how"] == How.WORD:
            if not one["entitled"]:
                yield "mark.word", told
        elif one["use"] == Use.COPY and one["how"] not in guessed:
            # Nobody's entitlement covers saying that a thing is a copy; but an owner's word says that somebody looks.
            yield "mark.copy_proven" if one["entitled"] == "owner" else "mark.copy", told
        elif one["entitled"]:
            continue
        elif one["how"] in DISGUISED:
            yield "mark.disguised", told
        elif one["use"] == Use.FITS:
            yield "mark.fits", told
        else:
            yield _PLAIN.get(one["how"], "mark.without_code"), told


_GUESSED: Final = frozenset({How.INSIDE, How.TYPING})
"""Found in letters that may well be another word: nobody is told that a thing is a copy of what was only guessed."""
_PLAIN: Final = {How.SOUND: "mark.sound", How.INSIDE: "mark.inside", How.TYPING: "mark.typing"}


def _guessed(facts: Facts) -> frozenset[How]:
    # What was decided on facts of the first form is told again as it was decided.
    return _GUESSED if facts["form"] > 1 else frozenset()


def _codes(facts: Facts) -> Iterator[tuple[str, dict[str, Any]]]:
    unsure = _guessed(facts) | {How.WORD}
    brands = {
        one["owner"]
        for one in facts["marks"]
        if one["owner"] and one["use"] == Use.PLAIN and not one["model"] and one["how"] not in unsure
    }
    models = {one["model"] for one in facts["marks"] if one["model"]}
    for one in facts["codes"]:
        told = {"serial": one["serial"], "verdict": one["verdict"]}
        verdict, proven = one["verdict"], one["proof"] == "good"
        if one["advice"] == _BLOCKS:
            yield "code.bad_news", told
        elif verdict == "unavailable":
            yield "code.cannot_tell", told
        elif verdict == "unknown":
            # A brand that is not here has codes of its own, of which nobody here can tell anything.
            if one["brand"]:
                yield "code.unknown", told
        elif verdict in ("bad_code", "product_only"):
            yield "code.unreadable", told
        elif one["advice"] == _HOLDS and not (verdict == "in_transfer" and proven):
            yield "code.held_back", told
        elif one["proof"] == "fails":
            yield "code.proof_fails", told
        elif (one["claimed"] or verdict == "clone_suspected") and not proven:
            yield "code.owner_not_shown", told
        elif not one["claimed"] and facts["condition"] == "used":
            yield "code.not_used_yet", told
        if one["here"] and not proven:
            yield "code.other_seller", told | {"listings": one["here"]}
        if one["elsewhere"] and not proven:
            yield "code.other_platform", told | {"listings": one["elsewhere"]}
        if one["brand"] and brands and one["brand"] not in brands:
            yield "code.other_brand", told
        elif one["gtin"] and models and one["gtin"] not in models:
            yield "code.other_model", told


def _photos(facts: Facts) -> Iterator[tuple[str, dict[str, Any]]]:
    photos = facts["photos"]
    if facts["challenge"] != "accepted":
        # A photo that was taken for us shows more than one that others use too.
        if photos["same"]:
            yield "photo.other_seller", {"listings": photos["same"]}
        if photos["alike"]:
            yield "photo.alike", {"listings": photos["alike"]}
    if photos["catalogue"]:
        yield "photo.catalogue", {"photos": photos["catalogue"]}


def _seller(pack: Pack, facts: Facts) -> Iterator[tuple[str, dict[str, Any]]]:
    seller, price = facts["seller"], facts["price"]
    branded = any(
        not one["entitled"] and not one["model"] and one["use"] != Use.FITS and one["how"] != How.WORD
        for one in facts["marks"]
    )
    age = seller["age_days"]
    if seller["held"]:
        yield "seller.held", {"orders": len(seller["held"])}
    if branded and age is not None and age < pack.detectors["seller.new_with_mark"].start:
        yield "seller.new_with_mark", {"days": age}
    if seller["burst"] >= max(1, pack.detectors["seller.burst"].start):
        yield "seller.burst", {"listings": seller["burst"]}
    if price["state"] == "compared" and price["percent"] < pack.detectors["price.low"].start:
        yield "price.low", {"percent": price["percent"], "of": price["n"]}

"""World numbers: what only a simulated marketplace can tell, from its truth. Each with numerator and denominator. Pure.

They say how the checks behave in the stated world, and nothing about any real marketplace.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ledger.domain.desk.report import FEWEST
from scripts.simulation.agents import DAY
from scripts.simulation.policy import wrongful_spans
from scripts.simulation.records import DOWN, QUEUED, STOPPED, Fate, Records


@dataclass(frozen=True, slots=True)
class Measure:
    """A number of the simulated world. `unit` is "%" for shares; others are not shares and are told as they are."""

    key: str
    about: str
    numerator: int | None
    denominator: int | None
    unit: str = "%"

    @property
    def value(self) -> float | None:
        """What is printed; None where a share's denominator is too small to say anything."""
        if self.numerator is None:
            return None
        if self.denominator is None:
            return float(self.numerator)
        if self.denominator < FEWEST:
            return None
        scale = {"%": 100, "per 10,000": 10_000}.get(self.unit, 1)
        return round(scale * self.numerator / self.denominator, 1)

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return {"key": self.key, "about": self.about, "numerator": self.numerator, "denominator": self.denominator,
                "unit": self.unit, "value": self.value}  # fmt: skip


def measures(runs: Sequence[Records], without: Sequence[Records]) -> list[Measure]:
    """Of runs over several seeds together; `without` are the same worlds with every detector off."""
    fates = [fate for run in runs for fate in run.fates.values()]
    bad = [fate for fate in fates if not fate.plan.honest]
    found = [
        *_of_bad(bad),
        *_of_sellers(runs, [fate for fate in fates if fate.plan.honest]),
        *_of_notices(runs, fates),
        *_of_queues(fates, runs),
    ]
    return found + list(_beside(runs, without)) if without else found


def _share(key: str, about: str, some: Iterable[Fate], what: Callable[[Fate], object]) -> Measure:
    told = [bool(what(one)) for one in some]
    return Measure(key, about, sum(told), len(told))


def _stopped(fate: Fate) -> bool:
    return fate.sold_at is None and fate.state in (STOPPED, DOWN, QUEUED)


def _of_bad(bad: Sequence[Fate]) -> Iterator[Measure]:
    yield _share(
        "presale_block_rate", "Bad listings that were stopped, by whatever, before a simulated sale.", bad, _stopped
    )
    for kind in sorted({one.plan.kind for one in bad}):
        some = [one for one in bad if one.plan.kind == kind]
        yield _share(f"presale_block_rate.{kind}", "The same, of one kind of cheat.", some, _stopped)
    yield _share(
        "never_shown", "Bad listings that could never be bought for a moment.", bad, lambda one: one.live_from is None
    )
    stopped = [one for one in bad if _stopped(one)]
    yield _share(
        "proactive_share", "Of bad listings that were stopped, those stopped with no notice.", stopped,
        lambda one: one.stopped_by != "notice",
    )  # fmt: skip


def _of_sellers(runs: Sequence[Records], honest: Sequence[Fate]) -> Iterator[Measure]:
    yield _share(
        "honest_friction", "Honest listings that were not allowed at once.", honest,
        lambda one: one.first.decision != "allow",
    )  # fmt: skip
    yield _share(
        "honest_stopped", "Honest listings that a reviewer turned down.", honest,
        lambda one: one.stopped_by == "reviewer",
    )  # fmt: skip
    asked = [one for one in honest if one.asked]
    yield _share("fixed_after_message", "Honest sellers who were asked, and allowed once they gave the code.", asked,
                 lambda one: one.fixed)  # fmt: skip
    for kind, key, about in (
        ("popup", "popup_store_recall", "Pop-up stores whose first branded listing was not allowed at once."),
        ("honest", "honest_new_seller_friction", "Honest new sellers of whom the same is true: beside it always."),
    ):
        first = [one for run in runs for one in _first_listings(run, kind)]
        yield _share(key, about, first, lambda one: one.first.decision != "allow")
    stores = [one for run in runs for one in run.stores.values()]
    back = [one for one in stores if one.again]
    known = sum(one.again in one.linked for one in back)
    yield Measure("reregistered_recall", "Stores that came back, and were linked to who they were.", known, len(back))
    others = [one for one in stores if not one.again and one.kind == "honest"]
    yield Measure("reregistered_false", "Honest new sellers who were linked to somebody else.",
                  sum(bool(one.linked) for one in others), len(others))  # fmt: skip


def _first_listings(run: Records, kind: str) -> list[Fate]:
    first: dict[str, Fate] = {}
    for fate in run.fates.values():
        store = run.stores.get(fate.plan.seller)
        if store is not None and store.kind == kind and fate.plan.branded:
            first.setdefault(fate.plan.seller, fate)
    return list(first.values())


def _of_notices(runs: Sequence[Records], fates: Sequence[Fate]) -> Iterator[Measure]:
    cases = [case for run in runs for case in run.cases.values()]
    yield Measure(
        "keyword_misuse_complaints", "Brands' notices for how a mark is used, of listings put up.",
        sum(case.reason == "keyword_misuse" and not case.honest for case in cases), len(fates), "per 10,000",
    )  # fmt: skip
    false = [case for case in cases if case.honest]
    yield Measure("false_notices_upheld", "Notices against honest listings that were upheld at first.",
                  sum(case.first == "upheld" for case in false), len(false))  # fmt: skip
    fell = [case for case in false if case.down or case.down_since is not None]
    yield Measure("wrongly_down_for_good", "Of honest listings that fell, those that never came back.",
                  sum(case.down_since is not None for case in fell), len(fell))  # fmt: skip
    seconds = sum(end - start for run in runs for start, end in wrongful_spans(run.cases.values()))
    yield Measure("wrongful_takedown_hours", "Hours for which listings were down that came back: as in the report.",
                  seconds // 3_600, None, "h")  # fmt: skip


def _of_queues(fates: Sequence[Fate], runs: Sequence[Records]) -> Iterator[Measure]:
    waited = sorted(seconds for one in fates for seconds in one.waited)
    for share in (50, 95):
        at = waited[max(1, -(-len(waited) * share // 100)) - 1] // 60 if waited else None
        about = f"Minutes until a reviewer looked at a listing ({len(waited)} looked at)."
        yield Measure(f"review_wait_p{share}", about, at, None, "min")
    decided = [
        (one.decided_at, one.received_at) for run in runs for one in run.cases.values() if one.automation != "full"
    ]
    late = sum(seconds > DAY for seconds in waited) + sum(a - b > DAY for a, b in decided if a is not None)
    yield Measure("waited_over_24h", "Listings and cases for which a reviewer took longer than a day.",
                  late, len(waited) + len(decided))  # fmt: skip


def _beside(runs: Sequence[Records], without: Sequence[Records]) -> Iterator[Measure]:
    with_, off = (sum(_shown(run) for run in some) for some in (runs, without))
    yield Measure(
        "suspect_listing_reduction", "Fewer bad listings that could be bought, of those with every detector off.",
        off - with_, off,
    )  # fmt: skip
    cases = [case for run in without for case in run.cases.values()]
    yield Measure("keyword_misuse_complaints.off", "The complaints with every detector off.",
                  sum(case.reason == "keyword_misuse" and not case.honest for case in cases),
                  sum(len(run.fates) for run in without), "per 10,000")  # fmt: skip
    bad = [fate for run in without for fate in run.fates.values() if not fate.plan.honest]
    yield _share(
        "presale_block_rate.off", "Bad listings stopped before a sale, with every detector off.", bad, _stopped
    )


def _shown(run: Records) -> int:
    return sum(not one.plan.honest and one.live_from is not None for one in run.fates.values())

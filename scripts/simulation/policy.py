"""Policy numbers, computed by the simulator from what it wrote down itself, to be compared with the published report.

Nothing here reads the ledger's log or shares code with the report: where both give the same numbers, the report is true
to what happened as seen from outside. Whole numbers: numerator, and denominator or None. Pure.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from typing import Any, Final

from scripts.simulation.agents import DAY
from scripts.simulation.records import CaseRecord, Records

Number = tuple[int | None, int | None]
_BROUGHT_BACK: Final = ("restored", "withdrawn")


def policy_numbers(records: Records) -> dict[str, Number]:
    """By the report's own names."""
    return dict(_of_cases(list(records.cases.values()))) | dict(_of_screenings(records))


def told(report: Mapping[str, Any]) -> dict[str, Number]:
    """The same numbers as `/transparency.json` tells them."""
    return {one["key"]: (one["numerator"], one["denominator"]) for one in report["figures"]}


def differences(own: Mapping[str, Number], report: Mapping[str, Any]) -> list[str]:
    """A sentence for each number in which the two differ; there should be none."""
    published = told(report)
    return [
        f"{key}: the simulator counted {number}, the report tells {published.get(key)}."
        for key, number in own.items()
        if published.get(key) != number
    ]


def _of_cases(cases: list[CaseRecord]) -> Iterable[tuple[str, Number]]:
    received = len(cases)
    yield "notices_received", (received, None)
    for reason in ("keyword_misuse", "code_cloned", "image_theft", "reported_stolen"):
        yield f"notices_received.{reason}", (sum(one.reason == reason for one in cases), received)
    decided = [one for one in cases if one.decided_at is not None]
    took = sorted(_took(one) for one in decided)
    yield "notice_processed_24h_rate", (sum(seconds <= DAY for seconds in took), len(decided))
    yield "notice_upheld_rate", (sum(one.first == "upheld" for one in decided), len(decided))
    declined = [one for one in decided if one.first == "declined"]
    yield "notice_declined_rate", (len(declined), len(decided))
    for code in ("right_does_not_match_listing", "insufficient_evidence", "genuine_resale"):
        yield f"notice_declined.{code}", (sum(one.declined_as == code for one in declined), len(declined))
    by_people = sorted(_took(one) for one in decided if one.automation != "full")
    for share in (50, 95):
        yield f"decision_seconds_p{share}", (_nearest_rank(took, share), None)
        yield f"decision_seconds_by_people_p{share}", (_nearest_rank(by_people, share), None)
    for much in ("none", "partial", "full"):
        yield f"automation.{much}", (sum(one.automation == much for one in decided), len(decided))
    fell = [one for one in cases if one.down or one.down_since is not None]
    yield "counter_notices", (sum(one.countered for one in fell), len(fell))
    yield "strikes", (sum(one.closed and one.outcome == "upheld" for one in cases), None)
    closed = [one for one in fell if one.closed]
    yield "restored_rate", (sum(one.outcome in _BROUGHT_BACK for one in closed), len(closed))
    spans = wrongful_spans(cases)
    yield "wrongful_takedown_seconds", (sum(end - start for start, end in spans), None)
    yield "wrongful_takedowns", (len(spans), None)


def _of_screenings(records: Records) -> Iterable[tuple[str, Number]]:
    screened = [one for fate in records.fates.values() for one in fate.screenings]
    count = len(screened)
    yield "listings_screened", (count, None)
    for decision in ("allow", "ask_for_code", "hold", "block"):
        yield f"screened.{decision}", (sum(one.decision == decision for one in screened), count)
    blocked = [one for one in screened if one.decision == "block"]
    yield "presale_block_rate", (sum(one.before is None for one in blocked), len(blocked))
    marked = [one for one in screened if any(key.startswith("mark.") for key in one.reasons)]
    yield "keyword_misuse_screened", (sum(one.decision != "allow" for one in marked), count)


def wrongful_spans(cases: Iterable[CaseRecord]) -> list[tuple[int, int]]:
    """When a listing was down for notices that did not stand in the end, and for none that did.

    Second by second in thought: between two moments at which anything changed, either it was so or it was not.
    """
    by_listing: dict[str, list[CaseRecord]] = {}
    for one in cases:
        by_listing.setdefault(one.listing, []).append(one)
    found: list[tuple[int, int]] = []
    for some in by_listing.values():
        wrong = [span for one in some if _fell_wrongly(one) for span in one.down]
        right = [span for one in some if not _fell_wrongly(one) for span in _down(one)]
        moments = sorted({moment for span in wrong + right for moment in span})
        mine: list[tuple[int, int]] = []
        for start, end in itertools.pairwise(moments):
            inside = any(a <= start < b for a, b in wrong) and not any(a <= start < b for a, b in right)
            if inside and mine and mine[-1][1] == start:
                mine[-1] = (mine[-1][0], end)
            elif inside:
                mine.append((start, end))
        found += mine
    return found


def _fell_wrongly(case: CaseRecord) -> bool:
    return case.closed and case.outcome in _BROUGHT_BACK


def _down(case: CaseRecord) -> list[tuple[int, int]]:
    return case.down + ([] if case.down_since is None else [(case.down_since, 2**60)])


def _took(case: CaseRecord) -> int:
    assert case.decided_at is not None
    return case.decided_at - case.received_at


def _nearest_rank(values: list[int], share: int) -> int | None:
    return values[max(1, -(-len(values) * share // 100)) - 1] if values else None

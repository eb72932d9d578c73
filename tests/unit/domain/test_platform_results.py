"""Our results in the words that platforms know."""

from __future__ import annotations

import pytest

from ledger.domain.inspections import NO_REMARK, Authenticity, InspectionFacts, Method, Remark
from ledger.domain.platform_results import PlatformResult, platform_result


def facts(result: Authenticity, remarks: Remark = NO_REMARK) -> InspectionFacts:
    return InspectionFacts(result, Method.IN_HAND, remarks=remarks)


@pytest.mark.parametrize(
    ("found", "status", "reason"),
    [
        (None, "PENDING", None),
        (facts(Authenticity.CONSISTENT), "PASSED", None),
        (facts(Authenticity.CONSISTENT, Remark.ALTERED), "PASSED_WITH_EXCEPTION", "CUSTOMIZED"),
        (facts(Authenticity.CONSISTENT, Remark.PARTS_REPLACED), "PASSED_WITH_EXCEPTION", "CUSTOMIZED"),
        (facts(Authenticity.NOT_GENUINE), "FAILED", "NOT_AUTHENTIC"),
        (facts(Authenticity.INCONCLUSIVE), "INELIGIBLE", None),
        (facts(Authenticity.NOT_SUPPORTED), "INELIGIBLE", None),
    ],
)
def test_every_result_has_its_platform_words(found: InspectionFacts | None, status: str, reason: str | None) -> None:
    assert platform_result(found) == PlatformResult(status, reason)


def test_what_is_not_genuine_fails_for_that_whatever_the_listing_says() -> None:
    found = platform_result(facts(Authenticity.NOT_GENUINE), as_described=False, right_category=False)
    assert found.reason == "NOT_AUTHENTIC"


def test_a_condition_that_is_not_the_listings_fails_and_another_category_is_an_exception() -> None:
    genuine = facts(Authenticity.CONSISTENT)
    assert platform_result(genuine, as_described=False) == PlatformResult("FAILED", "NOT_AS_DESCRIBED")
    assert platform_result(genuine, right_category=False) == PlatformResult("PASSED_WITH_EXCEPTION", "MISCATEGORIZED")

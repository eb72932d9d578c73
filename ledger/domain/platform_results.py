"""An inspection in the words that platforms know: eBay's public values for the outcome of an authentication.

| what was found | status | reason |
| --- | --- | --- |
| nothing signed yet | PENDING | |
| not genuine | FAILED | NOT_AUTHENTIC |
| consistent, but not in the condition that the listing says | FAILED | NOT_AS_DESCRIBED |
| consistent, altered, parts replaced or its code moved | PASSED_WITH_EXCEPTION | CUSTOMIZED |
| consistent, but of another category than the listing's | PASSED_WITH_EXCEPTION | MISCATEGORIZED |
| consistent | PASSED | |
| inconclusive, not supported | INELIGIBLE | |
"""

from __future__ import annotations

from dataclasses import dataclass

from ledger.domain.inspections import NO_REMARK, Authenticity, InspectionFacts


@dataclass(frozen=True, slots=True)
class PlatformResult:
    """A status, and the reason where the status has one."""

    status: str
    reason: str | None = None


def platform_result(
    facts: InspectionFacts | None, *, as_described: bool = True, right_category: bool = True
) -> PlatformResult:
    """The result of an inspection (None: it is awaited) beside a listing. Grave findings come first."""
    if facts is None:
        return PlatformResult("PENDING")
    if facts.authenticity is Authenticity.NOT_GENUINE:
        return PlatformResult("FAILED", "NOT_AUTHENTIC")
    if facts.authenticity is not Authenticity.CONSISTENT:
        return PlatformResult("INELIGIBLE")
    if not as_described:
        return PlatformResult("FAILED", "NOT_AS_DESCRIBED")
    if facts.remarks != NO_REMARK:
        return PlatformResult("PASSED_WITH_EXCEPTION", "CUSTOMIZED")
    if not right_category:
        return PlatformResult("PASSED_WITH_EXCEPTION", "MISCATEGORIZED")
    return PlatformResult("PASSED")

"""Upstream tracing: copies of a brand's items that may have one source."""

from __future__ import annotations

from datetime import UTC, date, datetime

from flask import Response
from pydantic import Field

from ledger.domain.desk.sellers import DAY
from ledger.domain.desk.tracing import Cluster
from ledger.domain.organisations import Scope
from ledger.services.desk.tracing import trace
from web.api.operation import answer, blueprint, caller, here, operation
from web.api.shapes import In, Out

bp = blueprint("tracing", "Where copies of your items may come from: leads with their evidence, no findings.")


class TracingQuery(In):
    """How many."""

    limit: int = Field(20, ge=1, le=100)


class TieOut(Out):
    """What ties two things: seller, identifier, photos or codes; “code” says which code a listing shows."""

    kind: str
    one: str
    other: str


class ClusterOut(Out):
    """Copies that may have one source. Sellers have keyed names here, never the platform's own."""

    hypothesis: str
    items: list[str]
    listings: list[str]
    sellers: list[str]
    first_country: str | None = Field(description="Of the first look at one of the items, where it is known.")
    first_day: date | None
    evidence: list[TieOut]


class TracingOut(Out):
    """Clusters, the best supported first."""

    items: list[ClusterOut]


@operation(bp, "GET", "/v1/tracing", answers={200: TracingOut}, scope=Scope.CHECK)
def list_clusters(query: TracingQuery) -> Response:
    """Copies of your items that may have one source

    From your clone alerts and the live listings that show those codes: tied by sellers' identifiers, by photos (two of
    them) and by codes (two of them) in common. A lead to look into; it accuses nobody.
    """
    return answer(TracingOut(items=[_shown(one) for one in trace(here(), caller(), query.limit)]))


def _shown(one: Cluster) -> ClusterOut:
    return ClusterOut(
        hypothesis=one.hypothesis,
        items=list(one.items),
        listings=list(one.listings),
        sellers=list(one.sellers),
        first_country=None if one.first is None else one.first[0],
        first_day=None if one.first is None else datetime.fromtimestamp(one.first[1] * DAY, UTC).date(),
        evidence=[TieOut(kind=tie.kind, one=tie.one, other=tie.other) for tie in one.evidence],
    )

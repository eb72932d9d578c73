"""Sellers: how well a platform knows them, what two laws want by when, and which names are one seller's."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated, Final

from flask import Response
from pydantic import Field as Member
from pydantic import StringConstraints

from ledger.domain.desk.sellers import DAY, Fact, Field, Sales, SellerKind
from ledger.domain.organisations import Scope
from ledger.services.desk.sellers import (
    MARKS,
    SellerView,
    forget_seller,
    record_sales,
    record_seller,
    seller_view,
    sellers_of,
)
from web.api.operation import answer, blueprint, caller, here, operation
from web.api.shapes import Day, Flag, In, Moment, Out, maybe_moment, moment

bp = blueprint("sellers", "How well you know your sellers: levels, what is missing, and by when the law wants it.")

Ref = Annotated[
    str,
    StringConstraints(min_length=1, max_length=120, pattern=r"^[^\x00-\x1f\x7f/]*$"),
    Member(
        description="Your own pseudonym for the seller; never a name or an e-mail address.",
        json_schema_extra={"example": "s-77"},
    ),
]
_EPOCH: Final = date(1970, 1, 1)


class SellerPath(In):
    """A seller of yours."""

    ref: Ref


class SellerQuery(In):
    """Which page of the list."""

    cursor: Ref | None = None
    limit: int = Member(50, ge=1, le=200)


class HeldFact(In):
    """Since when you hold a field, and when it was last verified."""

    stated_at: Moment
    verified_at: Moment | None = None


class Identifier(In):
    """Something that tells that two sellers are one. It is turned into a keyed hash and not kept."""

    kind: Annotated[str, Member(json_schema_extra={"enum": sorted(MARKS)}, max_length=30)]
    value: str = Member(min_length=4, max_length=200)


class SellerFactsIn(In):
    """What you know of a seller now. The facts themselves stay with you."""

    kind: SellerKind
    country: str = Member(pattern=r"^[A-Z]{2}$", examples=["FR"])
    since: Day = Member(description="First day with you.")
    registered: Flag = Member(description="Whether a public register has them.")
    facts: dict[Field, HeldFact] = Member(max_length=len(Field))
    identifiers: list[Identifier] = Member([], max_length=20)


class DaySales(In):
    """Sales of new or unused goods on one day, to buyers in the United States."""

    day: Day
    count: int = Member(ge=0, le=1_000_000)
    cents: int = Member(ge=0, le=2**53 - 1, description="Gross revenue in cents of a US dollar.")


class SalesIn(In):
    """Days in place of what you told of them before."""

    days: list[DaySales] = Member(min_length=1, max_length=731)


class DutyOut(Out):
    """Something that is due: “give”, “verify” or “confirm” these fields, by then."""

    what: str
    fields: list[Field]
    law: str
    until: datetime


class LinkOut(Out):
    """Another name of what may be the same seller, and which identifier both have."""

    ref: str
    kind: str


class SellerOut(Out):
    """A seller as you see it here."""

    ref: str
    kind: SellerKind
    country: str
    since: date
    level: int = Member(description="0 cannot be reached, 1 contact stated, 2 identity verified, 3 all verified.")
    missing: list[Field]
    unverified: list[Field]
    stale: list[Field] = Member(description="Verified longer than a year ago.")
    duties: list[DutyOut]
    high_volume_since: datetime | None = Member(description="INFORM: 200 sales and 5,000 dollars in twelve months.")
    disclosed: bool = Member(description="INFORM: 20,000 dollars within the last twelve months.")
    most_sales: int = Member(description="In the twelve months with most sales.")
    most_cents: int
    linked: list[LinkOut]


class SellersOut(Out):
    """Sellers, by their names."""

    items: list[SellerOut]
    next: str | None


@operation(bp, "PUT", "/v1/sellers/<ref>", answers={200: SellerOut}, scope=Scope.SCREEN, refuses=(409,))
def put_seller(path: SellerPath, body: SellerFactsIn) -> Response:
    """Say what you know of a seller

    In place of what you said before. Only that you hold a fact is kept, and since when; identifiers are kept as keyed
    hashes, by which another name of the same seller is recognised on your platform, and nowhere else.
    """
    facts = {
        field: Fact(int(one.stated_at.timestamp()), int(one.verified_at.timestamp()) if one.verified_at else None)
        for field, one in body.facts.items()
    }
    view = record_seller(
        here(),
        caller(),
        path.ref,
        kind=body.kind,
        country=body.country,
        since=(body.since - _EPOCH).days * DAY,
        registered=body.registered,
        facts=facts,
        marks=[(one.kind, one.value) for one in body.identifiers],
    )
    return answer(_shown(view))


@operation(bp, "PUT", "/v1/sellers/<ref>/sales", answers={200: SellerOut}, scope=Scope.SCREEN, refuses=(404,))
def put_sales(path: SellerPath, body: SalesIn) -> Response:
    """Say what a seller sold

    By day, for the thresholds of the INFORM Consumers Act; days older than 24 months count no more.
    """
    days = [Sales((one.day - _EPOCH).days, one.count, one.cents) for one in body.days]
    return answer(_shown(record_sales(here(), caller(), path.ref, days)))


@operation(bp, "GET", "/v1/sellers/<ref>", answers={200: SellerOut}, scope=Scope.CHECK, refuses=(404,))
def get_seller(path: SellerPath) -> Response:
    """One seller: level, what is missing, what is due"""
    return answer(_shown(seller_view(here(), caller(), path.ref)))


@operation(bp, "DELETE", "/v1/sellers/<ref>", answers={204: None}, scope=Scope.SCREEN, refuses=(404,))
def delete_seller(path: SellerPath) -> Response:
    """Forget a seller: facts, identifiers and sales"""
    forget_seller(here(), caller(), path.ref)
    return Response(status=204)


@operation(bp, "GET", "/v1/sellers", answers={200: SellersOut}, scope=Scope.CHECK)
def list_sellers(query: SellerQuery) -> Response:
    """Your sellers, by their names"""
    found = sellers_of(here(), caller(), query.cursor or "", query.limit + 1)
    shown = found[: query.limit]
    more = shown[-1].seller.ref if len(found) > query.limit else None
    return answer(SellersOut(items=[_shown(one) for one in shown], next=more))


def _shown(view: SellerView) -> SellerOut:
    one, at = view.seller, view.known
    return SellerOut(
        ref=one.ref,
        kind=one.kind,
        country=one.country,
        since=datetime.fromtimestamp(one.since, UTC).date(),
        level=at.level,
        missing=list(at.missing),
        unverified=list(at.unverified),
        stale=list(at.stale),
        duties=[
            DutyOut(what=due.what, fields=list(due.fields), law=due.law, until=moment(due.until)) for due in at.duties
        ],
        high_volume_since=maybe_moment(None if view.inform.since is None else view.inform.since * DAY),
        disclosed=view.inform.disclosed,
        most_sales=view.inform.most_sales,
        most_cents=view.inform.most_cents,
        linked=[LinkOut(ref=ref, kind=kind) for ref, kind in view.linked],
    )

"""Sellers that a brand lets use its marks on a platform."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated

from flask import Response
from pydantic import Field

from ledger.domain.desk.listings import AuthorisedSeller
from ledger.domain.organisations import Scope
from ledger.services.desk.listings_sellers import authorise_seller, authorised_sellers, end_seller
from web.api.listings import Ref
from web.api.operation import answer, blueprint, caller, here, operation
from web.api.shapes import Day, IdPath, In, Line, Out, PageQuery, moment, next_cursor, page

bp = blueprint("authorised_sellers", "Sellers that you let use your marks on a platform.")


class SellerAuthorised(In):
    """A seller, by their platform's name for them."""

    platform: Annotated[Line, Field(max_length=40, description="The platform's short name.", examples=["bazar"])]
    seller: Ref
    until: Day = Field(description="The last day, to its end in UTC.")


class SellerAuthorisedOut(Out):
    """Your word for a seller."""

    id: str
    platform: str
    seller: str
    until: date
    created_at: datetime
    ended_at: datetime | None


class SellersAuthorised(Out):
    """One page, newest first."""

    items: list[SellerAuthorisedOut]
    next: str | None


@operation(
    bp,
    "POST",
    "/v1/authorised-sellers",
    answers={201: SellerAuthorisedOut},
    scope=Scope.NOTICE,
    once=True,
    refuses=(404, 409),
)
def add_authorised_seller(body: SellerAuthorised) -> Response:
    """Let a seller use your marks

    Their listings are then not asked for codes because of your name; codes and photos are looked at as ever.
    """
    return answer(_out(authorise_seller(here(), caller(), body.platform, body.seller, body.until)), 201)


@operation(bp, "GET", "/v1/authorised-sellers", answers={200: SellersAuthorised}, scope=Scope.NOTICE)
def list_authorised_sellers(query: PageQuery) -> Response:
    """The sellers that you let use your marks"""
    rows = authorised_sellers(here(), caller(), query.cursor, query.limit + 1)

    def show(shown: Sequence[AuthorisedSeller]) -> SellersAuthorised:
        more = next_cursor(rows, query.limit, lambda one: one.id)
        return SellersAuthorised(items=[_out(one) for one in shown], next=more)

    return page(rows, query.limit, show, lambda one: one.id)


@operation(bp, "DELETE", "/v1/authorised-sellers/<id>", answers={204: None}, scope=Scope.NOTICE, refuses=(404,))
def end_authorised_seller(path: IdPath) -> Response:
    """Take your word back"""
    end_seller(here(), caller(), path.id)
    return Response(status=204)


def _out(one: AuthorisedSeller) -> SellerAuthorisedOut:
    return SellerAuthorisedOut(
        id=one.id,
        platform=one.platform,
        seller=one.seller,
        until=date.fromisoformat(one.until),
        created_at=moment(one.created_at),
        ended_at=None if one.ended_at is None else moment(one.ended_at),
    )

"""Orders of courts: what they hold, where, and until when."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from flask import Response
from pydantic import Field

from ledger.domain.desk.orders import MOST_ITEMS, MOST_SELLERS, Order, OrderKind
from ledger.domain.organisations import Scope
from ledger.services.desk.orders import Given, enter_order, lift_order, order_for, orders_for, sellers_held
from web.api.operation import JSON_BYTES, answer, blueprint, caller, here, operation
from web.api.shapes import Gtin, Id, IdPath, In, Line, Moment, Out, Serial, Sha256, Territory, maybe_moment, moment

bp = blueprint("orders", "Orders of courts: entered by the operator or an authority, ending by themselves.")


class HeldItem(In):
    """An item that an order holds; it need not be registered here."""

    gtin: Gtin
    serial: Serial


class HeldSeller(In):
    """A seller that an order holds."""

    platform: Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[a-z0-9-]+$", examples=["bazar"])] = Field(
        description="The platform's short name."
    )
    ref: Annotated[
        Line, Field(max_length=120, description="The platform's own name for the seller.", examples=["s-77"])
    ]


class EnteredOrder(In):
    """An order as the court gave it."""

    kind: OrderKind = Field(description="tro (at most 14 days) or final (at most five years).")
    court: Annotated[Line, Field(max_length=120, examples=["Tribunal judiciaire de Paris"])]
    number: Annotated[Line, Field(max_length=60, examples=["26/01234"])]
    document: Sha256 = Field(description="SHA-256 of the order's text.")
    territories: list[Territory] = Field(min_length=1, max_length=200)
    begins_at: Moment | None = Field(None, description="Now, if left out.")
    until: Moment = Field(description="When it ends, by itself.")
    items: list[HeldItem] = Field([], max_length=MOST_ITEMS)
    sellers: list[HeldSeller] = Field([], max_length=MOST_SELLERS)
    renews: Id | None = Field(None, description="The order that this one goes on with.")


class HeldItemOut(Out):
    """An item that an order holds."""

    gtin: str
    serial: str


class HeldSellerOut(Out):
    """A seller that an order holds; `platform` is the platform's id."""

    platform: str
    ref: str


class OrderOut(Out):
    """An order."""

    id: str
    kind: OrderKind
    court: str
    number: str
    document: str
    territories: list[str]
    begins_at: datetime
    until: datetime
    in_force: bool
    renews: str | None
    created_at: datetime
    lifted_at: datetime | None


class WholeOrderOut(OrderOut):
    """An order with all that it holds."""

    items: list[HeldItemOut]
    sellers: list[HeldSellerOut]


class OrdersOut(Out):
    """The newest orders, at most 200."""

    items: list[OrderOut]


class HeldNowOut(Out):
    """One of your sellers, and an order that holds it."""

    ref: str = Field(description="Your own name for the seller.")
    order: str
    court: str
    territories: list[str]
    until: datetime


class HeldNowListOut(Out):
    """Your sellers that an order holds now, at most 5,000."""

    items: list[HeldNowOut]


@operation(bp, "GET", "/v1/held-sellers", answers={200: HeldNowListOut}, scope=Scope.CHECK)
def list_held_sellers() -> Response:
    """Which of your sellers an order of a court holds now

    For platforms. A seller is on the list until the order ends, which it does by itself.
    """
    found = [
        HeldNowOut(ref=ref, order=one.id, court=one.court, territories=list(one.territories), until=moment(one.ends_at))
        for ref, one in sellers_held(here(), caller())
    ]
    return answer(HeldNowListOut(items=found))


@operation(bp, "GET", "/v1/orders", answers={200: OrdersOut}, scope=Scope.DECIDE)
def list_orders() -> Response:
    """List the orders

    For the operator all of them, for an authority those that it has entered.
    """
    return answer(OrdersOut(items=[OrderOut(**_fields(one)) for one in orders_for(here(), caller())]))


@operation(
    bp,
    "POST",
    "/v1/orders",
    answers={201: WholeOrderOut},
    scope=Scope.DECIDE,
    once=True,
    largest=JSON_BYTES,
    refuses=(404,),
)
def add_order(body: EnteredOrder) -> Response:
    """Enter an order of a court

    From its time on its items are shown as held under it, and checks advise `hold`, in its territories. It ends by
    itself. It never makes a good record a bad one.
    """
    given = Given(
        kind=body.kind,
        court=body.court,
        number=body.number,
        document=body.document,
        territories=body.territories,
        until=_seconds(body.until),
        from_at=None if body.begins_at is None else _seconds(body.begins_at),
        items=[(one.gtin, one.serial) for one in body.items],
        sellers=[(one.platform, one.ref) for one in body.sellers],
        renews=body.renews,
    )
    new = enter_order(here(), caller(), given)
    return answer(_whole(new), 201, location=f"/v1/orders/{new.id}")


@operation(bp, "GET", "/v1/orders/<id>", answers={200: WholeOrderOut}, scope=Scope.DECIDE, refuses=(404,))
def get_order(path: IdPath) -> Response:
    """One order, with all that it holds"""
    return answer(_whole(order_for(here(), caller(), path.id)))


@operation(bp, "POST", "/v1/orders/<id>/lift", answers={200: WholeOrderOut}, scope=Scope.DECIDE, refuses=(404, 409))
def lift_early(path: IdPath) -> Response:
    """Lift an order before its time

    Lifted twice, it was lifted once.
    """
    return answer(_whole(lift_order(here(), caller(), path.id)))


def _seconds(when: datetime) -> int:
    return int(when.timestamp())


def _whole(order: Order) -> WholeOrderOut:
    return WholeOrderOut(
        **_fields(order),
        items=[HeldItemOut(gtin=gtin, serial=serial) for gtin, serial in order.items],
        sellers=[HeldSellerOut(platform=platform, ref=ref) for platform, ref in order.sellers],
    )


def _fields(order: Order) -> dict[str, Any]:
    return {
        "id": order.id,
        "kind": order.kind,
        "court": order.court,
        "number": order.number,
        "document": order.document,
        "territories": list(order.territories),
        "begins_at": moment(order.from_at),
        "until": moment(order.until),
        "in_force": order.in_force(here().now()),
        "renews": order.renews,
        "created_at": moment(order.created_at),
        "lifted_at": maybe_moment(order.lifted_at),
    }

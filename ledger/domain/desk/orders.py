"""Orders of courts: what they hold, where, and from when until when.

An order holds items, by GTIN and serial, and sellers, by a platform and its own name for them. It says nothing about
whether an item is genuine. It begins and ends by itself, at its times and not when somebody gets round to it: whether
one is in force is worked out from the clock at every question. Lifted early, it ends there. Two orders on one thing
end each on its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ledger.domain.desk.territories import shared
from ledger.domain.errors import Fault, Invalid
from ledger.domain.said import said

_DAY: Final = 86_400
MOST_ITEMS: Final = 1_000
MOST_SELLERS: Final = 1_000
EARLIEST: Final = 366 * _DAY
"""How long ago an order may have begun when it is entered here."""


class OrderKind(StrEnum):
    """What sort of order it is: for a moment and before the other side was heard, or after judgment."""

    TRO = "tro"
    FINAL = "final"


LONGEST: Final = {OrderKind.TRO: 14 * _DAY, OrderKind.FINAL: 5 * 366 * _DAY}
"""Seconds that an order lasts at most (Federal Rules of Civil Procedure 65(b)(2) for the fourteen days); a temporary
one is renewed by another order, which says so."""


@dataclass(frozen=True, slots=True)
class Order:
    """One order. Times are in seconds since 1970: in force from `from_at` to just before `until`.

    `items` are (gtin, serial), `sellers` are (platform's organisation id, its ref of the seller); `document` is the
    SHA-256 of the order's text, `renews` the id of the order that this one goes on with.
    """

    id: str
    kind: OrderKind
    court: str
    number: str
    document: str
    territories: tuple[str, ...]
    from_at: int
    until: int
    entered_by: str
    created_at: int
    items: tuple[tuple[str, str], ...] = ()
    sellers: tuple[tuple[str, str], ...] = ()
    renews: str | None = None
    lifted_at: int | None = None

    @property
    def ends_at(self) -> int:
        """When it ends, or ended: at its time, or earlier where it was lifted."""
        return self.until if self.lifted_at is None else min(self.until, self.lifted_at)

    def in_force(self, now: int, territory: str | None = None) -> bool:
        """Whether it holds at that second, in any part of that territory where one is named."""
        here = territory is None or bool(shared(self.territories, (territory,)))
        return here and self.from_at <= now < self.ends_at


def holding(orders: Iterable[Order], now: int, territory: str | None = None) -> list[Order]:
    """Those in force, the one that ends last first."""
    return sorted((one for one in orders if one.in_force(now, territory)), key=lambda one: (-one.ends_at, one.id))


def check_order(order: Order, territories: tuple[str, ...] | None, renewed: Order | None) -> None:
    """Raises Invalid naming every fault of an order that is being entered at `order.created_at`."""
    now, faults = order.created_at, []
    if not 1 <= len(order.court) <= 120 or not order.court.isprintable():
        faults.append(Fault("court", said("must have 1 to 120 printable characters.")))
    if not 1 <= len(order.number) <= 60 or not order.number.isprintable():
        faults.append(Fault("number", said("must have 1 to 60 printable characters.")))
    if territories is None:
        faults.append(Fault("territories", said("are not countries."), said("Write codes of two letters: FR, IT, EU.")))
    if not order.items and not order.sellers:
        faults.append(Fault("items", said("or sellers are missing."), said("Name what the order holds.")))
    if len(order.items) > MOST_ITEMS or len(order.sellers) > MOST_SELLERS:
        faults.append(Fault("items", said("are more than 1,000."), said("Enter the rest as a second order.")))
    if order.from_at < now - EARLIEST:
        faults.append(Fault("begins_at", said("is more than a year ago."), said("Enter the order that is in force.")))
    if order.until <= max(order.from_at, now):
        faults.append(Fault("until", said("is over already."), said("Write when the order ends.")))
    elif order.until - order.from_at > LONGEST[order.kind]:
        temporary = order.kind is OrderKind.TRO
        what = said("is more than 14 days ahead.") if temporary else said("is more than five years ahead.")
        mend = said("Enter the order that renews it when there is one.") if temporary else said("Enter it again then.")
        faults.append(Fault("until", what, mend))
    if renewed is not None and (renewed.court != order.court or renewed.kind is not order.kind):
        faults.append(Fault("renews", said("is an order of another court or kind."), said("Leave it out.")))
    if faults:
        raise Invalid(said("The order cannot be entered: %(fault)s", fault=faults[0]), faults=faults)

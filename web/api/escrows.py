"""Handovers that wait for a platform which holds the money: release them, or refuse them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from flask import Response
from pydantic import Field

from ledger.domain.asks import Escrow
from ledger.domain.organisations import Scope
from ledger.services.escrow import Waiting, refuse, release, waiting_for
from web.api.operation import answer, blueprint, caller, here, operation
from web.api.shapes import IdPath, Out, StatementOut, maybe_moment, moment, taken

bp = blueprint("escrows", "Handovers that count once a platform, which holds the money, releases them.")


class EscrowState(StrEnum):
    """How far it is."""

    OFFERED = "offered"
    ACCEPTED = "accepted"
    RELEASED = "released"
    REFUSED = "refused"


class EscrowOut(Out):
    """A handover that names your platform."""

    offer: str
    gtin: str
    serial: str
    state: EscrowState
    created_at: datetime
    accepted_at: datetime | None = Field(description="When the buyer accepted.")
    decided_at: datetime | None


class EscrowsOut(Out):
    """The newest handovers that name your platform, at most 500."""

    items: list[EscrowOut]


@operation(bp, "GET", "/v1/escrows", answers={200: EscrowsOut}, scope=Scope.CHECK)
def list_escrows() -> Response:
    """List the handovers that wait for your platform"""
    return answer(EscrowsOut(items=[_escrow_out(one) for one in waiting_for(here(), caller())]))


@operation(
    bp,
    "POST",
    "/v1/offers/<id>/escrow/release",
    answers={202: StatementOut},
    scope=Scope.CHECK,
    once=True,
    refuses=(404, 409),
)
def release_escrow(path: IdPath) -> Response:
    """Release a handover: the item changes hands

    The buyer has to have accepted. Released twice, it is the same statement.
    """
    ledger = here()
    return taken(ledger, release(ledger, caller(), path.id))


@operation(
    bp,
    "POST",
    "/v1/offers/<id>/escrow/refuse",
    answers={200: EscrowsOut},
    scope=Scope.CHECK,
    once=True,
    refuses=(404, 409),
)
def refuse_escrow(path: IdPath) -> Response:
    """Refuse a handover: the owner stays owner

    What the buyer had signed is destroyed.
    """
    refuse(here(), caller(), path.id)
    return answer(EscrowsOut(items=[_escrow_out(one) for one in waiting_for(here(), caller())]))


def _escrow_out(one: Waiting) -> EscrowOut:
    escrow = one.escrow
    return EscrowOut(
        offer=escrow.offer,
        gtin=one.subject.item.gtin,
        serial=one.subject.item.serial,
        state=_state(escrow),
        created_at=moment(escrow.created_at),
        accepted_at=maybe_moment(escrow.accepted_at),
        decided_at=maybe_moment(escrow.released_at or escrow.refused_at),
    )


def _state(escrow: Escrow) -> EscrowState:
    if escrow.released_at is not None:
        return EscrowState.RELEASED
    if escrow.refused_at is not None:
        return EscrowState.REFUSED
    return EscrowState.OFFERED if escrow.accepted_at is None else EscrowState.ACCEPTED

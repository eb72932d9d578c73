"""Escrow: an acceptance that is signed now and counts once the platform that holds the money releases it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ledger.domain.asks import Entrustment, Escrow
from ledger.domain.errors import Conflict, Unknown
from ledger.domain.organisations import Caller, Role, Scope
from ledger.domain.outbox import Queued
from ledger.domain.said import said
from ledger.domain.statements import Kind, Statement, make
from ledger.services.hand_over import release_offer
from ledger.services.ports import Ledger, Tx
from ledger.services.submit_statement import Also, check_statement, queue
from ledger.services.tag_handover import need_tap
from ledger.services.views_of_chain import Listed, listed


def keep_acceptance(
    ledger: Ledger,
    offer_id: str,
    new_owner: str,
    head: str,
    signatures: list[bytes],
    code: str | None,
    person: str,
    also: Also,
) -> None:
    """Check an acceptance as the contract will, and keep it until the platform decides.

    Whoever has accepted may accept anew, and nobody else: the seller knows the link too, and would take the item back
    once the buyer has paid. Raises what submitting it would raise, and Conflict where the platform has refused.
    """
    offer = release_offer(ledger, offer_id, code)
    with ledger.store.write() as tx:
        need_tap(tx, offer_id, ledger.now())
        escrow = tx.asks.escrow(offer_id)
        if escrow is None:
            raise Unknown(said("No platform holds this handover. Accept it as it is."))
        if escrow.refused_at is not None:
            raise Conflict(said("The platform has refused this handover. Ask the seller what happened."))
        before = str(escrow.accepted["new_owner"]) if escrow.accepted else None
        holding = tx.people.holding(offer.item, before) if before else None
        if before is not None and (holding is None or holding.person != person):
            raise Conflict(said("Somebody has accepted this handover already. Ask the seller what happened."))
        accepted = {"new_owner": new_owner, "head": head, "signatures": ["0x" + one.hex() for one in signatures]}
        statement, all_signatures = kept_statement(tx, offer_id, accepted)
        check_statement(ledger, tx, statement, all_signatures)
        tx.asks.change_escrow(offer_id, accepted=accepted, accepted_at=ledger.now())
        also(tx, _unqueued(ledger, statement, all_signatures))


@dataclass(frozen=True, slots=True)
class Waiting:
    """A handover that names a platform, with its item."""

    escrow: Escrow
    subject: Listed


def waiting_for(ledger: Ledger, caller: Caller) -> list[Waiting]:
    """The handovers that name the caller's platform, newest first (at most 500)."""
    caller.need_role(Role.PLATFORM)
    caller.need(Scope.CHECK)
    with ledger.store.read() as tx:
        found = []
        for one in tx.asks.escrows_of(caller.organisation.id):
            offer = tx.papers.offer(one.offer)
            if offer is not None:
                found.append(Waiting(one, listed(tx, offer.item)))
        return found


def entrusted_with(ledger: Ledger, caller: Caller) -> list[tuple[Entrustment, Listed]]:
    """The items whose owners let the caller's organisation answer for them now."""
    caller.need(Scope.READ)
    now = ledger.now()
    with ledger.store.read() as tx:
        found = [(one, listed(tx, one.item)) for one in tx.asks.entrusted_to(caller.organisation.id, now)]
        return [(one, subject) for one, subject in found if one.holds(now, subject.holder)]


def release(ledger: Ledger, caller: Caller, offer_id: str) -> Queued:
    """The platform's yes: the handover goes to the ledger. Again gives the same. Raises Unknown, Conflict."""
    with ledger.store.write() as tx:
        escrow = _of(tx, caller, offer_id)
        if escrow.refused_at is not None:
            raise Conflict(said("This handover was refused before, so it cannot be released."))
        if escrow.accepted is None:
            raise Conflict(said("The buyer has not accepted yet. Nothing was released; try again once they have."))
        queued = queue(ledger, tx, *kept_statement(tx, offer_id, escrow.accepted))
        tx.asks.change_escrow(offer_id, released_at=escrow.released_at or ledger.now())
        return queued


def refuse(ledger: Ledger, caller: Caller, offer_id: str) -> None:
    """The platform's no: the kept acceptance is destroyed, and the owner stays owner. Raises Unknown, Conflict."""
    with ledger.store.write() as tx:
        escrow = _of(tx, caller, offer_id)
        if escrow.released_at is not None:
            raise Conflict(said("This handover was released before, so it cannot be refused."))
        tx.asks.change_escrow(offer_id, accepted=None, refused_at=escrow.refused_at or ledger.now())


def _of(tx: Tx, caller: Caller, offer_id: str) -> Escrow:
    caller.need_role(Role.PLATFORM)
    caller.need(Scope.CHECK)
    escrow = tx.asks.escrow(offer_id)
    if escrow is None or escrow.organisation != caller.organisation.id:
        raise Unknown(said("There is no such handover among those that wait for you."))
    return escrow


def kept_statement(tx: Tx, offer_id: str, accepted: Mapping[str, object]) -> tuple[Statement, list[bytes]]:
    """The acceptance that is kept until the platform decides, and its signatures. Raises Unknown without an offer."""
    offer = tx.papers.offer(offer_id)
    if offer is None:
        raise Unknown(said("There is no such offer. Ask the owner for the link again."))
    values = {"offer": "0x" + offer.hash.hex(), "newOwner": accepted["new_owner"], "head": accepted["head"]}
    signatures = accepted["signatures"]
    assert isinstance(signatures, list)
    return (
        make(Kind.ACCEPT, values, offer.values),
        [bytes.fromhex(str(one)[2:]) for one in (offer.signature, *signatures)],
    )


def _unqueued(ledger: Ledger, statement: Statement, signatures: list[bytes]) -> Queued:
    return Queued("", statement, b"", tuple(signatures), ledger.now())

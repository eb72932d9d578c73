"""Messages for an organisation's webhooks: made in the caller's transaction, delivered later by the worker."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from ledger.domain.errors import Conflict, Unknown
from ledger.domain.organisations import Caller
from ledger.domain.said import said
from ledger.domain.webhooks import Delivery, Endpoint, EventType, Message, State, body_of
from ledger.services.ports import Ledger, Tx
from ledger.services.webhook_endpoints import own_endpoint

MOST_REPLAYED: Final = 1_000
"""Deliveries that one replay begins again."""


def queue_message(
    ledger: Ledger,
    tx: Tx,
    organisation: str,
    type: EventType,
    data: Mapping[str, Any],
    *,
    source: str | None = None,
    first: bool = False,
    at: int | None = None,
    endpoints: Sequence[Endpoint] | None = None,
) -> str | None:
    """Promise a message in the caller's open write transaction; its id, or None where nobody wants it.

    `data` carries ids and codes, nothing about people. `source` names what it tells of: there is one message of a
    source, whoever asks again; `first` says that nobody can have told of it before. `at` is when that happened. It
    goes to the organisation's endpoints that want the type (or to those among `endpoints`); for one that is off it is
    noted as failed, so that it can be replayed.
    """
    known = tx.webhooks.endpoints(organisation) if endpoints is None else endpoints
    wanting = [one for one in known if type is EventType.TEST or one.wants(type)]
    id, now = ledger.new_id("msg"), ledger.now()
    if not wanting or (source and not first and tx.webhooks.told(source)):
        return None
    body = body_of(type, now if at is None else at, data)
    tx.webhooks.add_message(Message(id, organisation, type, source or id, body, now))
    tx.webhooks.add_deliveries([_delivery(ledger, one, id, type, now) for one in wanting])
    return id


def send_test(ledger: Ledger, caller: Caller, endpoint: str) -> str:
    """Queue a message of type `webhook.test` for one endpoint; the delivery's id. Raises Unknown, Conflict if off."""
    with ledger.store.write() as tx:
        found = own_endpoint(tx, caller, endpoint)
        if not found.on:
            raise Conflict(said("This webhook is switched off. Switch it on, then send a test."))
        queue_message(ledger, tx, found.organisation, EventType.TEST, {"webhook": found.id}, endpoints=[found])
        return tx.webhooks.deliveries(found.id, None, None, 1)[0].id


def own_delivery(tx: Tx, caller: Caller, id: str) -> tuple[Delivery, Endpoint]:
    """One of the caller's deliveries with its endpoint. Raises Unknown."""
    found = tx.webhooks.delivery(id)
    if found is None or found.organisation != caller.organisation.id:
        raise Unknown(said("You have no delivery of that name. The log of the webhook lists them."))
    return found, own_endpoint(tx, caller, found.endpoint)


def replay(ledger: Ledger, caller: Caller, delivery: str) -> None:
    """Send a message again to its endpoint, at once and with the same id. Raises Unknown, Conflict if that is off."""
    with ledger.store.write() as tx:
        found, endpoint = own_delivery(tx, caller, delivery)
        _expect_on(endpoint)
        now = ledger.now()
        tx.webhooks.change_delivery(found.id, state=State.WAITING, tries=0, next_try_at=now, done_at=None)


def replay_failed(ledger: Ledger, caller: Caller, endpoint: str, since: int = 0) -> int:
    """Send again what failed of the messages made since then, oldest first; how many (at most 1,000 at once).

    Raises Unknown, Conflict where the endpoint is off.
    """
    with ledger.store.write() as tx:
        _expect_on(own_endpoint(tx, caller, endpoint))
        return tx.webhooks.replay(endpoint, since, ledger.now(), MOST_REPLAYED)


def _expect_on(endpoint: Endpoint) -> None:
    if not endpoint.on:
        raise Conflict(said("This webhook is switched off. Switch it on, then send again."))


def _delivery(ledger: Ledger, endpoint: Endpoint, message: str, type: EventType, now: int) -> Delivery:
    return Delivery(
        id=ledger.new_id("whd"),
        message=message,
        endpoint=endpoint.id,
        organisation=endpoint.organisation,
        type=type,
        state=State.WAITING if endpoint.on else State.FAILED,
        tries=0,
        attempts=0,
        created_at=now,
        next_try_at=now,
        done_at=None if endpoint.on else now,
    )

"""Webhooks: addresses of yours that are told what became final, with a log of every delivery and replay."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Final

from flask import Response
from pydantic import AwareDatetime, Field

from ledger.domain.organisations import Scope
from ledger.domain.webhooks import MOST_ENDPOINTS, Delivery, Endpoint, EventType, Off, Problem, State
from ledger.services.queue_message import own_delivery, replay, replay_failed, send_test
from ledger.services.webhook_endpoints import (
    add_endpoint,
    disable,
    enable,
    own_endpoint,
    own_endpoints,
    remove,
    rotate_secret,
)
from web.api.operation import answer, blueprint, caller, here, operation
from web.api.shapes import IdPath, In, Out, PageQuery, maybe_moment, moment, next_cursor, page

bp = blueprint(
    "webhooks",
    "Addresses of yours that are told what became final, signed after Standard Webhooks; what they are told is in the "
    "description under `webhooks`.",
)

_SCOPE: Final = Scope.KEYS


class WebhookOut(Out):
    """An address that is told. Its secret is never shown again."""

    id: str
    url: str
    description: str
    types: list[EventType] = Field(description="What it is told; an empty list means everything.")
    created_at: datetime
    disabled_at: datetime | None
    disabled_why: Off | None = Field(description="by_hand; gone (it answered 410); failing (nothing for five days).")
    failing_since: datetime | None = Field(description="Since when nothing was taken; null while all is well.")
    failures: int = Field(description="Failed tries in a row.")


class NewWebhookOut(WebhookOut):
    """A new webhook. `secret` is shown this once."""

    secret: str = Field(description="Verifies signatures; begins with whsec_.")


class WebhookListOut(Out):
    """All webhooks, oldest first."""

    items: list[WebhookOut] = Field(max_length=MOST_ENDPOINTS)


class SecretOut(Out):
    """A new secret, shown this once."""

    secret: str


class DeliveryOut(Out):
    """A message on its way to one address. `status` is what was answered last."""

    id: str
    message: str = Field(description="The webhook-id, the same at every try.")
    webhook: str
    type: EventType
    state: State
    attempts: int
    status: int | None
    created_at: datetime
    next_try_at: datetime | None
    done_at: datetime | None


class AttemptOut(Out):
    """One try: the answer's status and the beginning of its body, or why there was none."""

    number: int
    at: datetime
    status: int | None
    problem: Problem | None
    response: str
    took_ms: int


class DeliveryWholeOut(DeliveryOut):
    """A delivery with the body that is sent and its last tries, newest first."""

    body: str
    log: list[AttemptOut]


class DeliveryPageOut(Out):
    """A page of deliveries, newest first."""

    items: list[DeliveryOut]
    next: str | None


class ReplayedOut(Out):
    """How many are sent again; 1,000 mean that there may be more."""

    count: int


class NewWebhook(In):
    """An address to tell."""

    url: str = Field(min_length=1, max_length=500, examples=["https://example.com/touchmark"])
    types: list[EventType] = Field([], max_length=len(EventType), description="Empty: everything.")
    description: str = Field("", max_length=200)


class Rotation(In):
    """How a secret is replaced."""

    at_once: bool = Field(False, description="End the old one now, because it was stolen; else it lasts another day.")


class Replay(In):
    """What to send again."""

    since: AwareDatetime | None = Field(None, description="Only messages made since then.")


class DeliveryQuery(PageQuery):
    """Which deliveries."""

    state: Annotated[State | None, Field(description="Only those in this state.")] = None


@operation(bp, "GET", "/v1/webhooks", answers={200: WebhookListOut}, scope=_SCOPE)
def list_webhooks() -> Response:
    """Your webhooks"""
    with here().store.read() as tx:
        found = own_endpoints(tx, caller())
    return answer(WebhookListOut(items=[WebhookOut(**_shown(one)) for one in found]))


@operation(bp, "POST", "/v1/webhooks", answers={201: NewWebhookOut}, scope=_SCOPE, once=True)
def add_webhook(body: NewWebhook) -> Response:
    """Add a webhook

    The address must take HTTPS from the public internet. Keep the secret that is answered: it is shown this once.
    """
    made, secret = add_endpoint(here(), caller(), body.url, body.types, body.description)
    return answer(NewWebhookOut(**_shown(made), secret=secret), 201, location=f"/v1/webhooks/{made.id}")


@operation(bp, "GET", "/v1/webhooks/<id>", answers={200: WebhookOut}, scope=_SCOPE, refuses=(404,))
def get_webhook(path: IdPath) -> Response:
    """One webhook"""
    return _told(path.id)


@operation(bp, "DELETE", "/v1/webhooks/<id>", answers={204: None}, scope=_SCOPE, refuses=(404,))
def remove_webhook(path: IdPath) -> Response:
    """Remove a webhook with its log, for good"""
    remove(here(), caller(), path.id)
    return Response(status=204)


@operation(bp, "POST", "/v1/webhooks/<id>/secret", answers={200: SecretOut}, scope=_SCOPE, once=True, refuses=(404,))
def rotate_webhook_secret(path: IdPath, body: Rotation) -> Response:
    """Replace the secret

    Until the old one ends, messages carry a signature by each, so that you can change over without missing any.
    """
    return answer(SecretOut(secret=rotate_secret(here(), caller(), path.id, at_once=body.at_once)))


@operation(bp, "POST", "/v1/webhooks/<id>/disable", answers={200: WebhookOut}, scope=_SCOPE, refuses=(404,))
def disable_webhook(path: IdPath) -> Response:
    """Switch a webhook off

    What it misses is noted as failed, and can be replayed.
    """
    disable(here(), caller(), path.id)
    return _told(path.id)


@operation(bp, "POST", "/v1/webhooks/<id>/enable", answers={200: WebhookOut}, scope=_SCOPE, refuses=(404,))
def enable_webhook(path: IdPath) -> Response:
    """Switch a webhook on again"""
    enable(here(), caller(), path.id)
    return _told(path.id)


@operation(
    bp, "POST", "/v1/webhooks/<id>/test", answers={202: DeliveryOut}, scope=_SCOPE, once=True, refuses=(404, 409)
)
def test_webhook(path: IdPath) -> Response:
    """Send a test message

    Ask for the delivery at the address that is answered: it says what your receiver answered.
    """
    delivery = send_test(here(), caller(), path.id)
    return _sent(delivery)


@operation(bp, "POST", "/v1/webhooks/<id>/replay", answers={202: ReplayedOut}, scope=_SCOPE, refuses=(404, 409))
def replay_webhook(path: IdPath, body: Replay) -> Response:
    """Send again what failed

    Oldest first, with the same ids as before; at most 1,000 at once.
    """
    since = 0 if body.since is None else int(body.since.timestamp())
    return answer(ReplayedOut(count=replay_failed(here(), caller(), path.id, since)), 202)


@operation(bp, "GET", "/v1/webhooks/<id>/deliveries", answers={200: DeliveryPageOut}, scope=_SCOPE, refuses=(404,))
def list_webhook_deliveries(path: IdPath, query: DeliveryQuery) -> Response:
    """A webhook's deliveries, newest first"""
    with here().store.read() as tx:
        own_endpoint(tx, caller(), path.id)
        rows = tx.webhooks.deliveries(path.id, query.state, query.cursor, query.limit + 1)

    def show(shown: Sequence[Delivery]) -> DeliveryPageOut:
        cursor = next_cursor(rows, query.limit, lambda one: one.id)
        return DeliveryPageOut(items=[DeliveryOut(**_delivery(one)) for one in shown], next=cursor)

    return page(rows, query.limit, show, lambda one: one.id)


@operation(bp, "GET", "/v1/webhook-deliveries/<id>", answers={200: DeliveryWholeOut}, scope=_SCOPE, refuses=(404,))
def get_webhook_delivery(path: IdPath) -> Response:
    """One delivery: what is sent, and what was answered"""
    with here().store.read() as tx:
        found, _ = own_delivery(tx, caller(), path.id)
        message, attempts = tx.webhooks.message(found.message), tx.webhooks.attempts(found.id)
    log = [
        AttemptOut(
            number=one.number,
            at=moment(one.at),
            status=one.status,
            problem=None if one.problem is None else Problem(one.problem),
            response=one.response,
            took_ms=one.took_ms,
        )
        for one in attempts
    ]
    return answer(DeliveryWholeOut(**_delivery(found), body=message.body if message else "", log=log))


@operation(
    bp, "POST", "/v1/webhook-deliveries/<id>/replay", answers={202: DeliveryOut}, scope=_SCOPE, refuses=(404, 409)
)
def replay_webhook_delivery(path: IdPath) -> Response:
    """Send one message again, with the same id"""
    replay(here(), caller(), path.id)
    return _sent(path.id)


def _told(id: str) -> Response:
    with here().store.read() as tx:
        found = own_endpoint(tx, caller(), id)
    return answer(WebhookOut(**_shown(found)))


def _sent(delivery: str) -> Response:
    with here().store.read() as tx:
        found, _ = own_delivery(tx, caller(), delivery)
    return answer(DeliveryOut(**_delivery(found)), 202, location=f"/v1/webhook-deliveries/{delivery}")


def _shown(one: Endpoint) -> dict[str, object]:
    return {
        "id": one.id,
        "url": one.url,
        "description": one.description,
        "types": one.types,
        "created_at": moment(one.created_at),
        "disabled_at": maybe_moment(one.disabled_at),
        "disabled_why": one.disabled_why,
        "failing_since": maybe_moment(one.failing_since),
        "failures": one.failures,
    }


def _delivery(one: Delivery) -> dict[str, object]:
    return {
        "id": one.id,
        "message": one.message,
        "webhook": one.endpoint,
        "type": one.type,
        "state": one.state,
        "attempts": one.attempts,
        "status": one.status,
        "created_at": moment(one.created_at),
        "next_try_at": moment(one.next_try_at) if one.state is State.WAITING else None,
        "done_at": maybe_moment(one.done_at),
    }

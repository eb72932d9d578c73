"""Webhooks: addresses of yours that are told what became final, with a log of every delivery and replay."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from flask import Response

from ledger.domain.organisations import Scope
from ledger.domain.webhooks import Delivery, Problem
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
from web.api.shapes import IdPath, moment, next_cursor, page
from web.api.webhook_shapes import (
    AttemptOut,
    DeliveryOut,
    DeliveryPageOut,
    DeliveryQuery,
    DeliveryWholeOut,
    NewWebhook,
    NewWebhookOut,
    Replay,
    ReplayedOut,
    Rotation,
    SecretOut,
    WebhookListOut,
    WebhookOut,
    delivery_of,
    webhook_of,
)

bp = blueprint(
    "webhooks",
    "Addresses of yours that are told what became final, signed after Standard Webhooks; what they are told is in the "
    "description under `webhooks`.",
)

_SCOPE: Final = Scope.KEYS


@operation(bp, "GET", "/v1/webhooks", answers={200: WebhookListOut}, scope=_SCOPE)
def list_webhooks() -> Response:
    """Your webhooks"""
    with here().store.read() as tx:
        found = own_endpoints(tx, caller())
    return answer(WebhookListOut(items=[WebhookOut(**webhook_of(one)) for one in found]))


@operation(bp, "POST", "/v1/webhooks", answers={201: NewWebhookOut}, scope=_SCOPE, once=True)
def add_webhook(body: NewWebhook) -> Response:
    """Add a webhook

    The address must take HTTPS from the public internet. Keep the secret that is answered: it is shown this once.
    """
    made, secret = add_endpoint(here(), caller(), body.url, body.types, body.description)
    return answer(NewWebhookOut(**webhook_of(made), secret=secret), 201, location=f"/v1/webhooks/{made.id}")


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
        return DeliveryPageOut(items=[DeliveryOut(**delivery_of(one)) for one in shown], next=cursor)

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
    return answer(DeliveryWholeOut(**delivery_of(found), body=message.body if message else "", log=log))


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
    return answer(WebhookOut(**webhook_of(found)))


def _sent(delivery: str) -> Response:
    with here().store.read() as tx:
        found, _ = own_delivery(tx, caller(), delivery)
    return answer(DeliveryOut(**delivery_of(found)), 202, location=f"/v1/webhook-deliveries/{delivery}")

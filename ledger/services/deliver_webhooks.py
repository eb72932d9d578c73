"""One delivery: taken, posted, noted.

1. `take_delivery` counts the try and commits when it is due again, before anything is sent.
2. `deliver` signs and posts, with no transaction open, and notes what was answered.
3. Whoever dies in between has delivered late, or once more under the same `webhook-id`; nothing is lost.
"""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

import structlog
from standardwebhooks import Webhook

from ledger.domain.errors import Invalid
from ledger.domain.people import StaffRole
from ledger.domain.webhooks import (
    FAILING_FOR,
    TRIES,
    Attempt,
    Delivery,
    Endpoint,
    Off,
    State,
    gap_after,
    in_force,
)
from ledger.services.ports import Ledger, Tx
from ledger.services.send_mail import queue_mail
from ledger.services.webhook_endpoints import secrets_of, switch_off
from ledger.services.webhooks_port import Courier, Reply

log = structlog.get_logger("webhooks")

HELD: Final = 60
"""Seconds that a delivery is in one hand: longer than any try takes, so that no other worker takes it meanwhile."""
KEPT_FOR: Final = 90 * 86_400
"""Seconds that messages and their log are kept."""
_LOGGED: Final = 20
"""Tries of one delivery that are kept."""
_GONE: Final = 410


def take_delivery(ledger: Ledger, but: Collection[str] = ()) -> Delivery | None:
    """The delivery that is due longest, of all organisations but some; None where none is. Raises Unavailable."""
    now = ledger.now()
    with ledger.store.read() as tx:
        if tx.webhooks.due(now, but) is None:
            return None
    with ledger.store.write() as tx:
        found = tx.webhooks.due(now, but)
        if found is None:
            return None
        if found.tries >= TRIES:
            # Whoever made the last try did not live to note what became of it.
            tx.webhooks.change_delivery(found.id, state=State.FAILED, done_at=now)
            return None
        taken = replace(found, tries=found.tries + 1, attempts=found.attempts + 1)
        due = now + max(gap_after(taken.tries) or 0, HELD)
        tx.webhooks.change_delivery(found.id, tries=taken.tries, attempts=taken.attempts, next_try_at=due)
    return taken


def deliver(ledger: Ledger, courier: Courier, taken: Delivery) -> None:
    """Post a delivery that was taken, and note the answer. Raises Unavailable; then it is due again later."""
    with ledger.store.read() as tx:
        message, endpoint = tx.webhooks.message(taken.message), tx.webhooks.endpoint(taken.endpoint)
    if message is None or endpoint is None:
        return
    began = ledger.now()
    headers = {
        "content-type": "application/json",
        "webhook-id": message.id,
        "webhook-timestamp": str(began),
        "webhook-signature": _signatures(ledger, endpoint, message.id, began, message.body),
    }
    reply = courier.post(endpoint.url, headers, message.body)
    with ledger.store.write() as tx:
        _note(ledger, tx, taken, reply, began)


def forget_old_messages(ledger: Ledger) -> None:
    """Forget messages that nobody will replay any more, with their log."""
    with ledger.store.write() as tx:
        tx.webhooks.forget_before(ledger.now() - KEPT_FOR)


def _signatures(ledger: Ledger, endpoint: Endpoint, id: str, at: int, body: str) -> str:
    """One signature for each secret in force: during a rotation the receiver may know either."""
    moment = datetime.fromtimestamp(at, UTC)
    known = in_force(secrets_of(ledger, endpoint), at)
    return " ".join(Webhook(one.text).sign(id, moment, body) for one in known)


def _note(ledger: Ledger, tx: Tx, taken: Delivery, reply: Reply, began: int) -> None:
    now, endpoint, current = ledger.now(), tx.webhooks.endpoint(taken.endpoint), tx.webhooks.delivery(taken.id)
    if endpoint is None or current is None:
        return
    log.info("webhook.tried", delivery=taken.id, status=reply.status, problem=reply.problem, took_ms=reply.took_ms)
    attempt = Attempt(taken.attempts, began, reply.status, reply.problem, reply.response, reply.took_ms)
    tx.webhooks.add_attempt(taken.id, attempt, _LOGGED)
    tx.webhooks.change_delivery(taken.id, status=reply.status)
    if reply.status is not None and 200 <= reply.status < 300:
        tx.webhooks.change_delivery(taken.id, state=State.DELIVERED, done_at=now)
        tx.webhooks.note_success(endpoint.id)
        return
    tx.webhooks.note_failure(endpoint.id, began)
    if current.state is State.WAITING and current.attempts == taken.attempts:
        # Otherwise it was replayed, or given up, while we waited for the answer.
        gap = gap_after(taken.tries)
        if gap is None:
            tx.webhooks.change_delivery(taken.id, state=State.FAILED, done_at=now)
        else:
            tx.webhooks.change_delivery(taken.id, next_try_at=now + gap)
    _switch_off(ledger, tx, endpoint, reply, now)


def _switch_off(ledger: Ledger, tx: Tx, endpoint: Endpoint, reply: Reply, now: int) -> None:
    since = endpoint.failing_since
    failing = since is not None and now - since >= FAILING_FOR and endpoint.failures + 1 >= TRIES
    if not endpoint.on or not (reply.status == _GONE or failing):
        return
    why = Off.GONE if reply.status == _GONE else Off.FAILING
    switch_off(tx, endpoint.id, why, now)
    log.warning("webhook.off", endpoint=endpoint.id, why=str(why))
    said = "It answered that it is gone (410)." if why is Off.GONE else "It has taken nothing for five days."
    for member in tx.people.members(endpoint.organisation):
        person = tx.people.get(member.person)
        if StaffRole.ADMIN in member.roles and person is not None and person.email:
            text = (
                f"A webhook of yours was switched off:\n\n{endpoint.url}\n\n{said}\n\nWhat it missed is kept, and can "
                f"be sent again from its page:\n\n{ledger.public_url}/console/webhooks/{endpoint.id}\n"
            )
            # An address that we cannot write to must not undo the switching off.
            with suppress(Invalid):
                queue_mail(ledger, tx, person.email, "A webhook was switched off", text)

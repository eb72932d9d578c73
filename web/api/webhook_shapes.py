"""The forms of webhooks, deliveries and their log in the API."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field

from ledger.domain.webhooks import MOST_ENDPOINTS, Delivery, Endpoint, EventType, Off, Problem, State
from web.api.shapes import Flag, In, Moment, Out, PageQuery, maybe_moment, moment


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

    at_once: Flag = Field(False, description="End the old one now, because it was stolen; else it lasts another day.")


class Replay(In):
    """What to send again."""

    since: Moment | None = Field(None, description="Only messages made since then.")


class DeliveryQuery(PageQuery):
    """Which deliveries."""

    state: Annotated[State | None, Field(description="Only those in this state.")] = None


def webhook_of(one: Endpoint) -> dict[str, object]:
    """The fields of a webhook."""
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


def delivery_of(one: Delivery) -> dict[str, object]:
    """The fields of a delivery."""
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

"""What webhooks are told, as OpenAPI 3.1 describes it: one entry a type under `webhooks` (OAS 3.1.0, 4.8.1)."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from pydantic import Field

from ledger.domain.webhooks import ABOUT, EventType
from web.api.shapes import Out
from web.scan_json import AsOfOut

_BODY: Final = "WebhookMessage"
SIGNING: Final = (
    "The body is signed after Standard Webhooks: compare `webhook-signature` with `v1,` and the base64 of the "
    "HMAC-SHA-256 over `webhook-id.webhook-timestamp.body`, keyed with the base64 part of your secret; a library "
    "does it for you. Refuse timestamps older than five minutes, and ids that you have handled. Messages may come "
    "twice, and in another order. Answer 2xx within ten seconds; anything else is tried again, eight times in 28 "
    "hours. 410 switches the webhook off. Only what is final is told; a watch tells what a check would say, which "
    "counts bad news as soon as it is signed."
)
_HEADERS: Final = {
    "webhook-id": "The message’s name: the same at every try, and at a replay.",
    "webhook-timestamp": "Seconds since 1970 at this try.",
    "webhook-signature": "Signatures, separated by spaces: several while a secret is being replaced.",
}


class ToldItem(Out):
    """An item."""

    id: str | None = Field(description="0x and 64 hexadecimal digits; null for a watched code that is not registered.")
    gtin: str
    serial: str
    link: str = Field(description="The address in its code.")


class ToldEntry(Out):
    """The entry of the ledger that is told of: whoever reads the ledger themselves finds it there."""

    block: int
    log_index: int
    transaction: str
    statement: str | None
    time: datetime


class ToldData(Out):
    """What happened. Which of these there are depends on the type; never who owns an item."""

    what: str | None = Field(None, description="The kind, such as stolen, recall or inspection.")
    by: str | None = Field(None, description="The short name of the organisation that said it, where one did.")
    item: ToldItem | None = None
    batch: str | None = Field(None, description="The batch of yours.")
    count: int | None = Field(None, description="Of a batch: how many items.")
    authenticity: str | None = Field(None, description="Of an inspection: its result.")
    alert: str | None = Field(None, description="Of a suspicion: its name in your list of alerts.")
    watch: str | None = Field(None, description="Of a watch: its id.")
    ref: str | None = Field(None, description="Of a watch or a listing: your own name for it.")
    before: str | None = Field(None, description="Of a watch or a listing: the verdict or decision that was told last.")
    after: str | None = Field(None, description="Of a watch or a listing: the verdict or decision now.")
    decision_id: str | None = Field(None, description="Of a listing: the name of the new decision.")
    reasons: list[str] | None = Field(None, description="Of a listing: why, by the names of the detectors.")
    advice: str | None = Field(None, description="Of a watch: ok, ask_for_proof, hold, block or no_opinion.")
    as_of: AsOfOut | None = Field(None, description="Of a watch: the block that the verdict rests on.")
    case: str | None = Field(None, description="Of a notice: the case, as at /v1/cases.")
    notice: str | None = Field(None, description="Of a case: its notice.")
    platform: str | None = Field(None, description="Of a case: the marketplace's short name.")
    listing: str | None = Field(None, description="Of a case: the marketplace's name of the listing.")
    url: str | None = Field(None, description="Of a case: the address of the listing, where one was given.")
    reason: str | None = Field(None, description="Of a case: what is alleged.")
    rules: str | None = Field(None, description="Of a case: the rule set that it runs under.")
    state: str | None = Field(None, description="Of a case: where it is.")
    outcome: str | None = Field(None, description="Of a case: how it stands.")
    entry: ToldEntry | None = None


class WebhookMessage(Out):
    """A message."""

    type: EventType
    timestamp: datetime = Field(description="When it happened.")
    data: ToldData


def describe(spec: dict[str, Any]) -> None:
    """Add the messages to a description."""
    schema = WebhookMessage.model_json_schema(ref_template="#/components/schemas/{model}")
    for name, part in (*schema.pop("$defs").items(), (_BODY, schema)):
        spec["components"]["schemas"].setdefault(name, part)
        if name.startswith("Told"):
            # Other types may say more; a receiver passes over what it does not know.
            spec["components"]["schemas"][name]["additionalProperties"] = True
    spec["webhooks"] = {type.value: {"post": _told(type)} for type in EventType}


def _told(type: EventType) -> dict[str, Any]:
    return {
        "operationId": "told_" + type.replace(".", "_"),
        "summary": str(ABOUT[type]),
        "description": SIGNING,
        "tags": ["webhooks"],
        "parameters": [
            {"name": name, "in": "header", "required": True, "description": words, "schema": {"type": "string"}}
            for name, words in _HEADERS.items()
        ],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{_BODY}"}}},
        },
        "responses": {
            "2XX": {"description": "Taken."},
            "410": {"description": "Never again: the webhook is switched off."},
            "default": {"description": "Not taken: it is tried again later."},
        },
    }

"""Webhooks: what organisations are told, as Standard Webhooks has it (https://www.standardwebhooks.com).

A message is made once, when what it tells of is final, and is the same at every delivery: same id, same body.
Bodies carry ids and codes; never who owns an item.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final

from ledger.domain.chain_view import ChainEvent
from ledger.domain.said import Said, said
from ledger.domain.statements import MarkKind, OwnerReportKind, RecordKind


class EventType(StrEnum):
    """What a message tells. A new one is added here, with its sentence below, and is then offered everywhere."""

    ITEM_REGISTERED = "item.registered"
    ITEM_CLAIMED = "item.claimed"
    ITEM_HANDED_OVER = "item.handed_over"
    ITEM_REPORTED = "item.reported"
    ITEM_MARKED = "item.marked"
    ITEM_INSPECTED = "item.inspected"
    ITEM_SERVICED = "item.serviced"
    ITEM_RECORD_WITHDRAWN = "item.record_withdrawn"
    ITEM_RECOVERY_OPENED = "item.recovery_opened"
    ITEM_RECOVERY_ENDED = "item.recovery_ended"
    ITEM_RECOVERED = "item.recovered"
    ITEM_CONTESTED = "item.contested"
    ITEM_RETIRED = "item.retired"
    BATCH_REGISTERED = "batch.registered"
    BATCH_MARKED = "batch.marked"
    ITEM_VERDICT_CHANGED = "item.verdict_changed"
    ALERT_CLONE_SUSPECTED = "alert.clone_suspected"
    CASE_RECEIVED = "case.received"
    CASE_DECIDED = "case.decided"
    CASE_CLOSED = "case.closed"
    LISTING_DECISION_CHANGED = "listing.decision_changed"
    LISTING_TAKEN_DOWN = "listing.taken_down"
    LISTING_RESTORED = "listing.restored"
    TEST = "webhook.test"


ABOUT: Final[Mapping[EventType, Said]] = {
    EventType.ITEM_REGISTERED: said("An item got an entry of its own: the first thing was signed about it."),
    EventType.ITEM_CLAIMED: said("An item has its first owner."),
    EventType.ITEM_HANDED_OVER: said("An item has a new owner."),
    EventType.ITEM_REPORTED: said("An owner reported an item lost, stolen or found."),
    EventType.ITEM_MARKED: said("An item was recalled, reported or withdrawn, or that was taken back."),
    EventType.ITEM_INSPECTED: said("An item was inspected, or an inspection was corrected."),
    EventType.ITEM_SERVICED: said("An item was repaired or cared for."),
    EventType.ITEM_RECORD_WITHDRAWN: said("An inspection or a service was withdrawn by whoever recorded it."),
    EventType.ITEM_RECOVERY_OPENED: said("Somebody asked to recover an item; its owner may still object."),
    EventType.ITEM_RECOVERY_ENDED: said("The owner objected, so the recovery of an item ended."),
    EventType.ITEM_RECOVERED: said("An item was recovered and has another owner."),
    EventType.ITEM_CONTESTED: said("It was shown that an item is registered twice."),
    EventType.ITEM_RETIRED: said("An item was taken out of circulation."),
    EventType.BATCH_REGISTERED: said("A batch of items was registered."),
    EventType.BATCH_MARKED: said("A whole batch was recalled or withdrawn, or that was taken back."),
    EventType.ITEM_VERDICT_CHANGED: said("What a check says of an item that you watch has changed."),
    EventType.ALERT_CLONE_SUSPECTED: said("Scans suggest that a code was copied."),
    EventType.CASE_RECEIVED: said("A notice against a listing was received."),
    EventType.CASE_DECIDED: said("A notice, a counter-notice or an appeal was decided."),
    EventType.CASE_CLOSED: said("A case is closed for good."),
    EventType.LISTING_DECISION_CHANGED: said(
        "What was decided of a listing has changed, after its photos or a challenge."
    ),
    EventType.LISTING_TAKEN_DOWN: said("A listing was taken down after a notice."),
    EventType.LISTING_RESTORED: said("A listing that was taken down may be shown again."),
    EventType.TEST: said("A test, sent because you asked for it."),
}
"""Each type in a sentence for whoever chooses."""

GAPS: Final = (5, 300, 1_800, 7_200, 18_000, 36_000, 36_000)
"""Seconds between tries, as Standard Webhooks recommends: together about 28 hours."""
TRIES: Final = len(GAPS) + 1
FAILING_FOR: Final = 5 * 86_400
"""Seconds after which an address that takes nothing is switched off."""
EXCERPT: Final = 1_024
"""Bytes of an answer that are kept."""
MOST_ENDPOINTS: Final = 20
"""Addresses of one organisation."""
MOST_SECRETS: Final = 3
"""Secrets of one endpoint that are in force at once."""
ROTATION: Final = 86_400
"""Seconds that an old secret still signs beside the new one."""


class Off(StrEnum):
    """Why an endpoint is switched off."""

    BY_HAND = "by_hand"
    GONE = "gone"
    """It answered 410."""
    FAILING = "failing"
    """It took nothing for five days."""


class State(StrEnum):
    """Where a delivery is."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"
    """Every try failed, or the endpoint was switched off meanwhile."""


class Problem(StrEnum):
    """Why there was no answer."""

    TIMEOUT = "timeout"
    NO_ADDRESS = "no_address"
    FORBIDDEN_ADDRESS = "forbidden_address"
    NO_CONNECTION = "no_connection"
    NO_TRUST = "no_trust"
    NO_SENSE = "no_sense"


PROBLEMS: Final[Mapping[Problem, Said]] = {
    Problem.TIMEOUT: said("It did not answer within ten seconds."),
    Problem.NO_ADDRESS: said("Its name was not found."),
    Problem.FORBIDDEN_ADDRESS: said("Its name leads into a private network, where nothing is sent."),
    Problem.NO_CONNECTION: said("It could not be reached."),
    Problem.NO_TRUST: said("Its certificate is not valid for this name."),
    Problem.NO_SENSE: said("What it answered was not HTTP."),
}
"""Each in a sentence."""


@dataclass(frozen=True, slots=True)
class Secret:
    """A signing secret (`whsec_…`), and until when it is in force (None: until it is replaced)."""

    text: str
    until: int | None = None


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An address that wants to be told. `types` empty means everything; `sealed` holds its secrets."""

    id: str
    organisation: str
    url: str
    description: str
    types: tuple[str, ...]
    sealed: bytes
    created_at: int
    disabled_at: int | None = None
    disabled_why: Off | None = None
    failing_since: int | None = None
    failures: int = 0

    @property
    def on(self) -> bool:
        """Whether it is told now."""
        return self.disabled_at is None

    def wants(self, type: str) -> bool:
        """Whether it asked for this type."""
        return not self.types or type in self.types


@dataclass(frozen=True, slots=True)
class Message:
    """What is told, once for an organisation. `source` names what it tells of, so that it is never made twice."""

    id: str
    organisation: str
    type: str
    source: str
    body: str
    created_at: int


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message on its way to one endpoint. `tries` counts since it was sent or replayed, `attempts` all of them."""

    id: str
    message: str
    endpoint: str
    organisation: str
    type: str
    state: State
    tries: int
    attempts: int
    created_at: int
    next_try_at: int
    status: int | None = None
    done_at: int | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try: what was answered (HTTP status and the beginning of the body), or why nothing was."""

    number: int
    at: int
    status: int | None
    problem: str | None
    response: str
    took_ms: int


def gap_after(tries: int) -> int | None:
    """Seconds to wait after the `tries`th try (from 1), None where it was the last."""
    return GAPS[tries - 1] if tries <= len(GAPS) else None


def in_force(secrets: tuple[Secret, ...], now: int) -> tuple[Secret, ...]:
    """The secrets that sign now, newest first."""
    return tuple(one for one in secrets if one.until is None or one.until > now)


def body_of(type: str, at: int, data: Mapping[str, Any]) -> str:
    """A message's body: type, time of what happened (ISO 8601, UTC), data; compact JSON."""
    told = {"type": type, "timestamp": iso(at), "data": data}
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


def iso(at: int) -> str:
    """A moment as it stands in bodies."""
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%dT%H:%M:%SZ}"


_RECORDS: Final = {
    RecordKind.INSPECTION: EventType.ITEM_INSPECTED,
    RecordKind.CORRECTION: EventType.ITEM_INSPECTED,
    RecordKind.SERVICE: EventType.ITEM_SERVICED,
    RecordKind.WITHDRAWAL: EventType.ITEM_RECORD_WITHDRAWN,
}
_KINDS: Final = {"Recorded": RecordKind, "OwnerReported": OwnerReportKind, "Marked": MarkKind, "BatchMarked": MarkKind}
_PLAIN: Final = {
    "ItemOpened": EventType.ITEM_REGISTERED,
    "Claimed": EventType.ITEM_CLAIMED,
    "HandedOver": EventType.ITEM_HANDED_OVER,
    "OwnerReported": EventType.ITEM_REPORTED,
    "Marked": EventType.ITEM_MARKED,
    "RecoveryOpened": EventType.ITEM_RECOVERY_OPENED,
    "RecoveryEnded": EventType.ITEM_RECOVERY_ENDED,
    "RecoveryCompleted": EventType.ITEM_RECOVERED,
    "Contested": EventType.ITEM_CONTESTED,
    "Retired": EventType.ITEM_RETIRED,
    "BatchRegistered": EventType.BATCH_REGISTERED,
    "BatchMarked": EventType.BATCH_MARKED,
}
TOLD: Final = (*_PLAIN, "Recorded")
"""The events of the contract that make messages."""


def type_of(event: ChainEvent) -> EventType | None:
    """What an event is told as, None where it is not."""
    return _RECORDS[RecordKind(event.args["kind"])] if event.name == "Recorded" else _PLAIN.get(event.name)


def what(event: ChainEvent) -> str | None:
    """The kind that an event names, as a word: “stolen”, “recall”, “inspection”."""
    return _KINDS[event.name](event.args["kind"]).name.lower() if event.name in _KINDS else None

"""What the use cases ask of the tables of webhooks, and of whatever posts; `storage` and `outward` answer."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from ledger.domain.chain_view import ChainEvent
from ledger.domain.webhooks import Attempt, Delivery, Endpoint, Message, State


class Webhooks(Protocol):
    """Reads and writes of endpoints, messages and deliveries."""

    def add_endpoint(self, new: Endpoint) -> None:
        """Keep a new endpoint."""
        ...

    def endpoint(self, id: str) -> Endpoint | None:
        """By id."""
        ...

    def endpoints(self, organisation: str | None = None) -> list[Endpoint]:
        """An organisation's endpoints, oldest first; without one, everybody's."""
        ...

    def change_endpoint(self, id: str, **values: Any) -> None:
        """Set columns of an endpoint."""
        ...

    def note_failure(self, id: str, at: int) -> None:
        """Count one more failure in a row."""
        ...

    def note_success(self, id: str) -> None:
        """Begin counting anew."""
        ...

    def remove_endpoint(self, id: str) -> None:
        """Forget an endpoint and its deliveries."""
        ...

    def told(self, source: str) -> bool:
        """Whether there is a message of this source."""
        ...

    def told_of(self, sources: Sequence[str]) -> set[str]:
        """Which of some hundreds of sources there are messages of."""
        ...

    def add_message(self, new: Message) -> None:
        """Keep a message."""
        ...

    def message(self, id: str) -> Message | None:
        """By id."""
        ...

    def add_deliveries(self, new: Sequence[Delivery]) -> None:
        """Keep deliveries to be made."""
        ...

    def delivery(self, id: str) -> Delivery | None:
        """By id."""
        ...

    def deliveries(self, endpoint: str, state: State | None, before: str | None, limit: int) -> list[Delivery]:
        """An endpoint's deliveries, newest first, older than the cursor."""
        ...

    def due(self, now: int, but: Collection[str]) -> Delivery | None:
        """The delivery to an endpoint in use that is due longest, of all organisations but some."""
        ...

    def change_delivery(self, id: str, **values: Any) -> None:
        """Set columns of a delivery."""
        ...

    def give_up(self, endpoint: str, at: int) -> None:
        """Let what waits for an endpoint fail, for it is off."""
        ...

    def replay(self, endpoint: str, since: int, now: int, limit: int) -> int:
        """Let an endpoint's failed deliveries of messages made since then wait again, oldest first; how many."""
        ...

    def add_attempt(self, delivery: str, new: Attempt, keep: int) -> None:
        """Keep a try, and forget those before the last `keep`."""
        ...

    def attempts(self, delivery: str) -> list[Attempt]:
        """The tries of a delivery, newest first."""
        ...

    def counts(self, endpoint: str) -> dict[State, int]:
        """How many deliveries of an endpoint are in each state."""
        ...

    def health(self, organisation: str | None = None) -> tuple[int, int | None, int, int]:
        """How many deliveries wait, when the oldest of them came, how many endpoints fail now, and how many we shut."""
        ...

    def forget_before(self, at: int) -> None:
        """Forget messages made before `at`, and their deliveries."""
        ...

    def newly_final(self, after: tuple[int, int], upto: int, limit: int) -> list[tuple[ChainEvent, bytes]]:
        """The events that make messages, from beyond (block, log index), up to a block; each with its block's hash."""
        ...

    def last_final(self, after: tuple[int, int], upto: int) -> tuple[int, int, bytes] | None:
        """The place (block, log index) of the last event up to a block, with its block's hash; None if not beyond."""
        ...


@dataclass(frozen=True, slots=True)
class Reply:
    """What a receiver answered: a status and the beginning of the body; or `problem`, why it did not."""

    status: int | None
    problem: str | None
    response: str
    took_ms: int


class Courier(Protocol):
    """Posts to the internet."""

    def post(self, url: str, headers: Mapping[str, str], body: str) -> Reply:
        """One try, bounded in time and size. Whatever goes wrong is in the reply."""
        ...

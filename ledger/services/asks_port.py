"""What the use cases ask of the tables between buyers and owners; `storage` answers."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Protocol

from ledger.domain.asks import Ask, AskState, Entrustment, Escrow, Message


class Asks(Protocol):
    """Reads and writes of asks, entrustments and escrows."""

    def add_ask(self, ask: Ask) -> None:
        """Keep a question."""
        ...

    def ask(self, id: str) -> Ask | None:
        """By id."""
        ...

    def ask_by_link(self, hash: bytes) -> Ask | None:
        """By the hash of what its link carries."""
        ...

    def asked_since(self, item: int, since: int) -> int:
        """How many questions about an item were asked lately."""
        ...

    def several(self, ids: Collection[str]) -> dict[str, Ask]:
        """Questions by id."""
        ...

    def asks_of(self, item: int, most: int = 50) -> list[Ask]:
        """The questions about an item, newest first."""
        ...

    def asks_by(self, session: bytes, item: int, since: int) -> list[Ask]:
        """What one session asked about an item lately, newest first (at most 10)."""
        ...

    def answer(
        self, id: str, state: AskState, now: int, signer: str | None, by: str | None, photo: str | None = None
    ) -> bool:
        """Close a question that still waits; False where it was closed already."""
        ...

    def forget_photos(self, before: int) -> None:
        """Forget the photos of answers given before a time."""
        ...

    def add_entrustment(self, one: Entrustment) -> None:
        """Keep an entrustment."""
        ...

    def entrusted_of(self, items: Collection[int]) -> dict[int, list[Entrustment]]:
        """The same of many, by item; without those that are entrusted to nobody."""
        ...

    def entrustments(self, item: int) -> list[Entrustment]:
        """The entrustments of an item, newest first (at most 50)."""
        ...

    def entrusted_to(self, organisation: str, now: int) -> list[Entrustment]:
        """What an organisation is entrusted with now, newest first (at most 500)."""
        ...

    def end_entrustment(self, id: str, now: int) -> bool:
        """Take an entrustment back; whether it was open."""
        ...

    def hold_in_escrow(self, offer: str, organisation: str, now: int) -> None:
        """Note that a platform decides when an offer's acceptance counts; again changes nothing."""
        ...

    def escrow(self, offer: str) -> Escrow | None:
        """The escrow of an offer."""
        ...

    def escrows_of(self, organisation: str) -> list[Escrow]:
        """What a platform has to decide, newest first (at most 500)."""
        ...

    def change_escrow(self, offer: str, **values: Any) -> None:
        """Note an acceptance, a release or a refusal."""
        ...

    def add_message(self, new: Message) -> None:
        """Keep what somebody wrote about an item."""
        ...

    def messages_of(self, item: int, since: int, *, to_owner: bool) -> list[Message]:
        """What was written about an item to its owner, or to its brand, newest first (at most 50)."""
        ...

    def messages_to(self, organisation: str, before: str | None, limit: int) -> list[Message]:
        """What was written to an organisation, newest first."""
        ...

    def forget_messages(self, item: int) -> None:
        """Delete what was written to an item's owner."""
        ...

    def messages_since(self, item: int, since: int) -> int:
        """How many were written about an item lately."""
        ...

"""What the use cases ask of the chain's copy and of what is kept beside it; `storage` answers."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any, Protocol

from ledger.domain.chain_view import Block, ChainEvent
from ledger.domain.custody import ItemState
from ledger.domain.outbox import Acceptance
from ledger.domain.papers import Evidence, Remembered, Report, StoredOffer


class ChainFacts(Protocol):
    """Reads and writes of the chain's copy. To drop a block is to drop all that hangs off it."""

    def tip(self) -> Block | None:
        """Our newest block."""
        ...

    def block(self, number: int) -> Block | None:
        """Our block of that height."""
        ...

    def rows(
        self, new: Sequence[Block], found: Iterable[ChainEvent], versions: Iterable[tuple[ItemState, int, int]]
    ) -> Any:
        """Blocks, their events, and states as (state, block, log index) after each event, for `extend`.

        Needs no turn to write, and asks the database nothing.
        """
        ...

    def extend(self, rows: Any) -> None:
        """Store blocks and all that hangs off them, as `rows` made them."""
        ...

    def drop_from(self, number: int) -> None:
        """Drop the blocks from a height up, and everything that hangs off them."""
        ...

    def forget_empty(self, first: int, below: int) -> None:
        """Forget the blocks from `first` to under `below` that no event hangs off."""
        ...

    def clear(self) -> None:
        """Forget the whole copy, to make it again."""
        ...

    def state(self, item: int, at: int | None = None) -> ItemState | None:
        """An item's state as of a block (None: the newest we hold)."""
        ...

    def states(self, items: Collection[int]) -> dict[int, ItemState]:
        """The newest states of many items; what was never opened is not among them."""
        ...

    def acceptance(self, statement: bytes) -> Acceptance | None:
        """The event that shows a statement accepted."""
        ...

    def acceptances(self, statements: Sequence[bytes]) -> dict[bytes, Acceptance]:
        """The same for up to some hundreds at once."""
        ...

    def transaction_events(self, transaction: bytes) -> list[ChainEvent]:
        """The events of one transaction."""
        ...

    def item_events(self, item: int, limit: int = 200) -> list[ChainEvent]:
        """The newest events of an item, oldest first."""
        ...

    def item_events_named(self, item: int, names: Sequence[str], limit: int = 200) -> list[ChainEvent]:
        """The newest events of an item of some kinds, oldest first."""
        ...

    def doubts(self, item: int, final: int) -> list[ChainEvent]:
        """Inspections that say "not genuine" and that nobody took back at or below the final height, oldest first,
        with what takes them back since. Of more than 200 the newest; it does not matter what else was recorded after.
        """

    def history(self, item: int, batch: int | None, after: tuple[int, int], limit: int) -> list[ChainEvent]:
        """Events of an item, and of its batch as a whole, oldest first, from beyond (block, log index)."""
        ...

    def batch_events(self, batch: int) -> list[ChainEvent]:
        """The events of a batch as a whole."""
        ...

    def events_named(self, names: Sequence[str]) -> list[ChainEvent]:
        """Every event of some kinds, oldest first: for the few kinds that speak of parties."""
        ...

    def highest_nonce(self, party: int) -> int:
        """The highest nonce a party has used on the chain, -1 where it used none."""
        ...

    def nonce_used(self, party: int, nonce: int) -> bool:
        """Whether a party's nonce is behind it."""
        ...

    def highest_batch(self, brand: int) -> int:
        """The number of a brand's newest batch on the chain, 0 where it has none."""
        ...

    def count(self) -> int:
        """How many events we hold."""
        ...


class Papers(Protocol):
    """Reads and writes of everything that is not derived and is not an organisation's."""

    def add_report(self, report: Report) -> None:
        """Keep a report; the same one again changes nothing."""
        ...

    def report(self, commitment: bytes) -> Report | None:
        """By the salted hash."""
        ...

    def add_evidence(self, new: Evidence) -> None:
        """Note a stored file; the same bytes again change nothing."""
        ...

    def evidence(self, sha256: str) -> Evidence | None:
        """By SHA-256."""
        ...

    def add_offer(self, offer: StoredOffer) -> None:
        """Keep a signed offer."""
        ...

    def offer(self, id: str) -> StoredOffer | None:
        """By id."""
        ...

    def offer_by_hash(self, hash: bytes) -> StoredOffer | None:
        """By struct hash."""
        ...

    def open_offers(self, item: int, now: int) -> list[StoredOffer]:
        """Offers of an item that have not expired, newest first, those that may be anybody's last (at most 20)."""
        ...

    def drop_offer(self, id: str) -> None:
        """Forget an offer."""
        ...

    def change_offer(self, id: str, **values: Any) -> None:
        """Set columns of an offer."""
        ...

    def tries(self, subject: str) -> tuple[int, int]:
        """How many tries were counted for a subject, and since when."""
        ...

    def set_tries(self, subject: str, count: int, since: int) -> None:
        """Keep a count of tries; 0 forgets it."""
        ...

    def remembered(self, organisation: str, key: str) -> Remembered | None:
        """The answer kept under an idempotency key."""
        ...

    def remember(self, organisation: str, key: str, fingerprint: bytes, at: int) -> None:
        """Note that a request under this key is at work."""
        ...

    def answer(self, organisation: str, key: str, status: int, body: str, headers: dict[str, str]) -> None:
        """Keep the answer for whoever asks again."""
        ...

    def forget(self, organisation: str, key: str) -> None:
        """Free an idempotency key whose request kept nothing."""
        ...

    def forget_before(self, at: int) -> None:
        """Free idempotency keys older than `at`."""
        ...


class Meta(Protocol):
    """A key–value table, for facts of which there is exactly one."""

    def get(self, key: str, default: Any = None) -> Any:
        """The value under `key`, or `default`."""
        ...

    def set(self, key: str, value: Any) -> None:
        """Keep `value` (anything JSON can carry) under `key`."""
        ...

    def remove(self, key: str) -> None:
        """Forget `key`."""
        ...

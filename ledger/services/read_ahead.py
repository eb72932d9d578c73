"""A transaction that answers, from a few questions asked ahead, what the rules ask about each of many statements.

Whatever was not asked ahead goes to the database as ever, so that the rules need not know of this.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any, TypeVar, cast

from ledger.domain.batches import Batch, Item
from ledger.domain.chain_view import ChainEvent
from ledger.domain.custody import ItemState
from ledger.domain.outbox import Queued
from ledger.domain.statements import Kind, Statement
from ledger.services.claim_item import tries_of
from ledger.services.ports import Tx

T = TypeVar("T")


class ReadAhead:
    """Stands in for `tx` while statements are taken that are about these. What is added is written by `flush`."""

    def __init__(self, tx: Tx, statements: Sequence[Statement], hashes: Sequence[bytes] = ()) -> None:
        self._tx = tx
        self._shared: dict[str, Any] = {}
        about = {one.item for one in statements if one.item is not None}
        self.batches = _Batches(tx, about)
        numbers = {number for one in statements if (number := _number(one)) is not None}
        self.chain = _Chain(tx, about, numbers)
        self.outbox = _Outbox(tx, numbers, hashes)
        self.papers = _Papers(tx, [one.item for one in statements if one.kind is Kind.CLAIM and one.item is not None])
        self.meta = _Meta(tx)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._tx, name)

    def shared(self, name: str, make: Callable[[], T]) -> T:
        """What no single item's is, made once."""
        if name not in self._shared:
            self._shared[name] = make()
        return cast("T", self._shared[name])

    def as_tx(self) -> Tx:
        """For use cases."""
        return cast("Tx", self)

    def flush(self) -> None:
        """Write what was added."""
        self.outbox.flush()


class _Batches:
    def __init__(self, tx: Tx, about: set[int]) -> None:
        self._batches = tx.batches
        self._many = tx.many
        self._items = tx.many.items(about)
        self._asked = about
        self._known: dict[str, Batch | None] = {}
        self._numbered: dict[int, Batch | None] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._batches, name)

    @cached_property
    def _on_sale(self) -> dict[int, int]:
        return self._many.on_sale(self._asked)

    def on_sale_at(self, item: int) -> int | None:
        return self._on_sale.get(item) if item in self._asked else self._batches.on_sale_at(item)

    def item(self, item: int) -> Item | None:
        return self._items.get(item) if item in self._asked else self._batches.item(item)

    def get(self, id: str) -> Batch | None:
        if id not in self._known:
            self._known[id] = self._batches.get(id)
        return self._known[id]

    def by_number(self, number: int) -> Batch | None:
        if number not in self._numbered:
            self._numbered[number] = self._batches.by_number(number)
        return self._numbered[number]


class _Chain:
    def __init__(self, tx: Tx, about: set[int], numbers: set[tuple[int, int]]) -> None:
        self._chain = tx.chain
        self._states = tx.chain.states(about)
        self._asked = about
        self._tip = tx.chain.tip()
        self._tx = tx
        self._numbers = numbers
        self._of_batches: dict[int, list[ChainEvent]] = {}

    @cached_property
    def _used(self) -> set[tuple[int, int]]:
        return self._tx.many.used(self._numbers)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._chain, name)

    def tip(self) -> Any:
        return self._tip

    def state(self, item: int, at: int | None = None) -> ItemState | None:
        return self._states.get(item) if at is None and item in self._asked else self._chain.state(item, at)

    def batch_events(self, batch: int) -> list[ChainEvent]:
        if batch not in self._of_batches:
            self._of_batches[batch] = self._chain.batch_events(batch)
        return self._of_batches[batch]

    def nonce_used(self, party: int, nonce: int) -> bool:
        number = (party, nonce)
        return number in self._used if number in self._numbers else self._chain.nonce_used(party, nonce)


class _Outbox:
    def __init__(self, tx: Tx, numbers: set[tuple[int, int]], hashes: Sequence[bytes]) -> None:
        self._tx = tx
        self._outbox = tx.outbox
        self._hashes = set(hashes)
        self._known = tx.many.known(self._hashes)
        self._numbers = numbers
        self._added: list[Queued] = []

    @cached_property
    def _promised(self) -> set[tuple[int, int]]:
        return self._tx.many.promised(self._numbers)

    def __getattr__(self, name: str) -> Any:
        # Whatever else is asked of the outbox must see what was added.
        self.flush()
        return getattr(self._outbox, name)

    def by_hash(self, hash: bytes) -> Queued | None:
        return self._known.get(hash) if hash in self._hashes else self._outbox.by_hash(hash)

    def nonce_promised(self, party: int, nonce: int) -> bool:
        number = (party, nonce)
        return number in self._promised if number in self._numbers else self._outbox.nonce_promised(party, nonce)

    def add(self, queued: Queued) -> None:
        self._added.append(queued)
        self._known[queued.hash] = queued
        number = _number(queued.statement)
        if number is not None and queued.signer is not None:
            self._promised.add(number)

    def sign_anew(self, id: str, signatures: Sequence[bytes], signer: str | None, tries: int) -> None:
        self.flush()
        self._outbox.sign_anew(id, signatures, signer, tries)
        signed = self._outbox.get(id)
        if signed is not None:
            self._known[signed.hash] = signed
            number = _number(signed.statement)
            if number is not None and signer is not None:
                self._promised.add(number)

    def flush(self) -> None:
        added, self._added = self._added, []
        self._tx.many.add(added)


class _Papers:
    """Tries at the codes of items that are claimed."""

    def __init__(self, tx: Tx, claimed: Sequence[int]) -> None:
        self._tx = tx
        self._papers = tx.papers
        self._subjects = {tries_of(item) for item in claimed}

    @cached_property
    def _tries(self) -> dict[str, tuple[int, int]]:
        return self._tx.many.tries(self._subjects)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._papers, name)

    def tries(self, subject: str) -> tuple[int, int]:
        return self._tries.get(subject, (0, 0)) if subject in self._subjects else self._papers.tries(subject)

    def set_tries(self, subject: str, count: int, since: int) -> None:
        self._papers.set_tries(subject, count, since)
        self._tries[subject] = (count, since) if count else (0, 0)


class _Meta:
    def __init__(self, tx: Tx) -> None:
        self._meta = tx.meta
        self._deployment = tx.meta.get("deployment")

    def __getattr__(self, name: str) -> Any:
        return getattr(self._meta, name)

    def get(self, key: str, default: Any = None) -> Any:
        return (
            self._deployment if key == "deployment" and self._deployment is not None else self._meta.get(key, default)
        )


def _number(statement: Statement) -> tuple[int, int] | None:
    party, nonce = statement.party, statement.nonce
    return None if party is None or nonce is None else (party, nonce)

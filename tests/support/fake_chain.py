"""A chain in memory that can change its mind, lie about it, or fall silent. For tests without sockets."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

from ledger.domain.chain_view import Block, ChainEvent
from ledger.domain.errors import Unavailable


class FakeChain:
    """The reading half of services.ports.Chain: `mine`, `undo` and `silent` are what happens to it."""

    def __init__(self) -> None:
        self._made = 0
        self.blocks: list[Block] = []
        self._events: dict[bytes, list[ChainEvent]] = {}
        self.silent = False
        self.final: int | None = None
        self.mine()

    def mine(self, *events: tuple[str, dict[str, Any]]) -> Block:
        """A new block on the tip."""
        self._made += 1
        number = len(self.blocks)
        parent = self.blocks[-1].hash if self.blocks else bytes(32)
        hash = hashlib.sha256(b"%d" % self._made + parent).digest()
        block = Block(number, hash, parent, 1_000 + 10 * number)
        self.blocks.append(block)
        self._events[hash] = [
            ChainEvent(number, block.time, place, hashlib.sha256(hash + b"%d" % place).digest(), name, args)
            for place, (name, args) in enumerate(events)
        ]
        return block

    def undo(self, depth: int) -> None:
        """Take the newest blocks back."""
        del self.blocks[len(self.blocks) - depth :]

    def tip(self) -> Block:
        """The newest block."""
        self._answer()
        return self.blocks[-1]

    def block(self, number: int) -> Block | None:
        """The block of that height."""
        self._answer()
        return self.blocks[number] if number < len(self.blocks) else None

    def events_of(self, block: Block) -> list[ChainEvent]:
        """The events of one block, as long as it is on the chain."""
        self._answer()
        if block not in self.blocks:
            raise Unavailable("The block is gone.")
        return self._events[block.hash]

    def history(self, first: int, last: int) -> Iterator[tuple[list[Block], list[ChainEvent]]]:
        """Blocks with events and the last of the range."""
        self._answer()
        some = [b for b in self.blocks[first : last + 1] if self._events[b.hash] or b.number == last]
        yield some, [event for block in some for event in self._events[block.hash]]

    def final_height(self) -> int | None:
        """What the chain says that it cannot lose."""
        self._answer()
        return self.final

    def _answer(self) -> None:
        if self.silent:
            raise Unavailable("The chain is silent.")

"""The next step of following a chain, decided from two blocks: ours and the node's of that height."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any


@dataclass(frozen=True, slots=True)
class Block:
    """A block's header, as far as following needs it. Time in seconds since 1970."""

    number: int
    hash: bytes
    parent: bytes
    time: int


class Step(Enum):
    """What to do next."""

    EXTEND = "extend"
    DROP = "drop"
    WAIT = "wait"
    HALT = "halt"


def next_step(*, tip: Block | None, node_tip: Block | None, following: Block | None, final_height: int) -> Step:
    """EXTEND, DROP, WAIT or HALT.

    `tip` is our newest block, `node_tip` what the node holds at that height, `following` what it holds
    one above. A block at or below `final_height` is never dropped: the node was reset, or lies, and a
    person must look (HALT).
    """
    if tip is None:
        return Step.WAIT if following is None else Step.EXTEND
    if node_tip is None or node_tip.hash != tip.hash:
        return Step.HALT if tip.number <= final_height else Step.DROP
    if following is None:
        return Step.WAIT
    if following.parent != tip.hash:
        # The node changed its mind between our two questions: ask again rather than guess.
        return Step.WAIT
    return Step.EXTEND


@dataclass(frozen=True, slots=True)
class ChainEvent:
    """One event of the contract, decoded. Arguments are ints, bytes and 0x addresses, by name."""

    block: int
    time: int
    log_index: int
    transaction: bytes
    name: str
    args: Mapping[str, Any]

    @property
    def statement(self) -> bytes | None:
        """The struct hash of the statement whose acceptance it shows."""
        return self.args.get("statement")

    @property
    def item(self) -> int | None:
        """The item it speaks of."""
        return self.args.get("item")

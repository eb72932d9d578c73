"""How a ledger stands at this moment, for monitors: what waits, how far the chain is followed, who works."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ledger.services.follow_chain import HALTED, NODE_SEEN
from ledger.services.ports import Ledger
from ledger.services.safe_mode import is_safe
from ledger.services.views_of_chain import final_height

NODE_HEIGHT: Final = "node_height"
"""Where the node's newest block is noted, as of when it was last heard."""


@dataclass(frozen=True, slots=True)
class Condition:
    """Heights are block numbers, -1 before the first; ages are in seconds, None where nothing waits."""

    height: int
    final: int
    node_height: int | None
    """The node's newest block when the worker last heard it."""
    node_seen: int | None
    node_seen_seconds: int | None
    halted: str | None
    """Why following has stopped until a person has looked."""
    holder: str | None
    """The active worker."""
    lease_seconds: float
    waiting: int
    oldest: int | None
    oldest_seconds: int | None
    webhooks_waiting: int
    webhooks_oldest_seconds: int | None
    webhooks_failing: int
    safe: bool

    @property
    def lag(self) -> int | None:
        """Blocks that our copy is behind the node; None before the node was heard."""
        return None if self.node_height is None else max(0, self.node_height - self.height)


def condition(ledger: Ledger) -> Condition:
    """All of it, from one snapshot. Raises Unavailable where the database does not answer."""
    with ledger.store.read() as tx:
        tip, final = tx.chain.tip(), final_height(tx)
        seen, node_height, halted = tx.meta.get(NODE_SEEN), tx.meta.get(NODE_HEIGHT), tx.meta.get(HALTED)
        lease, safe = tx.meta.get("lease"), is_safe(tx)
        waiting, oldest = tx.outbox.waiting()
        hooks, hooks_oldest, failing, _ = tx.webhooks.health()
    now = ledger.clock()
    left = 0.0 if lease is None else max(0.0, float(lease["until"]) - now)

    def age(at: int | None) -> int | None:
        return None if at is None else max(0, int(now) - at)

    return Condition(
        height=-1 if tip is None else tip.number,
        final=final,
        node_height=node_height,
        node_seen=seen,
        node_seen_seconds=age(seen),
        halted=halted,
        holder=None if lease is None or not left else str(lease["holder"]),
        lease_seconds=left,
        waiting=waiting,
        oldest=oldest,
        oldest_seconds=age(oldest),
        webhooks_waiting=hooks,
        webhooks_oldest_seconds=age(hooks_oldest),
        webhooks_failing=failing,
        safe=safe is not None,
    )

"""Count that an item was looked at: which item, when, and what was answered. Nothing about who looked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ledger.services.ports import Ledger


@dataclass(frozen=True, slots=True)
class Seen:
    """One look at one item, and the verdict that was shown."""

    item: int
    at: int
    verdict: str


def note_scans(ledger: Ledger, seen: Sequence[Seen]) -> None:
    """Keep looks, all of them or none. Raises Unavailable."""
    with ledger.store.write() as tx:
        for one in seen:
            tx.papers.add_scan(ledger.new_id("scn"), one.item, one.at, one.verdict)

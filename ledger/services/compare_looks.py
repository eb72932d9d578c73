"""The clone signals of an item: what its looks, its owner's answers and wrong claim codes suggest, as of now."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from ledger.domain.batches import Item
from ledger.domain.clone_signals import WINDOW, clone_signals
from ledger.domain.looks import Looked
from ledger.domain.standing_facts import CloneSignal
from ledger.services.ports import Tx

MOST_LOOKS: Final = 300
"""Looks of one item that are compared, the newest; what many more would add is a crowd already."""


def looked_at(tx: Tx, item: Item, owner_since: int | None, now: int) -> Looked:
    """Everything the comparison rests on. Bounded: one item's last thirty days, at most `MOST_LOOKS` of them.

    Listings that were seen elsewhere come from nowhere yet, so there are none.
    """
    looked = tx.scans.looked(item.item, now - WINDOW, MOST_LOOKS)
    wrong = tx.scans.wrong_codes(item.item)
    return replace(looked, owner_since=owner_since, wrong_codes=wrong, usual=tx.scans.usual(item.gtin))


def signals_of(tx: Tx, item: Item, owner_since: int | None, now: int) -> tuple[CloneSignal, ...]:
    """The signals in force; empty where the looks were compared and nothing is unusual."""
    return clone_signals(looked_at(tx, item, owner_since, now), now)

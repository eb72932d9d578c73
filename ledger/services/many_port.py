"""What is asked about many statements at once, where one question each would take longer than all the rest."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Protocol

from ledger.domain.batches import Item
from ledger.domain.outbox import Queued

Number = tuple[int, int]
"""A party and a number (nonce) of its statements."""


class Many(Protocol):
    """Reads and writes of many rows at once."""

    def items(self, wanted: Collection[int]) -> dict[int, Item]:
        """Those among the items that a ready batch lists."""
        ...

    def touched(self, wanted: Collection[int]) -> set[int]:
        """Those among the items that the chain knows by themselves: they have a state."""
        ...

    def used(self, numbers: Collection[Number]) -> set[Number]:
        """Those among the numbers that the chain has seen used."""
        ...

    def promised(self, numbers: Collection[Number]) -> set[Number]:
        """Those that a statement of the outbox has which is known to be the party's."""
        ...

    def known(self, hashes: Collection[bytes]) -> dict[bytes, Queued]:
        """Those among the struct hashes that the outbox has."""
        ...

    def on_sale(self, wanted: Collection[int]) -> dict[int, int]:
        """When those among the items that are on sale were put on sale."""
        ...

    def tries(self, subjects: Collection[str]) -> dict[str, tuple[int, int]]:
        """Tries that were counted, and since when, of those among the subjects that have any."""
        ...

    def add(self, queued: Sequence[Queued]) -> None:
        """Keep signed statements."""
        ...

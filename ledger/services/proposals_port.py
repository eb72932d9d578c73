"""What the use cases ask of the tables of acts that need two people; `storage` answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from ledger.domain.two_people import Proposal, Subject


@dataclass(frozen=True, slots=True)
class Holder:
    """A present owner who wants to be told."""

    item: int
    person: str
    email: str
    language: str


class Proposals(Protocol):
    """Reads and writes of proposals and what they are about."""

    def add(self, one: Proposal, subjects: Sequence[Subject]) -> None:
        """Keep a new proposal with what it is about."""
        ...

    def get(self, id: str) -> Proposal | None:
        """By id, with its approvals and how much of it is done."""
        ...

    def page(self, organisation: str, before: str | None, limit: int) -> list[Proposal]:
        """An organisation's proposals, newest first, older than the cursor."""
        ...

    def change(self, id: str, **values: Any) -> None:
        """Set columns of a proposal."""
        ...

    def approve(self, id: str, person: str, at: int) -> None:
        """Note a member's yes."""
        ...

    def due(self, approved_before: int) -> Proposal | None:
        """The oldest proposal whose time to be taken back is over, and that is not signed yet."""
        ...

    def untold(self, limit: int) -> list[Proposal]:
        """Signed proposals of which not everybody has been told yet, oldest first."""
        ...

    def untold_subjects(self, id: str, limit: int) -> list[Subject]:
        """What was signed and nobody was told of yet."""
        ...

    def items_of_line(self, batch: str, gtin: str, limit: int) -> list[int]:
        """The items of a batch that have this GTIN."""
        ...

    def holders(self, *, batches: Sequence[str] = (), items: Sequence[int] = ()) -> list[Holder]:
        """Who holds items of some batches, or some items, now, and has given an address (at most 100,000)."""
        ...

    def subjects(self, id: str, after: int, limit: int) -> list[Subject]:
        """What a proposal is about, in order, from beyond a position."""
        ...

    def open_subjects(self, id: str, limit: int) -> list[Subject]:
        """Those that are neither signed nor refused."""
        ...

    def change_subject(self, id: str, position: int, **values: Any) -> None:
        """Set columns of one of them."""
        ...

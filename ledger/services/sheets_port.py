"""What the use cases ask of the tables of inspection sheets; `storage` answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from ledger.domain.checklists import Checklist
from ledger.domain.sheets import Sheet, SheetState
from ledger.domain.track_record import Entry


@dataclass(frozen=True, slots=True)
class Desk:
    """How an organisation's desk is set."""

    people_only: bool = False
    """Only its people sign its records; the key that the operator keeps does not."""
    place: str = ""
    """What its public card names beside it, such as a town."""


@dataclass(frozen=True, slots=True)
class SignedSheet:
    """Whose sheet stands behind a record, and the name they show, empty where they show none."""

    organisation: str
    person: str | None
    name: str


class Sheets(Protocol):
    """Reads and writes of sheets, own checklists, desks and shown names."""

    def add(self, sheet: Sheet) -> None:
        """Keep a new sheet."""
        ...

    def get(self, id: str) -> Sheet | None:
        """By id."""
        ...

    def change(self, sheet: Sheet, was: SheetState) -> bool:
        """Keep all of a sheet; False, and nothing kept, where it is not in the state `was` any more."""
        ...

    def drop(self, id: str) -> bool:
        """Forget a draft; False where it is none."""
        ...

    def case(self, case: str) -> list[Sheet]:
        """The sheets of a case, in the order in which they were begun."""
        ...

    def page(self, organisation: str, states: Sequence[SheetState], most: int = 100) -> list[Sheet]:
        """An organisation's sheets in some states, the last changed first."""
        ...

    def highest_nonce(self, organisation: str) -> int:
        """The highest number kept for a record of its sheets, 0 where there is none."""
        ...

    def behind(self, statement_hash: bytes) -> SignedSheet | None:
        """The sheet whose record a statement is."""
        ...

    def keep_checklist(self, organisation: str, checklist: Checklist, now: int) -> None:
        """Keep the newest version of an own list."""
        ...

    def drop_checklist(self, organisation: str, id: str) -> bool:
        """Offer an own list no more; sheets keep their copies."""
        ...

    def checklists(self, organisation: str) -> list[Checklist]:
        """An organisation's own lists, by id."""
        ...

    def desk(self, organisation: str) -> Desk:
        """How its desk is set."""
        ...

    def set_desk(self, organisation: str, desk: Desk) -> None:
        """Set it."""
        ...

    def shown_name(self, organisation: str, person: str) -> str:
        """The name that somebody shows, empty where they show none."""
        ...

    def show_name(self, organisation: str, person: str, name: str) -> None:
        """Show a name; an empty one shows none."""
        ...

    def entries_of(self, party: int, final: int) -> list[Entry]:
        """Every record, up to a block, of the items that a party has inspected (at most 200,000)."""
        ...

"""What the use cases ask of the tables of parts; `storage` answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class PartMark:
    """A part that a record names: `record` is the hash of the record, or of the later description, that says so."""

    item: int
    part: str
    mark: bytes
    record: bytes


@dataclass(frozen=True, slots=True)
class NewPart:
    """A part that a service put in: `report` is the commitment that the service's statement carries.

    `sealed` holds the serial and its salt, encrypted; `commitment` is the salted leaf that the report names.
    """

    report: bytes
    item: int
    part: str
    mark: bytes
    commitment: bytes
    sealed: bytes
    organisation: str
    created_at: int


@dataclass(frozen=True, slots=True)
class Question:
    """That somebody asked about a part of an item, and what they were told; never the serial that was typed."""

    id: str
    organisation: str
    person: str | None
    item: int
    part: str
    found: str
    at: int


class Components(Protocol):
    """Reads and writes of parts' marks, of parts put in by services, and of questions about them."""

    def add_marks(self, marks: Sequence[PartMark]) -> None:
        """Keep marks; those that are kept already stay as they are."""
        ...

    def marks(self, item: int) -> list[PartMark]:
        """The marks of an item, of all its descriptions."""
        ...

    def add_new_part(self, new: NewPart) -> None:
        """Keep a part that a service puts in."""
        ...

    def new_parts(self, item: int) -> list[NewPart]:
        """The parts that services put into an item, whether or not the chain has the services (at most 2,000)."""
        ...

    def items_with(self, mark: bytes, most: int) -> list[int]:
        """Items that any description or service names the part for."""
        ...

    def ask(self, question: Question) -> None:
        """Note a question."""
        ...

    def asked_since(self, organisation: str, since: int, item: int | None = None) -> tuple[int, int | None]:
        """How many questions an organisation asked after a time, about an item or at all, and when the first."""
        ...

    def questions(self, item: int, before: str | None, limit: int) -> list[Question]:
        """The questions about an item, newest first, older than the cursor."""
        ...

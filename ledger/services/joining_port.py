"""What the use cases ask of the tables of joining and of a shop's own doings, and of whoever looks at domains."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from ledger.domain.joining import Application, Mark


class Joining(Protocol):
    """Reads and writes of applications, their marks and approvals."""

    def add(self, one: Application) -> None:
        """Keep a new application."""
        ...

    def get(self, id: str) -> Application | None:
        """By id."""
        ...

    def change(self, id: str, **values: Any) -> None:
        """Set columns of an application."""
        ...

    def of_person(self, person: str) -> list[Application]:
        """Those that somebody began or is the second person of, newest first (at most 50)."""
        ...

    def open_ones(self, limit: int = 200) -> list[Application]:
        """Those that are sent and not yet live, oldest first."""
        ...

    def by_slug(self, slug: str) -> list[Application]:
        """Those with this short name that are not withdrawn, newest first."""
        ...

    def by_second(self, hash: bytes) -> Application | None:
        """The one whose second admin was sent the link of this hash."""
        ...

    def began_since(self, person: str, since: int) -> int:
        """How many a person began lately."""
        ...

    def to_look_at(self, asked_before: int) -> Application | None:
        """The application whose domain somebody wants looked at, longest waiting first."""
        ...

    def approve(self, application: str, by: str, at: int) -> None:
        """Note the operator's yes; the same one again changes nothing."""
        ...

    def forget_approvals(self, application: str) -> None:
        """Forget every yes, because what was approved has changed."""
        ...

    def add_mark(self, mark: Mark) -> None:
        """Keep a trade mark of an application."""
        ...

    def marks(self, application: str) -> list[Mark]:
        """An application's marks, oldest first."""
        ...

    def remove_mark(self, application: str, id: str) -> bool:
        """Take a mark out; whether there was one."""
        ...

    def hand_marks(self, application: str, organisation: str) -> None:
        """The marks are the organisation's from now on."""
        ...


class Shop(Protocol):
    """What is noted of an organisation: its choices, its keys' use, and what its shops hold."""

    def two_people_always(self, organisation: str) -> bool:
        """Whether programs, too, need two people for recalls and the like."""
        ...

    def choose_two_people(self, organisation: str, always: bool) -> None:
        """Note that choice."""
        ...

    def key_uses(self, keys: Sequence[str]) -> dict[str, int]:
        """When API keys were last used."""
        ...

    def note_key_use(self, key: str, at: int) -> None:
        """Note that an API key was used."""
        ...

    def take(self, item: int, address: str, organisation: str, person: str, at: int) -> None:
        """Note that what a member holds is their shop's; the same again changes nothing."""
        ...

    def items_ending(self, organisation: str, end: str, limit: int) -> list[int]:
        """An organisation's items whose serial ends so, by serial."""
        ...

    def taken(self, organisation: str) -> list[tuple[int, str, str, int]]:
        """What a shop has taken: item, holding address, member, when; newest first (at most 500)."""
        ...


@dataclass(frozen=True, slots=True)
class Looked:
    """What a domain shows to everybody: its TXT records, and its did.json; or why one could not be read."""

    txt: Sequence[str]
    did: Any
    txt_problem: str | None = None
    did_problem: str | None = None


class DomainReader(Protocol):
    """Looks at what a domain publishes. Bounded in time and size; never raises."""

    def look(self, domain: str) -> Looked: ...

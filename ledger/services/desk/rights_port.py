"""What the use cases ask of the rights vault's tables; `storage` answers."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any, Protocol

from ledger.domain.desk.rights import Authorisation, Right, RightKind


class Rights(Protocol):
    """Reads and writes of rights, and of what agents may do with them."""

    def add(self, right: Right) -> None:
        """Keep a new right."""
        ...

    def get(self, id: str) -> Right | None:
        """By id."""
        ...

    def several(self, ids: Collection[str]) -> dict[str, Right]:
        """Those of these ids that are known, by id (at most 1,000)."""
        ...

    def of(self, organisation: str) -> list[Right]:
        """All rights of an organisation, the withdrawn ones too, oldest first."""
        ...

    def change(self, id: str, **values: Any) -> None:
        """Set fields of a right, by their names in `Right`."""
        ...

    def numbered(self, kind: RightKind, office: str, number: str) -> list[Right]:
        """Rights that are not withdrawn with this number at this office, however it is written."""
        ...

    def named(self, kind: RightKind, name: str) -> list[Right]:
        """Rights that are not withdrawn whose name looks like this one (at most 500)."""
        ...

    def marks_in_force(self, day: date) -> list[Right]:
        """All trade marks that something may rest on that day, of everybody."""
        ...

    def count_marks(self, day: date) -> int:
        """How many those are."""
        ...

    def marks_version(self) -> tuple[int, int]:
        """Two numbers that differ once any right was added or changed. Days pass without moving them."""
        ...

    def to_check(self) -> list[Right]:
        """What nobody has compared with the register yet, contested ones first, then oldest first (at most 500)."""
        ...

    def to_remind(self, day: date) -> list[Right]:
        """Rights in force for which a reminder is due that day, the first to end first (at most 500)."""
        ...

    def add_authorisation(self, new: Authorisation) -> None:
        """Keep what an agent may do."""
        ...

    def authorisation(self, id: str) -> Authorisation | None:
        """By id."""
        ...

    def authorisations(self, *, owner: str | None = None, agent: str | None = None) -> list[Authorisation]:
        """Those of a rights-holder, of an agent, or of both together, newest first (at most 1,000); ended ones too."""
        ...

    def end_authorisation(self, id: str, at: int) -> None:
        """It ends now."""
        ...

"""What the use cases ask of the tables of the catalogue; `storage` answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from ledger.domain.lines import Line, Photo


class Lines(Protocol):
    """Reads and writes of lines and their photos."""

    def get(self, gtin: str) -> Line | None:
        """A line with the photos that are shown, in their order."""
        ...

    def photo(self, gtin: str, sha256: str) -> Photo | None:
        """A photo of a line, a removed one too."""
        ...

    def keep(self, line: Line) -> None:
        """Keep a new line, or what is said of a known one. Photos stay as they are."""
        ...

    def drop(self, gtin: str) -> list[str]:
        """Forget a line and its photos; returns the photos that no line shows any more."""
        ...

    def keep_photo(self, gtin: str, photo: Photo) -> None:
        """Keep a new photo, or what is said of a known one."""
        ...

    def arrange(self, gtin: str, order: Sequence[str]) -> None:
        """Put photos in this order."""
        ...

    def shown(self, sha256: str) -> bool:
        """Whether any line shows this photo."""
        ...

    def drop_removed(self, gtin: str, before: int) -> list[str]:
        """Forget photos that were removed before then; returns those that no line has any more."""
        ...

    def page(self, organisation: str, find: str, sort: str, start: int, limit: int) -> list[Line]:
        """An organisation's lines whose name or GTIN holds `find`, by name, gtin or newest change."""
        ...

    def count(self, organisation: str) -> int:
        """How many lines an organisation has."""
        ...

    def without(self, organisation: str, prefixes: Sequence[str], limit: int) -> list[tuple[str, str]]:
        """GTINs within the prefixes that the organisation has items of and no line, with a model's name."""
        ...

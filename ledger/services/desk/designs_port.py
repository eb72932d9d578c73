"""What the use cases ask of the table of design certificates; `storage` answers."""

from __future__ import annotations

from typing import Any, Protocol


class Designs(Protocol):
    """Reads and writes of what was dated."""

    def add(self, **values: Any) -> None:
        """Keep a new one, by the table's columns."""
        ...

    def get(self, id: str) -> dict[str, Any] | None:
        """By id: the table's columns."""
        ...

    def of(self, organisation: str) -> list[dict[str, Any]]:
        """An organisation's, newest first (at most 500)."""
        ...

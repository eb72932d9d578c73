"""What stands behind an item's records, asked for one by one and read together: behind the newest at once, behind all
older ones with the first of them that somebody wants.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Final, Generic, TypeVar

from ledger.domain.chain_view import ChainEvent

NEWEST: Final = 20
"""As many as an answer lists unless more are asked for."""

T = TypeVar("T")


class Ahead(Generic[T]):
    """Answers by name. `read` finds those that there are of some hundreds; `name_of` says what an event names."""

    def __init__(
        self,
        read: Callable[[Collection[bytes]], Mapping[bytes, T]],
        name_of: Callable[[ChainEvent], bytes | None] = lambda event: event.statement,
    ) -> None:
        self._read = read
        self._name_of = name_of
        self._expected: list[Sequence[ChainEvent]] = []
        self._known: dict[bytes, T | None] = {}

    def expect(self, told: Sequence[ChainEvent]) -> None:
        """From now on what these name may be asked for, the oldest first."""
        self._expected = [part for part in (told[:-NEWEST], told[-NEWEST:]) if part]

    def get(self, name: bytes, ask: Callable[[bytes], T | None]) -> T | None:
        """The answer under a name; `ask` gives that of one who was not expected."""
        while name not in self._known and self._expected:
            named = [self._name_of(event) for event in self._expected.pop()]
            wanted = {one for one in named if one is not None} - self._known.keys()
            self._known |= dict.fromkeys(wanted) | dict(self._read(wanted))
        return self._known[name] if name in self._known else ask(name)

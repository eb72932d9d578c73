"""What many answers share, kept in this process for as long as nobody has written to it (`stamps.Stamp.shared`)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, TypeVar

_MOST: Final = 20_000
"""Answers that are kept; beyond these all are forgotten, so that what nobody asks again keeps out nothing new."""

T = TypeVar("T")
Kept = dict[Any, Any]


@dataclass(frozen=True, slots=True)
class Known:
    """What a snapshot knows from the start: what others of its stamp asked, and when a node was last heard from."""

    kept: Kept
    node_seen: int | None


class Shared:
    """The answers of the newest stamp that was seen. Threads may ask at once."""

    def __init__(self) -> None:
        self._newest: tuple[int, Kept] = (-1, {})

    def at(self, stamp: int) -> Kept:
        """The answers as of a stamp; of an older one, which another snapshot still sees, nothing is kept."""
        newest = self._newest
        if stamp > newest[0]:
            self._newest = newest = (stamp, {})
        return newest[1] if stamp == newest[0] else {}


class Once:
    """Answers of one concern, asked for once: in a snapshot, or for all snapshots that share them."""

    def __init__(self, concern: str, kept: Kept | None = None) -> None:
        self._concern = concern
        self._kept = {} if kept is None else kept

    def fill(self, keys: Iterable[Any], ask: Callable[[list[Any]], Mapping[Any, Any]]) -> None:
        """Ask for those of many that are not known yet at once; what `ask` leaves out is None."""
        wanted = [key for key in dict.fromkeys(keys) if (self._concern, key) not in self._kept]
        if not wanted:
            return
        found = ask(wanted)
        for key in wanted:
            self.get(key, partial(found.get, key))

    def get(self, key: Any, ask: Callable[[], T]) -> T:
        """The answer under a key, which `ask` gives where it is not known yet."""
        name = (self._concern, key)
        try:
            known: T = self._kept[name]
        except KeyError:
            known = ask()
            if len(self._kept) >= _MOST:
                self._kept.clear()
            self._kept[name] = known
        return known

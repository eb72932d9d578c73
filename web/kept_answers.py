"""Answers to scans, kept to be given again byte for byte: see `web.front_desk`, which gives them."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from flask import request

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

LASTS: Final = 20
"""Seconds for which an answer is given again."""
ROOM: Final = 32 * 2**20
"""Bytes of answers that a process keeps."""
BESIDE: Final = 4_096
"""Bytes that an answer takes beside its body: its headers, and what it is found by."""
COUNTED: Final = frozenset({"zh-Hans"})
"""Languages whose readers are told which check of the item this is: each of their answers is another one."""
_MARK: Final = "touchmark.about"

Stamp = tuple[int, int, bool]
"""The database's two stamps, and whether a node was heard from of late."""


@dataclass(frozen=True, slots=True)
class About:
    """What an answer that may be kept was about: the item, its verdict, and whether asking counts as a look."""

    item: int
    verdict: str
    look: bool


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer of 200, whole: as of what, and made when (the ledger's seconds)."""

    headers: tuple[tuple[str, str], ...]
    body: bytes
    about: About
    route: str
    stamp: Stamp
    made_at: int


class KeptAnswers:
    """The newest answers of this process, the longest unused dropped first. Threads may ask at once."""

    def __init__(self, room: int = ROOM) -> None:
        self._room = room
        self._used = 0
        self._lock = threading.Lock()
        self._kept: OrderedDict[Hashable, Kept] = OrderedDict()

    def get(self, key: Hashable, stamp: Stamp, now: int) -> Kept | None:
        """The answer under a key, where it is of this stamp and young."""
        with self._lock:
            found = self._kept.get(key)
            if found is None or found.stamp != stamp or not 0 <= now - found.made_at <= LASTS:
                return None
            self._kept.move_to_end(key)
            return found

    def put(self, key: Hashable, new: Kept) -> None:
        """Keep an answer, in place of the one there."""
        with self._lock:
            before = self._kept.pop(key, None)
            self._used += _size(new) - (_size(before) if before else 0)
            self._kept[key] = new
            while self._used > self._room:
                _, dropped = self._kept.popitem(last=False)
                self._used -= _size(dropped)


def _size(kept: Kept) -> int:
    return len(kept.body) + BESIDE


def may_be_kept(about: About) -> None:
    """Say of this request's answer that anybody who asks the same may be given it again."""
    request.environ[_MARK] = about


def about_of(environ: WSGIEnvironment) -> About | None:
    """What a view said so of."""
    found: About | None = environ.get(_MARK)
    return found

"""Counts what passes, for progress bars."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

Progress = Callable[[int], None]
"""Told how many are done so far, every few hundred and at the end."""

_T = TypeVar("_T")


def counted(things: Iterable[_T], on_progress: Progress | None, *, every: int = 200) -> Iterator[_T]:
    """The same things; `on_progress` hears of those that the caller has finished with."""
    done = 0
    for thing in things:
        yield thing
        done += 1
        if on_progress and done % every == 0:
            on_progress(done)
    if on_progress and (done % every or not done):
        on_progress(done)

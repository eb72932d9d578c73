"""The most memory that a process and its children held at once, by what each holds for itself of what they share."""

from __future__ import annotations

import os
import threading
from collections.abc import Collection
from pathlib import Path
from types import TracebackType
from typing import Final

_EVERY: Final = 0.25


class Peak:
    """Looks four times a second, from a thread, at the proportional set sizes of the whole tree."""

    def __init__(self, others: Collection[int] = ()) -> None:
        """`others` are children that are not looked at."""
        self._others = frozenset(others)
        self._most = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Peak:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    def stop(self) -> int:
        """Bytes at the highest moment so far; looks no further."""
        self._ended.set()
        self._thread.join()
        return self._most

    def _watch(self) -> None:
        while not self._ended.wait(_EVERY):
            self._most = max(self._most, sum(map(_bytes_of, _tree(os.getpid(), self._others))))


def _tree(process: int, others: frozenset[int]) -> list[int]:
    found = [process]
    for one in found:
        for task in Path(f"/proc/{one}/task").glob("*/children"):
            try:
                found += [child for child in map(int, task.read_text().split()) if child not in others]
            except OSError:
                continue  # it ended while we looked
    return found


def _bytes_of(process: int) -> int:
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(1024 * int(line.split()[1]) for line in lines if line.startswith("Pss:"))

"""Work spread over several processes, its results in order and never far ahead of whoever takes them.

Each process is a fresh interpreter (a fork of a program with threads may stop for ever) that loads the module of the
work and nothing else of the program it helps, and that ends when the program ends, however that was.
"""

from __future__ import annotations

import itertools
import multiprocessing
import os
import sys
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from types import ModuleType
from typing import Any, TypeVar

from ledger.domain.errors import Unavailable
from ledger.domain.said import said

_T = TypeVar("_T")
_R = TypeVar("_R")


def in_order(
    work: Callable[[_T], _R],
    things: Iterable[_T],
    processes: int,
    begin: Callable[..., object] | None = None,
    given: tuple[Any, ...] = (),
    *,
    ahead: int | None = None,
) -> Generator[tuple[_T, _R]]:
    """Each thing beside what `work` makes of it; `begin(*given)` is called first in each process.

    Both functions belong to a module. At most `ahead` things are taken ahead, by default two a process: more, where
    whoever takes them is busy for long at a time. Raises what `work` raises, and Unavailable where a process was ended
    from outside.
    """
    ahead = ahead or 2 * processes
    rest = iter(things)
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, context, initializer=_join, initargs=(begin, given)) as pool:
        waiting: deque[tuple[_T, Future[_R]]] = deque()
        try:
            with _no_main():
                for _ in range(processes):
                    pool.submit(os.getpid)
            while True:
                for one in itertools.islice(rest, ahead - len(waiting)):
                    waiting.append((one, pool.submit(work, one)))
                if not waiting:
                    return
                one, made = waiting.popleft()
                yield one, made.result()
        except BrokenProcessPool as error:
            raise Unavailable(said("A process that was helping was ended. What it was at is begun again.")) from error
        finally:
            for _, left in waiting:
                left.cancel()


def _join(begin: Callable[..., object] | None, given: tuple[Any, ...]) -> None:
    threading.Thread(target=_end_with_parent, daemon=True).start()
    if begin is not None:
        begin(*given)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


@contextmanager
def _no_main() -> Iterator[None]:
    """While processes start: they would load the program's main module too, and with it all of the program."""
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main

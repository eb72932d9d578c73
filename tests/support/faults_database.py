"""A database that fails on the n-th statement, or at a commit, before or after it took effect."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

import psycopg
from sqlalchemy import Engine, event

Moment = Literal["before", "after"]


class FailingDatabase:
    """Counts what an engine's driver is asked, commits included, and fails at number `at`, once."""

    def __init__(self, engine: Engine) -> None:
        self.count = 0
        self.at = 0
        self.commit: Moment = "before"
        """Whether a commit that fails has taken effect: a connection that breaks leaves the asker in doubt."""
        self._error = sqlite3.OperationalError if engine.dialect.name == "sqlite" else psycopg.OperationalError
        self._engine = engine

    def fail(self, at: int, commit: Moment = "before") -> None:
        """Count from here on, and fail at that number; 0 for never."""
        self.count, self.at, self.commit = 0, at, commit

    @property
    def failed(self) -> bool:
        """Whether it came to that."""
        return 0 < self.at <= self.count

    def _ask(self, *_: Any) -> None:
        self.count += 1
        if self.count == self.at:
            raise self._error("disk I/O error")


@contextmanager
def failing(engine: Engine) -> Iterator[FailingDatabase]:
    """The engine's driver, failing when told."""
    made = FailingDatabase(engine)
    kinds = ("do_execute", "do_executemany", "do_execute_no_params")
    for kind in kinds:
        event.listen(engine, kind, made._ask)
    dialect: Any = engine.dialect
    commit = dialect.do_commit

    def do_commit(connection: Any) -> None:
        made.count += 1
        dies = made.count == made.at
        if not dies or made.commit == "after":
            commit(connection)
        if dies:
            raise made._error("the connection broke")

    dialect.do_commit = do_commit
    try:
        yield made
    finally:
        dialect.do_commit = commit
        for kind in kinds:
            event.remove(engine, kind, made._ask)

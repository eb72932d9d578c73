"""A database that fails on the n-th statement, or at a commit, before or after it took effect."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

import psycopg
from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import DBAPIError

from ledger.storage import engine as engines
from ledger.storage import ready, stamps

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

    # What is put to the driver itself fires no event of SQLAlchemy's, and fails all the same.
    asked = ready.asked

    def asks(connection: Connection, sql: str, given: Any = ()) -> list[Any]:
        try:
            made._ask()
        except made._error as error:
            base = connection.dialect.loaded_dbapi.Error
            raise DBAPIError.instance(sql, None, error, base, dialect=connection.dialect) from error
        return asked(connection, sql, given)

    dialect.do_commit = do_commit
    for module in (ready, engines, stamps):
        module.asked = asks  # type: ignore[attr-defined]
    try:
        yield made
    finally:
        dialect.do_commit = commit
        for module in (ready, engines, stamps):
            module.asked = asked  # type: ignore[attr-defined]
        for kind in kinds:
            event.remove(engine, kind, made._ask)

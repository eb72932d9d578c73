"""A writer's turn on SQLite, asked for often: whoever has waited long must not be passed by those who come later.

SQLite's own waiting asks at growing gaps, every tenth of a second in the end. Where several processes write many
rows, the lock is free for a millisecond at a time, and the one that sleeps longest finds it taken for seconds on end.
"""

from __future__ import annotations

import sqlite3
import time
from typing import Final

from sqlalchemy import Connection

_ASK: Final = 3
"""Milliseconds that one asking takes: SQLite sleeps for one, then for the rest, without holding up other threads."""
BEGIN: Final = "BEGIN IMMEDIATE"


def begin_write(connection: Connection, wait: int) -> None:
    """Begin a transaction that may write at once, within about `wait` seconds.

    Raises sqlalchemy.exc.OperationalError where others write all that time, or the file cannot be written.
    """
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    until = time.monotonic() + wait
    try:
        driver.execute(f"PRAGMA busy_timeout = {_ASK}")
        while time.monotonic() < until:
            try:
                driver.execute(BEGIN)
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                    break
            else:
                return
    finally:
        driver.execute(f"PRAGMA busy_timeout = {1_000 * wait}")
    # Once more, so that the refusal is told as every other one of the database.
    connection.exec_driver_sql(BEGIN)

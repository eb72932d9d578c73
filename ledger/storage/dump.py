"""A database as one file, taken in one snapshot while others write, and put back into an empty one.

SQLite: its own online backup (sqlite.org/backup.html). PostgreSQL: pg_dump's custom format, by PostgreSQL's own
programs, which have to be at least as new as the server.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Final

from sqlalchemy import URL
from sqlalchemy.engine import make_url

from ledger.domain.errors import Conflict, Unavailable
from ledger.storage.migrate import current

SQLITE: Final = "sqlite"
POSTGRESQL: Final = "postgresql"
_DEBIAN: Final = Path("/usr/lib/postgresql")


def kind(url: str) -> str:
    """“sqlite” or “postgresql”."""
    return make_url(url).get_backend_name()


def dump(url: str, path: Path) -> None:
    """Write the database to a file that is not there yet. Raises Unavailable."""
    parsed = make_url(url)
    if parsed.get_backend_name() == SQLITE:
        _copy_sqlite(Path(str(parsed.database)), path)
        return
    _run("pg_dump", parsed, "--format=custom", "--no-owner", "--no-privileges", f"--file={path}")


def load(url: str, path: Path) -> None:
    """Fill an empty database from a file, whole or not at all. Raises Conflict where it is not empty, Unavailable."""
    if current(url) is not None:
        raise Conflict("There are tables in this database already. Nothing was changed. Name an empty one.")
    parsed = make_url(url)
    if parsed.get_backend_name() == SQLITE:
        _copy_sqlite(path, Path(str(parsed.database)))
        return
    _run(
        "pg_restore", parsed, "--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction",
        f"--dbname={parsed.database}", str(path),
    )  # fmt: skip


def _copy_sqlite(source: Path, target: Path) -> None:
    try:
        with (
            closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True, timeout=30)) as there,
            closing(sqlite3.connect(target)) as here,
        ):
            # All pages in one step: a snapshot, which in WAL mode holds up no writer.
            there.backup(here, pages=-1)
            if here.execute("PRAGMA integrity_check").fetchone() != ("ok",):
                raise Unavailable(f"The copy of the database {source} is damaged. The disk may be failing.")
            here.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.Error as error:
        raise Unavailable(f"The database {source} cannot be copied ({error}).") from error


def _run(program: str, url: URL, *options: str) -> None:
    """One of PostgreSQL's programs; the password goes by its environment, where other users cannot read it."""
    given = {
        "PGHOST": url.host,
        "PGPORT": None if url.port is None else str(url.port),
        "PGUSER": url.username,
        "PGPASSWORD": None if url.password is None else str(url.password),
        "PGDATABASE": url.database,
        "PGSSLMODE": _query(url, "sslmode"),
        "PGSSLROOTCERT": _query(url, "sslrootcert"),
        "PGCONNECT_TIMEOUT": "10",
    }
    environment = {**os.environ, **{name: value for name, value in given.items() if value is not None}}
    done = subprocess.run(  # noqa: S603 - PostgreSQL's own program, no shell
        [_program(program), "--no-password", *options],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        check=False,
    )
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        raise Unavailable(f"{program} did not do it: {said[-1][:300] if said else 'it gave no reason'}")


def _query(url: URL, name: str) -> str | None:
    value = url.query.get(name)
    return value if isinstance(value, str) else None


def _program(name: str) -> str:
    """Where a program of PostgreSQL is: on the path, else the newest of Debian's. Raises Unavailable."""
    newest = sorted(_DEBIAN.glob(f"*/bin/{name}"), key=lambda path: float(path.parts[-3]))
    found = shutil.which(name) or (str(newest[-1]) if newest else None)
    if found is None:
        raise Unavailable(f"{name} is not on this machine. Install PostgreSQL's client programs (postgresql-client).")
    return found

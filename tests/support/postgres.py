"""A PostgreSQL of our own for a test run: in a temporary folder, on a free port of 127.0.0.1, ended by its pid.

PostgreSQL refuses to run as root; where the tests do, it runs as `nobody`.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

PROGRAMS = Path("/usr/lib/postgresql/15/bin")
_INITDB = ("-U", "touchmark", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync")
_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C"}


class Postgres:
    """A running server; `url` names a database of it."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._count = 0

    def url(self, database: str) -> str:
        """The address of a database."""
        return f"postgresql://touchmark@127.0.0.1:{self.port}/{database}"

    def create(self, template: str = "template0") -> str:
        """A new database, empty or a copy of `template`; its name."""
        self._count += 1
        name = f"t{self._count}"
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")  # type: ignore[call-overload]
        return name

    def drop(self, name: str) -> None:
        """Remove a database, whoever is still connected to it."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")  # type: ignore[call-overload]


@contextmanager
def running_postgres() -> Iterator[Postgres]:
    """A server from initdb to its end. A missing PostgreSQL is a failure: half of what we promise runs on it."""
    if not (PROGRAMS / "initdb").exists():
        raise RuntimeError(f"PostgreSQL 15 is not installed in {PROGRAMS}. Install it; these tests need it.")
    folder = Path(tempfile.mkdtemp(prefix="touchmark-postgres-"))
    folder.chmod(0o711)
    data = folder / "data"
    data.mkdir(mode=0o700)
    as_somebody: list[str] = []
    if os.getuid() == 0:
        nobody = pwd.getpwnam("nobody")
        os.chown(data, nobody.pw_uid, nobody.pw_gid)
        user, group = str(nobody.pw_uid), str(nobody.pw_gid)
        as_somebody = ["setpriv", "--reuid", user, "--regid", group, "--clear-groups", "--"]
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    subprocess.run(
        [*as_somebody, str(PROGRAMS / "initdb"), "-D", str(data), *_INITDB],
        check=True,
        cwd="/",
        env=_ENVIRONMENT,
        stdout=subprocess.DEVNULL,
    )
    options = {
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": "",
        "fsync": "off",
        "max_connections": "200",
        "timezone": "UTC",
    }
    command = [*as_somebody, str(PROGRAMS / "postgres"), "-D", str(data), "-p", str(port)]
    command += [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(command, cwd="/", env=_ENVIRONMENT, stdout=log, stderr=log)
    try:
        _await(port, server)
        yield Postgres(port)
    finally:
        server.send_signal(signal.SIGINT)
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _await(port: int, server: subprocess.Popen[bytes]) -> None:
    for _ in range(500):
        assert server.poll() is None, "PostgreSQL ended at once"
        try:
            psycopg.connect(f"postgresql://touchmark@127.0.0.1:{port}/postgres", connect_timeout=2).close()
        except psycopg.OperationalError:
            time.sleep(0.02)
        else:
            return
    raise RuntimeError("PostgreSQL did not answer in time.")

"""The database: one engine, and transactions that either keep everything or nothing.

SQLite runs in WAL mode with `synchronous = FULL` (what we acknowledge survives a power cut) and
foreign keys on (a dropped block takes its facts along). PostgreSQL reads in one snapshot.

Writers take turns, on both: what a use case checked inside its transaction (a nonce, a try left, a lease,
a row that is not there yet) still holds when it commits. That is why no write may wait for anything else.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import (
    DatabaseError,
    DataError,
    DBAPIError,
    IntegrityError,
    InterfaceError,
    NotSupportedError,
    ProgrammingError,
    SQLAlchemyError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout

from ledger.domain.errors import Conflict, InDoubt, Invalid, Unavailable
from ledger.storage import stamps
from ledger.storage.concerns import Tables
from ledger.storage.gathered import GatheredTx
from ledger.storage.ready import asked
from ledger.storage.scanned import ScannedTx
from ledger.storage.shared import Known, Shared
from ledger.storage.stamps import Stamp
from ledger.storage.turns import begin_write

T = TypeVar("T")

_WAIT = 30
"""Seconds that a writer waits for its turn."""
_PRAGMAS = ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "cache_size = -32768")
_NAMED = re.compile(r'"[^"]*"(?: \([^)]*\))?|\'[^\']*\'')
"""What the databases' own messages put in quotes, and the address behind a host's name."""
_TURN = 0x746F7563686D61
"""The PostgreSQL advisory lock that a writer holds; any number will do that nobody else uses."""


class Tx(Tables):
    """One open transaction and the tables seen through it, by concern."""

    def __init__(self, connection: Connection, shared: Shared) -> None:
        super().__init__(connection)
        self._shared = shared

    def gathered(self, pairs: Sequence[tuple[str, str]], now: int) -> GatheredTx | ScannedTx:
        """The same snapshot to read from, with everything about these items, as (gtin, serial), read at once.

        What many items share is kept from one to the next, as long as nobody has written to it.
        """
        shared, _, node_seen = stamps.read(self.connection)
        known = Known(self._shared.at(shared), node_seen)
        if len(pairs) == 1:
            return ScannedTx(self.connection, pairs[0], now, known)
        return GatheredTx(self.connection, pairs, now, known)

    def shared(self, _name: str, make: Callable[[], T]) -> T:
        """What `make` makes; a gathered snapshot keeps it for the next one."""
        return make()


class Store:
    """The database behind a URL. `read` and `write` are the only ways in."""

    def __init__(self, url: str) -> None:
        self.engine = make_engine(url)
        stamps.watch(self.engine)
        self._shared = Shared()
        self._here = threading.local()

    def close(self) -> None:
        """Let the connections go."""
        self.engine.dispose()

    def stamp(self) -> Stamp:
        """How often what answers rest on was written to, and when a node was last heard from.

        Raises Unavailable when the database does not answer.
        """
        try:
            if self.engine.dialect.name == "sqlite":
                return stamps.stamp_of(self._own().execute(stamps.READ).fetchall()[0])
            with closing(self.engine.raw_connection()) as connection:
                cursor = connection.cursor()
                cursor.execute(stamps.READ)
                return stamps.stamp_of(cursor.fetchone())
        except PoolTimeout as error:
            raise Unavailable("Too many requests wait for the database. Try again.") from error
        except (SQLAlchemyError, self.engine.dialect.loaded_dbapi.Error) as error:
            self._here.own = None
            raise Unavailable("The database does not answer as it should. Try again.") from error

    def _own(self) -> Any:
        """This thread's own connection to SQLite, outside of the pool: to take one from there and put it back takes
        longer than what is asked before each answer.
        """
        own = getattr(self._here, "own", None)
        if own is None:
            own = self._here.own = self.engine.raw_connection()
            own.detach()
        return own.dbapi_connection

    @contextmanager
    def read(self) -> Iterator[Tx]:
        """A snapshot to read from. Raises Unavailable when the database does not answer."""
        with self._begin(write=False) as tx:
            yield tx

    @contextmanager
    def write(self) -> Iterator[Tx]:
        """A transaction: committed whole when the block ends, undone whole when it raises."""
        with self._begin(write=True) as tx:
            yield tx

    def commits(self) -> int:
        """How many changes the present thread has kept so far, or may have kept without hearing of it."""
        return getattr(self._here, "commits", 0)

    @contextmanager
    def _begin(self, *, write: bool) -> Iterator[Tx]:
        in_doubt = False
        try:
            with self.engine.connect() as connection:
                options: dict[str, Any] = {"touchmark_write": write}
                if write:
                    options |= stamps.writing()
                elif self.engine.dialect.name == "postgresql":
                    options["isolation_level"] = "REPEATABLE READ"
                connection = connection.execution_options(**options)
                with connection.begin():
                    yield Tx(connection, self._shared)
                    if write:
                        stamps.settle(connection)
                    # SQLite undoes a commit that fails; a server may have kept it before the connection broke.
                    in_doubt = write and self.engine.dialect.name != "sqlite"
                    self._here.commits = self.commits() + in_doubt
                if write and not in_doubt:
                    self._here.commits = self.commits() + 1
        except IntegrityError as error:
            raise Conflict("This was kept already, or what it belongs to is gone. Nothing was changed.") from error
        except PoolTimeout as error:
            raise Unavailable("Too many requests wait for the database. Nothing was changed; try again.") from error
        except (DataError, NotSupportedError, ProgrammingError) as error:
            if "NUL" in str(error.orig):
                # PostgreSQL keeps every text but this one: whoever sent it is told, wherever it came in.
                raise Invalid("What was sent holds a sign that no text can hold (NUL). Leave it out.") from None
            # A statement of ours that no database would take: our fault, and not to be tried again.
            raise
        except (DatabaseError, InterfaceError) as error:
            # Damaged pages, too, are told here: SQLite says so of a read that failed.
            reason = reason_of(error)
            if in_doubt:
                raise InDoubt(
                    f"The database broke off ({reason}). Whether this was kept is not known: look, then try again."
                ) from error
            raise Unavailable(f"The database does not answer as it should ({reason}). Nothing was changed.") from error


def reason_of(error: DBAPIError) -> str:
    """Why the database failed, as it says itself, without the host, users and tables that it names.

    The public reads it in a 503, and at `/readyz`.
    """
    said = str(error.orig).splitlines() if error.orig else []
    return _NAMED.sub("…", said[0]) if said else "no answer"


def make_engine(url: str) -> Engine:
    """An engine for a SQLite or PostgreSQL URL, with the settings this module promises."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return _postgresql(parsed)
    engine = create_engine(parsed, connect_args={"timeout": _WAIT, "check_same_thread": False})

    @event.listens_for(engine, "connect")
    def _settings(connection: Any, _record: Any) -> None:
        # The driver's own transaction control begins too late for BEGIN IMMEDIATE; we say BEGIN ourselves.
        connection.isolation_level = None
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # A writer takes its lock first: a read that turns into a write could otherwise fail halfway.
        if connection.get_execution_options().get("touchmark_write", True):
            begin_write(connection, _WAIT)
        else:
            asked(connection, "BEGIN")

    return engine


def _postgresql(url: URL) -> Engine:
    engine = create_engine(
        url.set(drivername="postgresql+psycopg"), pool_pre_ping=True, connect_args={"connect_timeout": 5}
    )

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        if connection.get_execution_options().get("touchmark_write", True):
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{_WAIT}s'")
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_TURN})")

    return engine

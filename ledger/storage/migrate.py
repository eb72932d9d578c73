"""Bring a database to the form this program needs, by Alembic."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect
from sqlalchemy.exc import InterfaceError, OperationalError

from ledger.domain.errors import Unavailable
from ledger.storage import stamps
from ledger.storage.engine import make_engine, reason_of

_FOLDER = Path(__file__).with_name("migrations")


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    return config


def upgrade(url: str, revision: str = "head") -> None:
    """Apply every migration up to `revision`, in one transaction."""
    _run(url, lambda config: command.upgrade(config, revision))


def downgrade(url: str, revision: str) -> None:
    """Undo migrations down to `revision` (“base” for none)."""
    _run(url, lambda config: command.downgrade(config, revision))


@cache
def newest() -> str | None:
    """The revision this program needs."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def expect_known_form(revision: str | None) -> None:
    """Raises Unavailable where a database at `revision` lacks what this program needs.

    One that is newer than this program knows is taken: a release only adds to the form before it (OPERATIONS.md), so
    that both work while one replaces the other.
    """
    if revision is None or (revision != newest() and revision in _known()):
        raise Unavailable(
            f"The database is of an older form ({revision or 'empty'}) than this program needs ({newest()}). "
            "Run `touchmark migrate`."
        )


def expect_known(revision: str) -> None:
    """Raises Unavailable for a form that is newer than this program."""
    if revision not in _known():
        raise Unavailable(
            f"This is of a newer form ({revision}) than this program knows ({newest()}). Install that one."
        )


@cache
def _known() -> frozenset[str]:
    return frozenset(one.revision for one in ScriptDirectory.from_config(_config()).walk_revisions())


def current(url: str) -> str | None:
    """The revision a database is at, None for one that is empty. Raises Unavailable when it does not answer."""
    engine = make_engine(url)
    try:
        with engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision()
    except (OperationalError, InterfaceError) as error:
        raise Unavailable(f"The database does not answer ({reason_of(error)}).") from error
    finally:
        engine.dispose()


def _run(url: str, act: object) -> None:
    config = _config()
    engine = make_engine(url)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        # alembic's own callable.
        act(config)  # type: ignore[operator]
        # Processes of the release before go on meanwhile, and must not go on telling what was.
        if inspect(connection).has_table("stamps"):
            stamps.move_all(connection)
    engine.dispose()

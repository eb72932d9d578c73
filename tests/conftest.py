"""What every kind of test may ask for: the databases, and a world in each of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.support.postgres import Postgres, running_postgres
from tests.support.world import World, copied_world, make_world

DATABASES = ("sqlite", "postgresql")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL 15 of this run's own."""
    with running_postgres() as server:
        yield server


@pytest.fixture(params=DATABASES)
def database(request: pytest.FixtureRequest) -> str:
    """Which database: a test that asks for this one runs on both."""
    return str(request.param)


@pytest.fixture
def empty_database(database: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database without tables."""
    if database == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    server: Postgres = request.getfixturevalue("postgres")
    name = server.create()
    yield server.url(name)
    server.drop(name)


@pytest.fixture(scope="session")
def sources(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Callable[[str], tuple[Path, str | None]]:
    """The finished world of a database, made when it is first asked for: its folder and its PostgreSQL database."""
    made: dict[str, tuple[Path, str | None]] = {}

    def source(database: str) -> tuple[Path, str | None]:
        if database not in made:
            folder = tmp_path_factory.mktemp(f"world-{database}")
            name = None
            if database == "postgresql":
                server: Postgres = request.getfixturevalue("postgres")
                name = server.create()
                make_world(folder, server.url(name))
            else:
                make_world(folder, None)
            made[database] = folder, name
        return made[database]

    return source


@pytest.fixture
def worlds(
    sources: Callable[[str], tuple[Path, str | None]], request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[Callable[[str], World]]:
    """Makes copies of the world, on whichever database."""
    with ExitStack() as stack:
        count = 0

        def make(database: str) -> World:
            nonlocal count
            count += 1
            folder, template = sources(database)
            url = None
            if template is not None:
                server: Postgres = request.getfixturevalue("postgres")
                name = server.create(template)
                stack.callback(server.drop, name)
                url = server.url(name)
            return stack.enter_context(copied_world(folder, tmp_path / f"copy{count}", url))

        yield make


@pytest.fixture
def world(database: str, worlds: Callable[[str], World]) -> World:
    """A world of this test's own, on each database in turn."""
    return worlds(database)


@pytest.fixture
def sqlite_world(worlds: Callable[[str], World]) -> World:
    """A world of this test's own on SQLite, for what has nothing to do with the database."""
    return worlds("sqlite")

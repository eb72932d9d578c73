"""The whole application over a real chain and database, shared by the tests of the API."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from ledger.domain.organisations import Role
from ledger.services.organisations import add_organisation
from tests.conftest import DATABASES
from tests.web.api.asking import Asking
from tests.web.stage import Stage, on_each_database
from web.limits import Pace

UNHURRIED = Pace(*[1_000_000] * 6)


@pytest.fixture(scope="session", params=DATABASES)
def stage(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A brand, an accredited inspector and a platform as on every stage, and another brand beside them."""
    with on_each_database(request, tmp_path_factory.mktemp("api")) as ready:
        add_organisation(
            ready.ledger,
            slug="rival",
            name="Rival",
            role=Role.BRAND,
            domain="rival.example",
            prefixes=["952199"],
        )
        ready.follow()
        yield ready


@pytest.fixture(scope="session")
def app(stage: Stage) -> Flask:
    return stage.app(pace=UNHURRIED)


@pytest.fixture(scope="session")
def brand(stage: Stage, app: Flask) -> Asking:
    return Asking(app, stage.key("maison"))


@pytest.fixture(scope="session")
def rival(stage: Stage, app: Flask) -> Asking:
    return Asking(app, stage.key("rival"))


@pytest.fixture(scope="session")
def inspector(stage: Stage, app: Flask) -> Asking:
    return Asking(app, stage.key("luxcheck"))


@pytest.fixture(scope="session")
def platform(stage: Stage, app: Flask) -> Asking:
    return Asking(app, stage.key("bazar"))


@pytest.fixture(scope="session")
def council(stage: Stage, app: Flask) -> Asking:
    return Asking(app, stage.key("council"))


@pytest.fixture(scope="session")
def anyone(app: Flask) -> Asking:
    return Asking(app, None)

"""The whole application over a real chain, and a verifier who knows nothing but what is published."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from ledger.domain.organisations import Role
from ledger.services.organisations import add_organisation
from tests.web.api.asking import Asking
from tests.web.credentials.verifier import Verifier
from tests.web.stage import Stage, staged
from web.limits import Pace

UNHURRIED = Pace(*[1_000_000] * 6)


@pytest.fixture(scope="package")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with staged(tmp_path_factory.mktemp("credentials")) as ready:
        add_organisation(
            ready.ledger, slug="rival", name="Rival", role=Role.BRAND, domain="rival.example", prefixes=["952199"]
        )
        ready.follow()
        yield ready


@pytest.fixture(scope="package")
def app(stage: Stage) -> Flask:
    return stage.app(pace=UNHURRIED)


@pytest.fixture(scope="package")
def brand(stage: Stage, app: Flask) -> Asking:
    return Asking(app, stage.key("maison"))


@pytest.fixture(scope="package")
def rival(stage: Stage, app: Flask) -> Asking:
    return Asking(app, stage.key("rival"))


@pytest.fixture(scope="package")
def inspector(stage: Stage, app: Flask) -> Asking:
    return Asking(app, stage.key("luxcheck"))


@pytest.fixture(scope="package")
def anyone(app: Flask) -> Asking:
    return Asking(app, None)


@pytest.fixture
def verifier(app: Flask) -> Verifier:
    return Verifier(app)

"""A ledger without a chain, on each database: what leaves it needs none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ledger.bootstrap import build, migrate
from ledger.services.ports import Ledger
from ledger.settings import Settings
from tests.support.world import Clock


@pytest.fixture
def settings(empty_database: str, tmp_path: Path) -> Settings:
    return Settings(data=tmp_path / "data", database_url=empty_database)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ledger(settings: Settings, clock: Clock) -> Iterator[Ledger]:
    migrate(settings)
    made = replace(build(settings), clock=clock)
    yield made
    made.store.close()

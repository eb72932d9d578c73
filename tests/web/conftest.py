"""What the tests of the pages share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from tests.support.chromium import chromium

    with chromium() as started:
        yield started

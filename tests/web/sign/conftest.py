"""The signing page in a real browser, with a stand-in for the site."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.web.sign.device import Device, device
from tests.web.sign.site import Site, running_site


@pytest.fixture
def site() -> Iterator[Site]:
    with running_site() as started:
        yield started


@pytest.fixture
def phone(browser: Browser, site: Site) -> Iterator[Device]:
    with device(browser, site, viewport={"width": 360, "height": 640}) as made:
        yield made

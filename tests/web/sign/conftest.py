"""The signing page in a real browser, with a stand-in for the site."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.support.chromium import CHROMIUM
from tests.web.sign.device import FLAGS, Device, device
from tests.web.sign.site import Site, running_site


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    assert CHROMIUM.exists(), "These tests need Chromium. Install it with: apt-get install chromium"
    with sync_playwright() as play:
        started = play.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield started
        started.close()


@pytest.fixture
def site() -> Iterator[Site]:
    with running_site() as started:
        yield started


@pytest.fixture
def phone(browser: Browser, site: Site) -> Iterator[Device]:
    with device(browser, site, viewport={"width": 360, "height": 640}) as made:
        yield made

"""The resolver's pages in a browser: on the smallest phone, no fault against WCAG, nothing that runs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support.chromium import AXE
from tests.support.serving import served
from tests.web.stage import GTIN
from tests.web.test_scan_page_browser import FAULTS, WCAG

PAGES = (
    f"/01/{GTIN}/21/INSPECTED?linkType=linkset",
    f"/01/{GTIN}/21/RECALLED?linkType=gs1:none",
    f"/01/{GTIN}/235/" + "W" * 28,
    "/voc/",
)


@pytest.fixture(scope="module")
def address(app: Flask) -> Iterator[str]:
    with served(app) as made:
        yield made


@pytest.mark.parametrize("page", PAGES)
def test_a_page_fits_a_small_phone_and_axe_finds_no_fault(browser: Any, address: str, page: str) -> None:
    context = browser.new_context(viewport={"width": 320, "height": 640}, bypass_csp=True)
    tab = context.new_page()
    tab.goto(address + page)
    assert tab.evaluate("document.documentElement.scrollWidth") <= 320
    small = "[...document.querySelectorAll('main a')].filter(one => one.getBoundingClientRect().height < 44).length"
    assert tab.evaluate(small) == 0
    tab.add_script_tag(path=str(AXE))
    assert tab.evaluate(FAULTS, WCAG) == []
    context.close()


def test_what_is_embedded_for_programs_does_not_trouble_the_content_policy(
    browser: Any, address: str, client: FlaskClient
) -> None:
    assert (
        "script-src 'self'" in client.get(PAGES[0], headers={"Accept": "text/html"}).headers["Content-Security-Policy"]
    )
    context = browser.new_context()
    tab = context.new_page()
    told: list[str] = []
    tab.on("console", lambda message: told.append(message.text))
    tab.goto(address + PAGES[0])
    tab.get_by_role("link", name="Inspections of the item").wait_for()
    assert told == []
    context.close()

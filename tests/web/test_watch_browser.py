"""Watch in a browser: without JavaScript, on a narrow phone, by the keyboard, and no fault by the WCAG rules."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from ledger.domain.looks import DAY
from ledger.services.keep_looks import compare_new
from ledger.services.note_scan import Seen, note_scans
from tests.support.chromium import AXE
from tests.support.serving import served
from tests.web.stage import staged


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str, str]]:
    """A running console with looks and an alert: its address, a key to it, and the path of a suspected item."""
    with staged(tmp_path_factory.mktemp("watching")) as stage:
        items = stage.register([{"serial": f"WATCH{n}"} for n in range(3)])
        now = stage.ledger.now()
        places = ("CN", "FR", "US", "CN", "BR", "JP", None)
        looks = [Seen(items[0].item, now - DAY // 24 * n, "held", where, f"{n}") for n, where in enumerate(places)]
        note_scans(stage.ledger, looks)
        compare_new(stage.ledger)
        with served(stage.app()) as base:
            yield base, stage.key("maison"), f"/console/items/{items[0].item:064x}"


def _signed_in(browser: Any, base: str, key: str, width: int, **more: Any) -> Any:
    page = browser.new_context(viewport={"width": width, "height": 640}, **more).new_page()
    page.goto(base + "/console/sign-in")
    page.fill("input[name=key]", key)
    page.press("input[name=key]", "Enter")
    page.wait_for_url(base + "/console/")
    return page


@pytest.mark.parametrize("width", [320, 1280])
def test_no_page_of_watch_has_a_fault_or_scrolls_sideways(browser: Any, desk: tuple[str, str, str], width: int) -> None:
    base, key, item = desk
    page = _signed_in(browser, base, key, width, bypass_csp=True)
    for address in ("/console/watch", "/console/watch/alerts", "/console/watch/looks", "/console/watch/stolen", item):
        page.goto(base + address)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address
        page.add_script_tag(path=str(AXE))
        faults = page.evaluate("axe.run().then(found => found.violations.map(one => one.id + one.nodes[0].html))")
        assert faults == [], address
    page.context.close()


def test_a_brand_finds_an_alert_and_marks_the_item_by_keyboard_alone_without_javascript(
    browser: Any, desk: tuple[str, str, str]
) -> None:
    base, key, item = desk
    page = _signed_in(browser, base, key, 1280, java_script_enabled=False)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for name in ("Watch", "WATCH0"):
        page.get_by_role("link", name=name).first.focus()
        page.keyboard.press("Enter")
    page.wait_for_url(base + item)
    assert "This code may have been copied" in page.content()
    page.get_by_label("First day").fill("2026-01-01")
    page.get_by_role("button", name="Mark as on display").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(base + item + "?display=set")
    assert "This code may have been copied" not in page.content()
    page.get_by_role("button", name="Undo").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(base + item + "?display=ended")
    assert "This code may have been copied" in page.content()
    assert all(one.startswith(base) for one in asked)
    page.context.close()

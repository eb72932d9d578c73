"""The catalogue in a browser: written without JavaScript, read on the smallest phone, no fault against WCAG."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import expect

from ledger.domain.identity import path
from ledger.domain.lines import LineText, Words
from ledger.services.keep_line import keep_line
from ledger.services.line_photos import add_photo
from tests.support.chromium import AXE
from tests.support.serving import served
from tests.web.stage import GTIN, Stage, on_each_database
from tests.web.test_scan_page_browser import FAULTS, WCAG


@pytest.fixture(scope="module", params=["sqlite"])
def stage(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with on_each_database(request, tmp_path_factory.mktemp("shown")) as made:
        made.register([{"serial": "SHOWN", "colour": "black"}])
        words = Words("A bag.", "Calfskin", "Soft cloth.", ("Nine stitches to the inch",))
        keep_line(made.ledger, made.brand, GTIN, LineText("Sac Lune 25", {"en": words}, note="ours"))
        out = io.BytesIO()
        Image.new("RGB", (800, 800), "#556677").save(out, "JPEG")
        out.seek(0)
        add_photo(made.ledger, made.brand, GTIN, out, captions={"en": "From the front"})
        yield made


@pytest.fixture(scope="module")
def address(stage: Stage) -> Iterator[str]:
    with served(stage.app()) as made:
        yield made


def at_the_desk(stage: Stage, browser: Any, address: str, **options: Any) -> Any:
    page = browser.new_context(base_url=address, **options).new_page()
    page.goto("/console/sign-in")
    page.locator("input[name=key]").fill(stage.key("maison"))
    page.locator("main form button").click()
    page.wait_for_url("**/console/")
    return page


def test_photos_are_sent_and_removed_and_taken_back_without_javascript(
    stage: Stage, browser: Any, address: str, tmp_path: Path
) -> None:
    files = []
    for number, shade in enumerate(("#884422", "#224488")):
        Image.new("RGB", (900, 700), shade).save(tmp_path / f"{number}.jpg")
        files.append(tmp_path / f"{number}.jpg")
    page = at_the_desk(stage, browser, address, java_script_enabled=False)
    page.goto(f"/console/catalogue/{GTIN}")
    page.get_by_label("Add photos").set_input_files(files)
    page.get_by_role("button", name="Send them").click()
    shown = page.locator(".album > li")
    expect(shown).to_have_count(3)
    page.get_by_role("button", name="Remove").first.click()
    expect(shown).to_have_count(2)
    page.get_by_role("button", name="Undo").click()
    expect(shown).to_have_count(3)
    page.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_of_the_catalogue_has_a_fault_or_scrolls_sideways(
    stage: Stage, browser: Any, address: str, scheme: str
) -> None:
    for width in (320, 1280):
        page = at_the_desk(
            stage, browser, address, viewport={"width": width, "height": 640}, color_scheme=scheme, bypass_csp=True
        )
        for where in (
            "/console/catalogue",
            "/console/catalogue?find=nothing",
            f"/console/catalogue/{GTIN}?saved=1&removed={'0' * 64}",
            "/console/catalogue/09521230000017",
            path(GTIN, "SHOWN"),
            path(GTIN, "SHOWN") + "?looks=compare",
            f"/01/{GTIN}",
        ):
            page.goto(where)
            page.add_script_tag(path=AXE)
            assert page.evaluate(FAULTS, WCAG) == [], where
            assert page.evaluate("document.documentElement.scrollWidth") <= width, where
        page.context.close()


def test_the_photo_leaves_the_first_screen_as_it_was_and_nothing_jumps(
    stage: Stage, browser: Any, address: str
) -> None:
    page = browser.new_context(base_url=address, viewport={"width": 360, "height": 640}).new_page()
    page.goto(path(GTIN, "SHOWN"))
    page.wait_for_load_state("networkidle")
    assert page.locator(".item img").evaluate("image => image.complete && image.naturalWidth > 0")
    box = page.locator(".when").bounding_box()
    assert box["y"] + box["height"] <= 640
    assert page.locator(".item img").bounding_box()["width"] == 72
    moved = page.evaluate(
        "new Promise(done => new PerformanceObserver(seen => seen).observe({type: 'layout-shift', buffered: true}) "
        "|| setTimeout(() => done(performance.getEntriesByType('layout-shift').length), 100))"
    )
    assert moved == 0
    page.context.close()

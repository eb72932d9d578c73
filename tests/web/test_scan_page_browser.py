"""The scan page in a browser: it fits a small phone, needs no JavaScript, and WCAG rules find no fault."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ledger.domain.standing_headlines import Key
from tests.support.chromium import AXE
from tests.web.gallery import SIZES, write


@pytest.fixture(scope="module")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("gallery")
    write(folder)
    return folder


def names(gallery: Path) -> list[str]:
    return sorted(page.stem for page in gallery.glob("*.html") if page.stem != "index")


def test_every_verdict_fits_the_first_screen_of_a_small_phone_without_javascript(browser: Any, gallery: Path) -> None:
    context = browser.new_context(
        viewport=dict(zip(("width", "height"), SIZES["phone"], strict=True)), java_script_enabled=False
    )
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for key in Key:
        page.goto((gallery / f"{key.value}.html").as_uri())
        box = page.locator(".when").bounding_box()
        assert box["y"] + box["height"] <= 640, key
        assert page.locator("html").bounding_box()["width"] == 360
    assert all(url.startswith(gallery.as_uri()) for url in asked)
    assert context.cookies() == []
    context.close()


def test_nothing_is_cut_or_scrolls_sideways_at_320_pixels(browser: Any, gallery: Path) -> None:
    context = browser.new_context(viewport={"width": 320, "height": 568})
    page = context.new_page()
    for name in names(gallery):
        page.goto((gallery / f"{name}.html").as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, name
    context.close()


def test_links_and_fields_are_at_least_24_pixels_high(browser: Any, gallery: Path) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 640})
    page = context.new_page()
    for name in ("held", "reported_stolen", "unknown", "check_bad_code", "home"):
        page.goto((gallery / f"{name}.html").as_uri())
        low = page.evaluate(
            "[...document.querySelectorAll('header a, .first a, .foot a, button, input')]"
            ".filter(one => one.getBoundingClientRect().height < 24).map(one => one.outerHTML)"
        )
        assert low == [], name
    context.close()


WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
FAULTS = """tags => axe.run({runOnly: tags}).then(
    got => got.violations.map(one => one.id + ': ' + one.nodes[0].html))"""
EVERY_KIND = (
    "held_inspected",
    "unclaimed",
    "pending",
    "recalled",
    "stolen_and_more",
    "confirmed_with_warning",
    "unknown",
    "held_counted",
    "check_bad_code",
    "home",
    "looks",
    "parts",
    "problem",
)
"""One page of every colour and every template."""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_fault_against_wcag_aa(browser: Any, gallery: Path, scheme: str) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 640}, color_scheme=scheme)
    page = context.new_page()
    for name in EVERY_KIND:
        page.goto((gallery / f"{name}.html").as_uri())
        page.add_script_tag(path=str(AXE))
        assert page.evaluate(FAULTS, WCAG) == [], name
    context.close()

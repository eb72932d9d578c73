"""A tap in a real browser: the page goes on by itself once it is seen, without a script by a button."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from ledger.domain.identity import path
from ledger.services.follow_chain import NODE_SEEN
from tests.support.chromium import AXE
from tests.support.encoder import PASSPHRASE, encode
from tests.support.serving import served
from tests.support.tag import SimulatedTag
from tests.web.stage import GTIN, Stage, staged

SHOWN = re.compile(r"[?]tapped=tap_")
SHOTS = os.environ.get("TOUCHMARK_SHOTS", "")
"""A folder for pictures of the pages, for whoever wants to look at them."""


@dataclass
class Site:
    """A running site, a brand's key to it, and items with tags."""

    stage: Stage
    base: str
    key: str
    tags: dict[str, SimulatedTag]

    def tapped(self, serial: str) -> str:
        with self.stage.ledger.store.write() as tx:
            tx.meta.set(NODE_SEEN, self.stage.ledger.now())
        return self.tags[serial].address(self.base + path(GTIN, serial))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with staged(tmp_path_factory.mktemp("tapping")) as stage:
        items = stage.register([{"serial": f"TAPPED{n}", "colour": "black"} for n in range(4)])
        tags = encode(stage.ledger, stage.brand, items[0].batch_id, GTIN, sealed=True)
        stage.register([{"serial": "UNTAGGED"}])
        with served(stage.app()) as base:
            yield Site(stage, base, stage.key("maison"), tags)


def sound(page: Any, width: int, name: str, within: str = "main") -> None:
    """Nothing to scroll to sideways, no fault by WCAG's rules."""
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{name}-{width}.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= width, name
    page.add_script_tag(path=str(AXE))
    faults = page.evaluate(
        f"axe.run('{within}').then(found => found.violations.map(one => one.id + one.nodes[0].html))"
    )
    assert faults == [], name


@pytest.mark.parametrize("width", [320, 1280])
def test_the_page_goes_on_by_itself_and_back_again_shows_the_same(browser: Any, site: Site, width: int) -> None:
    serial = f"TAPPED{int(width > 320)}"
    page = browser.new_context(viewport={"width": width, "height": 640}, bypass_csp=True).new_page()
    page.goto(site.tapped(serial))
    page.wait_for_url(SHOWN)
    assert "The tag in this item answered just now" in page.content()
    sound(page, width, "answered", ".first")
    page.reload()
    assert "The tag in this item answered just now" in page.content()
    site.tags[serial].seal = "OO"
    page.goto(site.tapped(serial))
    page.wait_for_url(SHOWN)
    assert "The seal of this item's tag was opened" in page.content()
    sound(page, width, "opened", ".first")
    page.context.close()


def test_without_a_script_there_is_a_button(browser: Any, site: Site) -> None:
    page = browser.new_context(viewport={"width": 360, "height": 640}, java_script_enabled=False).new_page()
    page.goto(site.tapped("TAPPED2"))
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/before-360.png", full_page=True)
    page.get_by_role("button", name="Show me the item").click()
    page.wait_for_url(SHOWN)
    assert "The tag in this item answered just now" in page.content()
    page.context.close()


@pytest.mark.parametrize("width", [320, 1280])
def test_the_page_before_is_readable(browser: Any, site: Site, width: int) -> None:
    page = browser.new_context(viewport={"width": width, "height": 640}, bypass_csp=True).new_page()
    page.route("**/tap.js*", lambda route: route.abort())
    page.goto(site.tapped("TAPPED3"))
    sound(page, width, "before")
    page.context.close()


@pytest.mark.parametrize("width", [320, 1280])
def test_the_brands_desk_of_tags_is_readable_and_makes_a_file(browser: Any, site: Site, width: int) -> None:
    page = browser.new_context(
        viewport={"width": width, "height": 640}, bypass_csp=True, accept_downloads=True
    ).new_page()
    page.goto(site.base + "/console/sign-in")
    page.fill("input[name=key]", site.key)
    page.press("input[name=key]", "Enter")
    page.wait_for_url(site.base + "/console/")
    page.goto(site.base + "/console/tags")
    sound(page, width, "desk")
    page.fill("input[name=passphrase]", PASSPHRASE)
    page.fill("input[name=again_passphrase]", PASSPHRASE + "?")
    page.get_by_role("button", name="Download the sealed file").click()
    page.get_by_text("The two passphrases differ.").wait_for()
    sound(page, width, "refused")
    page.fill("input[name=passphrase]", PASSPHRASE)
    page.fill("input[name=again_passphrase]", PASSPHRASE)
    page.get_by_label("Also for items whose tag is not in service yet").check()
    with page.expect_download() as coming:
        page.get_by_role("button", name="Download the sealed file").click()
    assert coming.value.suggested_filename.startswith("tags-")
    page.context.close()

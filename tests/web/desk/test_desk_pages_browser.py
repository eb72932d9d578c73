"""The desk's pages in a browser: no fault by the WCAG rules, nothing wider than the screen, files that stay at home."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

import pytest

from ledger.services.desk.designs import date_design
from tests.support.chromium import AXE
from tests.support.serving import served
from tests.web.api.asking import registered
from tests.web.api.conftest import UNHURRIED
from tests.web.api.test_listings import listing
from tests.web.api.test_signals import alert, upheld_cases
from tests.web.api.test_tracing import offered
from tests.web.stage import Stage


@pytest.fixture(scope="module")
def address(shared: Stage) -> Iterator[str]:
    with served(shared.app(pace=UNHURRIED)) as made:
        yield made


@pytest.fixture(scope="module")
def paths(shared: Stage, asking: Any) -> dict[str, list[str]]:
    """Pages with something on them, by who sees them."""
    maison, bazar = asking("maison"), asking("bazar")
    items = registered(shared, maison, 2)
    for seller in ("one", "other"):
        for item in items:
            offered(bazar, seller, item)
    for item in items:
        alert(shared, item)
    long = listing(title="M a i s o n Exemple " + "long" * 60, codes=[items[0]["page"]], photos=[])
    bazar.post("/v1/listings/screen", {"listings": [long]})
    bazar.post(f"/v1/listings/{long['ref']}/challenge", None, 201)
    maison.ask("PUT", "/v1/signals/policies/clone_alert", json={})
    case = upheld_cases(shared, maison, 2, "wide")[0]
    date_design(shared.ledger, shared.brand, "Sac Lune", [("x" * 200, "ab" * 32)])
    kept, here = bazar.get(f"/v1/listings/{long['ref']}"), "/console/listings"
    one = f"{here}/{kept['id']}"
    made = f"{one}/decisions/{kept['decision_id']}"
    return {
        "maison": [
            *("/console/sharing", "/console/designs", "/console/watch/sources", "/console/rights/sellers"),
            f"/console/cases/{case}/file",
        ],
        "bazar": [one, here, made, f"{here}/try", f"{here}/rules", "/console/sharing"],
        "marche": [here, "/console/sharing"],
    }


@pytest.mark.parametrize("width", [320, 1280])
def test_no_page_of_the_desk_has_a_fault_or_scrolls_sideways(
    shared: Stage, address: str, browser: Any, paths: dict[str, list[str]], width: int
) -> None:
    for slug, some in paths.items():
        page = _signed_in(browser, address, shared.key(slug), width)
        for path in some:
            assert page.goto(address + path).status == 200, path
            page.evaluate("document.querySelectorAll('main details:not(.menu)').forEach(one => one.open = true)")
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path
            if width > 320 and path != some[0]:
                # What differs there from a phone is the frame, which all pages have.
                continue
            page.add_script_tag(path=str(AXE))
            found = page.evaluate("axe.run().then(got => got.violations.map(one => one.id + one.nodes[0].html))")
            assert found == [], path
        page.context.close()


def test_files_to_be_dated_are_measured_in_the_browser_and_never_sent(
    shared: Stage, address: str, browser: Any
) -> None:
    page = _signed_in(browser, address, shared.key("maison"), 360)
    page.goto(address + "/console/designs")
    page.fill("#name", "Measured at home")
    content = b"a drawing that stays at home"
    page.set_input_files("#files", [{"name": "my drawing.pdf", "mimeType": "application/pdf", "buffer": content}])
    told = page.locator("#measured")
    told.filter(has_text="The files stay with you").wait_for(timeout=60_000)
    assert page.input_value("#prints") == f"{hashlib.sha256(content).hexdigest()}  my drawing.pdf"
    sent: list[bytes] = []
    page.on("request", lambda request: sent.append(request.post_data_buffer or b""))
    page.get_by_role("button", name="Date them").click()
    page.get_by_text("Measured at home").wait_for(timeout=60_000)
    assert any(b"Measured at home" in one for one in sent)
    assert not any(content in one for one in sent)
    page.context.close()


def _signed_in(browser: Any, address: str, key: str, width: int) -> Any:
    page = browser.new_context(viewport={"width": width, "height": 900}, bypass_csp=True).new_page()
    page.goto(address + "/console/sign-in")
    page.fill("input[name=key]", key)
    page.press("input[name=key]", "Enter")
    page.wait_for_url(address + "/console/")
    return page

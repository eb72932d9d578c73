"""The pages on which serials of parts are compared and replaced, in a browser: WCAG 2.2 AA, and small phones."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, Page, expect

from ledger.domain.organisations import Role
from ledger.domain.people import StaffRole
from ledger.domain.statements import Kind
from ledger.services.kept_keys import sign_and_submit
from ledger.services.organisations import add_organisation, operator_as
from tests.support.chromium import AXE
from tests.support.serving import served
from tests.web.people import Member
from tests.web.stage import GTIN, Stage, staged
from tests.web.test_inspecting import begin

RULES: Final = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
WIDTHS: Final = (320, 1280)


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with staged(tmp_path_factory.mktemp("parts-browser")) as made:
        add_organisation(made.ledger, slug="atelier", name="Atelier", role=Role.REPAIRER, domain="atelier.example")
        made.follow()
        party = operator_as(made.ledger, "atelier").organisation.party
        sign_and_submit(made.ledger, made.brand, Kind.ACCREDIT, {"party": party})
        made.register([{"serial": "WATCH", "part.case": "CS1", "part.movement": "MV1", "part.buckle": "BK1"}])
        yield made


@pytest.fixture(scope="module")
def base(stage: Stage) -> Iterator[str]:
    with served(stage.app()) as made:
        yield made


def _page(browser: Browser, base: str, who: Member, width: int) -> Page:
    context = browser.new_context(viewport={"width": width, "height": 800}, base_url=base, bypass_csp=True)
    cookie = who.client.get_cookie("touchmark")
    assert cookie is not None
    context.add_cookies([{"name": "touchmark", "value": cookie.value, "url": base}])
    return context.new_page()


def _right(page: Page, name: str, pictures: Path) -> None:
    """No fault of WCAG, nothing wider than the screen, every control large enough for a finger."""
    width = page.evaluate("document.documentElement.scrollWidth")
    page.screenshot(path=str(pictures / f"{name}.png"), full_page=True)
    assert width <= page.viewport_size["width"], name  # type: ignore[index]
    page.add_script_tag(path=str(AXE))
    found: dict[str, Any] = page.evaluate("rules => axe.run(document, rules)", RULES)
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found["violations"]] == [], name
    small = page.evaluate(
        """() => [...document.querySelectorAll("main button, main select, main input:not([type=hidden])")]
            .filter((one) => !["checkbox", "radio", "file"].includes(one.type))
            .filter((one) => one.getBoundingClientRect().height < 44).map((one) => one.outerHTML)"""
    )
    assert small == [], name


@pytest.mark.parametrize("width", WIDTHS)
def test_comparing_works_on_a_small_phone_and_for_everybody(
    stage: Stage, browser: Browser, base: str, tmp_path: Path, width: int
) -> None:
    inspector = Member(stage, "luxcheck", "M. Rossi", 6000 + width, StaffRole.ADMIN)
    inspector.post("/console/signers", f"/console/signers/{inspector.person.id}/add")
    stage.follow()
    page = _page(browser, base, inspector, width)
    page.goto("/console/parts")
    _right(page, f"code-{width}", tmp_path)
    page.get_by_label("The item's code").fill("WATCH")
    page.get_by_role("button", name="Find the item").click()
    page.get_by_label("Serial on the part: case").fill("cs-1")
    page.get_by_label("Serial on the part: movement").fill("MV-9")
    page.get_by_label("Which part").select_option("strap")
    page.get_by_label("Serial on it").fill("S-1")
    _right(page, f"typed-{width}", tmp_path)
    page.get_by_role("button", name="Compare").click()
    told = page.get_by_role("status").inner_text()
    assert "Matches the record" in told
    assert "Not this item’s part" in told
    assert "Cannot tell" in told
    _right(page, f"found-{width}", tmp_path)
    page.goto(f"/console/inspect/sheets/{begin(inspector, 'WATCH')}/check")
    page.get_by_role("link", name="Compare serials of parts").click()
    page.get_by_label("Serial on the part: case").fill("CS1")
    page.get_by_role("button", name="Compare").click()
    expect(page.get_by_role("heading", name="In your sheet")).to_be_visible()
    _right(page, f"sheet-{width}", tmp_path)
    page.context.close()


@pytest.mark.parametrize("width", WIDTHS)
def test_replacing_works_on_a_small_phone_and_for_everybody(
    stage: Stage, browser: Browser, base: str, tmp_path: Path, width: int
) -> None:
    page = _page(browser, base, Member(stage, "atelier", "P. Aiguille", 7000 + width, StaffRole.ADMIN), width)
    page.goto("/console/service?code=WATCH")
    _right(page, f"service-{width}", tmp_path)
    page.context.close()


@pytest.mark.parametrize("width", WIDTHS)
def test_a_buyer_reads_which_parts_have_serials(
    stage: Stage, browser: Browser, base: str, tmp_path: Path, width: int
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800}, base_url=base, bypass_csp=True)
    page = context.new_page()
    page.goto(f"/01/{GTIN}/21/WATCH")
    expect(page.get_by_text("registered with serials for: case, movement, buckle.")).to_be_visible()
    page.screenshot(path=str(tmp_path / f"scan-{width}.png"), full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    context.close()

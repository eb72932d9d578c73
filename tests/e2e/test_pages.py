"""A brand, an inspector and a buyer at their browsers, with everything running."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, expect

from ledger.bootstrap import build
from ledger.domain.identity import path
from ledger.domain.organisations import Role, Scope
from ledger.domain.statements import Kind
from ledger.services.kept_keys import sign_and_submit
from ledger.services.organisations import add_organisation, issue_key, operator_as
from ledger.services.ports import Ledger
from ledger.settings import Settings
from tests.e2e.running import Running, wait_until
from tests.e2e.test_demo_story import free_port
from tests.support.chromium import chromium
from tests.web.stage import GTIN, sheet

AXE: Final = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
SIZES: Final = {"phone": {"width": 360, "height": 640}, "desk": {"width": 1280, "height": 800}}

pytestmark = pytest.mark.e2e


class World:
    """A ledger that runs, a browser, and the keys to sign in with."""

    def __init__(self, running: Running, ledger: Ledger, browser: Browser, pictures: Path) -> None:
        self.running = running
        self.ledger = ledger
        self.browser = browser
        self.pictures = pictures

    def visitor(self, size: str = "desk", *, script: bool = True, bypass_csp: bool = False) -> BrowserContext:
        context = self.browser.new_context(
            viewport=SIZES[size],  # type: ignore[arg-type]
            java_script_enabled=script,
            bypass_csp=bypass_csp,
            base_url=self.running.address,
        )
        context.set_default_timeout(20_000)
        return context

    def sign_in(self, context: BrowserContext, slug: str) -> Page:
        organisation = operator_as(self.ledger, slug).organisation
        page = context.new_page()
        page.goto("/console/")
        page.get_by_label("API key").fill(issue_key(self.ledger, organisation.id, "e2e", Scope)[1])
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("heading", level=1)).to_have_text(organisation.name)
        return page

    def picture(self, page: Page, name: str) -> None:
        page.screenshot(path=self.pictures / f"{name}.png", full_page=True)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("pages")
    running = Running(folder / "data", "--port", str(free_port()))
    try:
        running.start()
        ledger = build(Settings(data=running.folder, public_url=running.address))
        _people(ledger)
        with chromium() as browser:
            yield World(running, ledger, browser, folder)
        ledger.store.engine.dispose()  # type: ignore[attr-defined]
    finally:
        running.end()


def _people(ledger: Ledger) -> None:
    known: dict[str, Any] = {"slug": "maison", "name": "Maison Exemple", "domain": "maison.example"}
    add_organisation(ledger, role=Role.BRAND, prefixes=["952123"], programme_start="2024-01-01", **known)
    add_organisation(ledger, slug="lux", name="Lux Check", role=Role.AUTHENTICATOR, domain="lux.example")
    wait_until(lambda: _numbered(ledger, "maison") and _numbered(ledger, "lux"), "both are numbered")
    party = operator_as(ledger, "lux").organisation.party
    accredited = sign_and_submit(ledger, operator_as(ledger, "council"), Kind.ACCREDIT, {"party": party})
    wait_until(lambda: _accepted(ledger, accredited.hash), "the inspector is accredited")


def _numbered(ledger: Ledger, slug: str) -> bool:
    return operator_as(ledger, slug).organisation.party is not None


def _accepted(ledger: Ledger, statement: bytes) -> bool:
    with ledger.store.read() as tx:
        return tx.chain.acceptance(statement) is not None


def register(world: World, page: Page, content: bytes, name: str, *, at_once: bool = True) -> str:
    """From the file to the registered batch, by the page alone; the batch's address."""
    world.pictures.joinpath(name).write_bytes(content)
    page.goto("/console/imports")
    page.get_by_label("CSV or Excel file").set_input_files(world.pictures / name)
    page.get_by_role("button", name="Check the file").click()
    page.wait_for_selector(".tally")
    page.get_by_label("At once." if at_once else "Later.").check()
    page.get_by_role("button", name="Register ").click()
    page.get_by_role("link", name="To the claim cards").click()
    with page.expect_download() as cards:
        page.get_by_role("button", name="Codes as CSV").click()
    cards.value.save_as(world.pictures / f"cards-{name}")
    page.get_by_role("link", name="go on to the confirmation").click()
    page.get_by_label("I have the file").check()
    page.get_by_role("button", name="Destroy the codes").click()
    return page.url


def only_item(world: World, batch_address: str) -> tuple[str, str]:
    with world.ledger.store.read() as tx:
        (item,) = tx.batches.items_page(batch_address.rsplit("/", 1)[-1], -1, 2)
    return item.serial, f"{world.running.address}/01/{item.gtin}/21/{item.serial}"


def verdict_of(page: Page, address: str) -> str:
    page.goto(address)
    return page.get_by_role("heading", level=1).inner_text()


def test_a_brand_checks_a_file_mends_nothing_and_registers_what_is_ready(world: World) -> None:
    context = world.visitor()
    page = world.sign_in(context, "maison")
    rows = [{"colour": "black", "private_note": "for us"} for _ in range(30)]
    rows[3] = {"gtin": "09521234543214"}
    rows[8] = {"made_on": "20/01/2025"}
    address = register(world, page, sheet(rows), "thirty.csv")
    page.wait_for_selector("text=Registered", timeout=60_000)
    assert page.url == address
    world.picture(page, "batch")
    page.get_by_role("link", name="All 28 items").click()
    expect(page.locator("tbody tr")).to_have_count(28)
    page.goto("/console/imports")
    page.get_by_role("link", name="thirty.csv").click()
    expect(page.locator(".tally")).to_contain_text("2 need fixing")
    expect(page.locator("table.wide")).to_contain_text("its check digit should be 3")
    context.close()


def test_ticking_a_column_private_takes_it_out_of_the_preview_at_once(world: World) -> None:
    context = world.visitor()
    page = world.sign_in(context, "maison")
    world.pictures.joinpath("preview.csv").write_bytes(sheet([{"serial": "PREVIEW", "colour": "black"}]))
    page.goto("/console/imports")
    page.get_by_label("CSV or Excel file").set_input_files(world.pictures / "preview.csv")
    page.get_by_role("button", name="Check the file").click()
    expect(page.locator(".plate .s-colour")).to_be_visible()
    page.get_by_label("Colour").check()
    expect(page.locator(".plate .s-colour")).to_be_hidden()
    context.close()


def test_a_scan_turns_from_pending_to_registered_without_a_script(world: World) -> None:
    context, buyer = world.visitor(), world.visitor("phone", script=False)
    page, scan = world.sign_in(context, "maison"), buyer.new_page()
    address = register(world, page, sheet([{"colour": "green"}]), "one.csv")
    serial, link = only_item(world, address)
    seen = [verdict_of(scan, link)]
    deadline = time.monotonic() + 60
    while seen[-1] != "Matches Maison Exemple's records. No owner yet" and time.monotonic() < deadline:
        seen.append(verdict_of(scan, link))
    assert seen[-1] == "Matches Maison Exemple's records. No owner yet"
    assert set(seen[:-1]) <= {"Recorded, waiting for confirmation"}
    assert not buyer.cookies()
    expect(scan.get_by_text(f"No. …{serial[-4:]}")).to_be_visible()
    world.picture(scan, "scan")
    context.close()
    buyer.close()


def test_every_serial_reaches_its_item_through_the_web_server(world: World) -> None:
    context = world.visitor()
    page = world.sign_in(context, "maison")
    serials = ["/", "//", "%", "%2F", "a/b", "?", "&", "+", '"']
    register(world, page, sheet([{"serial": serial} for serial in serials]), "hostile.csv")
    for serial in serials:
        # Written as a label has it; a browser's own address line would change nothing in it.
        answer = world.running.get(path(GTIN, serial))
        assert (answer.status_code, answer.json()["serial"]) == (200, serial)
    context.close()


def test_a_typed_code_and_a_language_work_without_a_script(world: World) -> None:
    context, buyer = world.visitor(), world.visitor("phone", script=False)
    page, scan = world.sign_in(context, "maison"), buyer.new_page()
    serial, link = only_item(world, register(world, page, sheet([{"colour": "blue"}]), "typed.csv"))
    scan.goto("/")
    scan.get_by_label("Code or serial").fill(f"{serial[:4]} {serial[4:8]}-{serial[8:]}".lower())
    scan.get_by_role("button", name="Check").click()
    expect(scan).to_have_url(link)
    scan.get_by_role("link", name="FR").click()
    expect(scan.locator("html")).to_have_attribute("lang", "fr")
    scan.goto("/check?code=7K3M9QX2TP4")
    assert scan.get_by_label("Type it again").input_value() == "7K3M9QX2TP4"
    context.close()
    buyer.close()


def test_an_inspection_is_signed_at_the_desk_and_read_by_a_buyer(world: World) -> None:
    context, desk = world.visitor(), world.visitor("phone")
    page = world.sign_in(context, "maison")
    _, link = only_item(world, register(world, page, sheet([{"colour": "red"}]), "seen.csv"))
    page.wait_for_selector("text=Registered", timeout=60_000)
    photo = world.pictures / "photo.jpg"
    Image.new("RGB", (800, 600), "grey").save(photo)
    inspector = world.sign_in(desk, "lux")
    inspector.get_by_role("link", name="Inspect an item").click()
    # A barcode reader types the whole address and presses Enter.
    inspector.keyboard.type(link)
    inspector.keyboard.press("Enter")
    inspector.get_by_label("Consistent with genuine").check()
    inspector.get_by_label("In hand").check()
    inspector.get_by_label("How many people looked?").fill("2")
    inspector.get_by_label("What your opinion rests on").fill("Stamp, lining and weight are as they should be.")
    inspector.get_by_label("Photos or PDF").set_input_files(photo)
    inspector.get_by_role("button", name="Sign and record").click()
    expect(inspector.get_by_role("heading", level=1)).to_have_text("My records")
    inspector.goto(link)
    card = inspector.locator("#inspections .card")
    expect(card).to_contain_text("Lux Check")
    expect(card).to_contain_text("Stamp, lining and weight")
    inspector.locator("#inspections img").scroll_into_view_if_needed()
    wait_until(lambda: inspector.evaluate("document.querySelector('#inspections img').naturalWidth") > 0, "the photo")
    world.picture(inspector, "inspected")
    context.close()
    desk.close()


@pytest.mark.parametrize("size", list(SIZES))
def test_no_page_is_wider_than_its_screen_and_every_target_is_large_enough(world: World, size: str) -> None:
    context = world.visitor(size)
    page = world.sign_in(context, "maison")
    for address in ("", "imports", "batches", "items", "on-sale", "statements"):
        page.goto(f"/console/{address}")
        assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size]["width"], address
        small = page.evaluate(
            """() => [...document.querySelectorAll('button, .button, nav a, select, input:not([type=hidden])')]
                .filter((one) => one.offsetParent && one.getBoundingClientRect().height < 24)
                .map((one) => one.outerHTML)"""
        )
        assert small == [], address
    context.close()


def test_axe_finds_nothing_wrong_at_the_brands_and_the_inspectors_desk(world: World) -> None:
    rules = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
    brands = ("", "imports", "batches", "items", "on-sale", "statements")
    for slug, addresses in (("maison", brands), ("lux", ("", "inspect", "records", "statements"))):
        context = world.visitor(bypass_csp=True)
        page = world.sign_in(context, slug)
        for address in addresses:
            page.goto(f"/console/{address}")
            page.evaluate(AXE.read_text())
            found = page.evaluate("rules => axe.run(document, rules)", rules)["violations"]
            assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == [], address
        context.close()


def test_pages_ask_nobody_else_for_anything_and_say_nothing_in_the_console(world: World) -> None:
    context = world.visitor()
    asked: list[str] = []
    said: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    context.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
    page = world.sign_in(context, "maison")
    for address in ("/", "/check", "/console/", "/console/imports", "/console/items", f"/01/{GTIN}"):
        page.goto(address)
    assert [one for one in asked if not one.startswith(world.running.address)] == []
    assert [one for one in said if one.startswith(("error", "warning"))] == []
    context.close()

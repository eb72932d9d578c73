"""An inspector at a tablet with a keyboard and a barcode reader: from the code to the signature without a pointer."""

from __future__ import annotations

import hashlib
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from ledger.domain.people import Membership, StaffRole
from ledger.services.inspect_keys import add_member_key
from tests.web.stage import GTIN, Stage, staged
from web import create_app

AXE: Final = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
TABLET: Final = {"width": 820, "height": 1180}
RULES: Final = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
BY_HAND: Final = 90
"""Milliseconds between keys that a hand presses; a reader sends them without a gap."""


class Desk:
    """One inspector at a tablet, and the pages of the site they are on."""

    def __init__(self, stage: Stage, address: str, browser: Browser, pictures: Path) -> None:
        self.stage, self.address, self.pictures = stage, address, pictures
        context = browser.new_context(viewport=TABLET, base_url=address, bypass_csp=True)  # type: ignore[arg-type]
        context.set_default_timeout(60_000)
        self.context, self.page = context, context.new_page()
        self.trouble: list[str] = []
        self.page.on("pageerror", lambda error: self.trouble.append(str(error)))
        cdp = context.new_cdp_session(self.page)
        cdp.send("WebAuthn.enable")
        options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
        options |= {"isUserVerified": True, "automaticPresenceSimulation": True}
        cdp.send("WebAuthn.addVirtualAuthenticator", {"options": options})

    def join(self, name: str) -> None:
        """Make a passkey, become a member, and have the key speak for the house."""
        page = self.page
        page.goto("/sign-in?next=/my/account")
        page.locator("form[action*='/join'] button").click()
        page.get_by_role("button", name="Make a passkey").click()
        page.wait_for_url("**/my/account")
        ledger, house = self.stage.ledger, self.stage.inspector
        with ledger.store.write() as tx:
            person = self.person()
            roles = frozenset({StaffRole.ADMIN})
            tx.people.set_membership(Membership(person, house.organisation.id, roles, ledger.now(), name))
        add_member_key(ledger, house, person)
        self.stage.follow()

    def person(self) -> str:
        """Their name in our tables."""
        found = self.context.request.get("/my/data.json").json()
        return str(found["person"]["id"])

    def tab_to(self, selector: str, most: int = 60) -> None:
        """Press Tab until the focus is there."""
        for _ in range(most):
            if self.page.evaluate("selector => document.activeElement.matches(selector)", selector):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"Tab does not reach {selector}.")

    def hand(self, *keys: str) -> None:
        """Keys as a hand presses them."""
        for key in keys:
            self.page.wait_for_timeout(BY_HAND)
            self.page.keyboard.press(key)
        self.page.wait_for_timeout(BY_HAND)

    def seen(self, name: str) -> None:
        """Photograph the page; nothing on it breaks a rule, or is wider than it."""
        self.page.screenshot(path=self.pictures / f"{name}.png", full_page=True)
        self.page.evaluate(AXE.read_text())
        found = self.page.evaluate("rules => axe.run(document, rules)", RULES)["violations"]
        assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == [], name
        for width in (320, TABLET["width"]):
            self.page.set_viewport_size({"width": width, "height": TABLET["height"]})
            assert self.page.evaluate("document.documentElement.scrollWidth") <= width, (name, width)
        targets = "main button, main .button, main select, main nav:not(.crumb) a, main input[type=file]"
        small = self.page.evaluate(
            """targets => [...document.querySelectorAll(targets)]
                .filter((one) => one.offsetParent && one.getBoundingClientRect().height < 44)
                .map((one) => one.outerHTML)""",
            targets,
        )
        assert small == [], name


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Stage, str]]:
    """A staged ledger behind a real port, with its signing page on a host of its own."""
    with staged(tmp_path_factory.mktemp("desk")) as stage:
        stage.register([{"serial": f"BAG-{n}", "colour": "black"} for n in range(4)])
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = probe.getsockname()[1]
        address = f"http://localhost:{port}"
        settings = stage.settings.model_copy(update={"public_url": address})
        stage.ledger = replace(stage.ledger, public_url=address, sign_url=settings.sign_origin)
        stage.settings = settings
        app = create_app(settings, stage.ledger)
        stage.apps.append(app)
        server = make_server("127.0.0.1", port, app, threaded=True)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield stage, address
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(scope="module")
def desk(site: tuple[Stage, str], browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    made = Desk(*site, browser, tmp_path_factory.mktemp("pictures"))
    made.join("M. Rossi")
    yield made
    made.context.close()


@pytest.fixture
def photograph(tmp_path: Path) -> Callable[..., Path]:
    """A photo as a camera makes it: with its maker and its place."""

    def make(name: str = "a.jpg", size: tuple[int, int] = (1200, 900)) -> Path:
        exif = Image.Exif()
        exif[0x010F] = "A maker"
        exif.get_ifd(0x8825).update({1: "N", 2: (45.0, 27.0, 50.0), 3: "E", 4: (9.0, 11.0, 24.0)})
        Image.effect_noise(size, 40).convert("RGB").save(tmp_path / name, "JPEG", exif=exif)
        return tmp_path / name

    return make


def sheet_id(page: Page) -> str:
    return page.url.split("/sheets/")[1].split("/")[0]


def begin(desk: Desk, serial: str) -> str:
    """From the reader's beep to the checklist; the sheet's id."""
    page = desk.page
    page.goto("/console/inspect")
    expect(page.get_by_label("The item's code")).to_be_focused()
    page.keyboard.type(f"{desk.address}/01/{GTIN}/21/{serial}")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Begin a sheet")
    desk.tab_to("[name=checklist]")
    desk.hand("Space", "Enter")
    # Enter goes to the next question and sends nothing.
    assert page.evaluate("document.activeElement.name") == "purpose"
    desk.hand("Space", "Enter", "Space", "Enter")
    assert page.evaluate("document.activeElement.name") == "high_value"
    desk.hand("Enter")
    assert "/sheets" not in page.url
    desk.tab_to("main form[method=post] .ways button")
    desk.hand("Enter")
    page.wait_for_url("**/check*")
    return sheet_id(page)


def test_an_inspection_from_the_code_to_the_signature_without_a_pointer(
    desk: Desk, photograph: Callable[..., Path]
) -> None:
    page = desk.page
    page.goto("/console/inspect")
    desk.seen("desk")
    page.goto("/console/inspect?code=BAG-0")
    desk.seen("begin")
    id = begin(desk, "BAG-0")
    desk.seen("check")

    desk.tab_to("fieldset.point input")
    desk.hand("1", "1", "1", "2")
    # A concern asks for words; Enter goes on from them.
    assert page.evaluate("document.activeElement.name") == "note.zip"
    page.keyboard.type("stiff", delay=BY_HAND)
    desk.hand("Enter", *"11111113")
    expect(page.locator("[data-progress]")).to_have_text("12 of 12 points answered")
    expect(page.locator("[data-saved]")).to_have_text("Kept.")
    assert page.evaluate("document.activeElement.tagName") == "BUTTON"
    desk.hand("Enter")
    page.wait_for_url("**/photos*")

    file = photograph()
    desk.tab_to("input[data-of=front]")
    page.locator("input[data-of=front]").set_input_files(file)
    expect(page.locator("#uploads")).to_have_text("All photos are sent.")
    page.locator("input[data-of='point:zip']").set_input_files(file)
    expect(page.locator("#photo-point-zip .taken li")).to_have_count(1)
    for _ in range(4):
        desk.tab_to("[name=skipped]:not(:checked)")
        desk.hand("Space")
    desk.seen("photos")
    desk.tab_to("#step .ways button")
    desk.hand("Enter")
    page.wait_for_url("**/result*")

    desk.tab_to("[name=authenticity]")
    desk.hand("1", "Enter")
    assert page.evaluate("document.activeElement.name") == "why"
    desk.tab_to("[name=basis]")
    page.keyboard.type("Stamp and stitching.")
    desk.seen("result")
    desk.tab_to("#step .ways button")
    desk.hand("Enter")
    page.wait_for_url("**/review*")
    desk.seen("review")
    desk.tab_to("main form .ways button")
    desk.hand("Enter")
    page.wait_for_url(f"**/sheets/{id}")
    desk.seen("committed")

    desk.tab_to("main form .ways button")
    desk.hand("Enter")
    page.wait_for_url("http://sign.localhost*/**")
    expect(page.locator("h1")).to_be_focused()
    page.screenshot(path=desk.pictures / "signing.png", full_page=True)
    desk.tab_to("button.primary")
    desk.hand("Enter")
    page.wait_for_url(f"**/sheets/{id}")
    expect(page.locator(".notice.ok")).to_contain_text("Signed, as 1")
    desk.seen("signed")
    desk.stage.follow()
    page.goto(f"/01/{GTIN}/21/BAG-0")
    expect(page.locator("#inspections .card")).to_contain_text("Signed by a person of Lux Check.")
    page.locator("#inspections").screenshot(path=desk.pictures / "card.png")
    assert desk.trouble == []


def test_a_photo_leaves_the_device_without_its_place_and_under_its_own_hash(
    desk: Desk, photograph: Callable[..., Path]
) -> None:
    id = begin(desk, "BAG-1")
    desk.page.goto(f"/console/inspect/sheets/{id}/photos")
    desk.page.locator("input[data-of=back]").set_input_files(photograph(size=(5000, 400)))
    expect(desk.page.locator("#photo-back .taken li")).to_have_count(1)
    expect(desk.page.locator("#upload-trouble")).to_contain_text("made smaller")
    (kept,) = _photos(desk, id)
    content = desk.context.request.get(f"/evidence/{kept.sha256}").body()
    assert hashlib.sha256(content).hexdigest() == kept.sha256
    assert b"A maker" not in content
    assert b"Exif" not in content


def test_sixty_megapixels_are_refused_before_they_are_unpacked(desk: Desk, tmp_path: Path) -> None:
    id = begin(desk, "BAG-1")
    desk.page.goto(f"/console/inspect/sheets/{id}/photos")
    Image.new("L", (10_000, 6_100)).save(tmp_path / "large.jpg", quality=10)
    desk.page.locator("input[data-of=back]").set_input_files(tmp_path / "large.jpg")
    expect(desk.page.locator("#upload-trouble")).to_contain_text("60 megapixels")
    assert _photos(desk, id) == ()


def test_photos_taken_without_a_connection_are_sent_when_it_is_back_even_on_another_day(
    desk: Desk, photograph: Callable[..., Path]
) -> None:
    id = begin(desk, "BAG-2")
    address = f"/console/inspect/sheets/{id}/photos"
    page = desk.context.new_page()
    page.goto(address)
    desk.context.set_offline(True)
    for kept, of in enumerate(("front", "back"), 1):
        page.locator(f"input[data-of={of}]").set_input_files(photograph(f"{of}.jpg"))
        expect(page.locator("#uploads")).to_contain_text(f"until it is back: {kept}")
    # Closed, not left: a page that is only left may be online again for a moment while it goes.
    page.close()
    desk.context.set_offline(False)
    assert _photos(desk, id) == ()
    page = desk.context.new_page()
    page.goto(address)
    expect(page.locator("#uploads")).to_have_text("All photos are sent.")
    assert {one.of for one in _photos(desk, id)} == {"front", "back"}


def test_what_is_typed_without_a_connection_is_kept_when_it_is_back(desk: Desk) -> None:
    id = begin(desk, "BAG-2")
    desk.context.set_offline(True)
    desk.tab_to("fieldset.point input")
    desk.hand("1")
    expect(desk.page.locator("[data-saved]")).to_contain_text("No connection")
    desk.context.set_offline(False)
    expect(desk.page.locator("[data-saved]")).to_have_text("Kept.")
    with desk.stage.ledger.store.read() as tx:
        assert len(tx.sheets.get(id).told.answers) == 1


def test_a_code_scanned_anywhere_while_identifying_is_taken_and_answers_no_point(desk: Desk) -> None:
    page = desk.page
    page.goto("/console/inspect?code=BAG-1")
    page.locator("[name=purpose]").first.focus()
    page.keyboard.type(f"{desk.address}/01/{GTIN}/21/BAG-3")
    page.keyboard.press("Enter")
    expect(page.locator(".told")).to_contain_text("BAG-3")
    begin(desk, "BAG-3")
    desk.tab_to("fieldset.point input")
    page.keyboard.type("0109521234543213")
    page.wait_for_timeout(4 * BY_HAND)
    assert page.locator("fieldset.point input:checked").count() == 0


@pytest.mark.parametrize("pause", [300, 3_000])
@pytest.mark.parametrize("already", [4, 25])
def test_a_reader_that_pauses_in_the_middle_of_a_code_is_heard_to_its_end(desk: Desk, already: int, pause: int) -> None:
    page = desk.page
    code = f"{desk.address}/01/{GTIN}/21/BAG-3"
    page.goto("/console/inspect")
    expect(page.get_by_label("The item's code")).to_be_focused()
    page.keyboard.type(code[:already])
    page.wait_for_timeout(pause)
    page.keyboard.type(code[already:])
    page.keyboard.press("Enter")
    expect(page.locator(".told")).to_contain_text("BAG-3")


def test_a_code_scanned_behind_what_its_field_still_holds_is_taken_alone(desk: Desk) -> None:
    page = desk.page
    page.goto("/console/inspect?code=no-such-thing")
    page.get_by_label("The item's code").press("End")
    page.wait_for_timeout(3_000)
    page.keyboard.type(f"{desk.address}/01/{GTIN}/21/BAG-3")
    page.keyboard.press("Enter")
    expect(page.locator(".told")).to_contain_text("BAG-3")


def test_every_step_works_without_a_script(site: tuple[Stage, str], desk: Desk, browser: Browser) -> None:
    id = begin(desk, "BAG-3")
    plain = browser.new_context(
        viewport=TABLET,  # type: ignore[arg-type]
        base_url=desk.address,
        java_script_enabled=False,
        storage_state=desk.context.storage_state(),
    )
    page = plain.new_page()
    page.goto(f"/console/inspect/sheets/{id}/check")
    for field in page.locator("fieldset.point").all():
        field.get_by_label("Pass").check()
    page.get_by_role("button", name="Keep it and go on").click()
    page.wait_for_url("**/photos*")
    Image.new("RGB", (640, 480)).save(desk.pictures / "plain.jpg")
    page.locator("input[data-of=front]").set_input_files(desk.pictures / "plain.jpg")
    page.locator("#photo-front [data-plain]").click()
    expect(page.locator("#photo-front .taken li")).to_have_count(1)
    for box in page.locator("[name=skipped]").all():
        box.check()
    page.get_by_role("button", name="Keep it and go on").click()
    page.get_by_label("Consistent with genuine").check()
    page.get_by_label("What your opinion rests on").fill("The stamp.")
    page.get_by_role("button", name="Keep it and go on").click()
    page.get_by_role("button", name="Commit my opinion").click()
    expect(page.get_by_role("button", name="Sign with my passkey")).to_have_count(1)
    plain.close()


@pytest.mark.parametrize("address", ["signers", "checklists", "records", "inspect?without=1"])
def test_the_other_pages_of_the_desk_break_no_rule(desk: Desk, address: str) -> None:
    desk.page.goto(f"/console/{address}")
    desk.seen(address.split("?")[0] + "-page")


def test_the_inspectors_public_page_breaks_no_rule(desk: Desk) -> None:
    desk.page.goto("/authenticators/luxcheck")
    desk.seen("authenticator")


def _photos(desk: Desk, id: str) -> tuple[Any, ...]:
    with desk.stage.ledger.store.read() as tx:
        found = tx.sheets.get(id)
        assert found is not None
        return tuple(found.told.photos)

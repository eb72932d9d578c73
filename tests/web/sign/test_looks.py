"""How the signing page looks and is used: without a mouse, on a small phone, in the dark, on paper."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.web.sign.device import Device, device
from tests.web.sign.site import ITEM, Site, message
from tests.web.sign.test_acts import CODE, HEAD, claim, known, new_owner, offer_values, prove

AXE = Path(__file__).resolve().parents[3] / "node_modules" / "axe-core" / "axe.min.js"
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def screens(phone: Device, lang: str) -> Any:
    """Every screen there is, one after the other."""
    site, key = phone.site, new_owner(phone)
    offer = message("Offer", **offer_values())
    direct = [message("Offer", **offer_values(key["address"])), message("Accept", head=HEAD)]
    about = {"about": ["The site adds this line."]}
    asked = {
        "sign_in": site.sign_in(**about),
        "join": site.join(),
        "claim": claim(site, **site.joining()),
        "choice": claim(site, keys=[known(key), known(key)]),
        "offer": site.request("offer", [offer], item=ITEM, signer=key["address"], keys=[known(key)], **about),
        "accept": site.request("accept", direct, item=ITEM, keys=[known(key)]),
        "prove": prove(phone, key)[0],
        "expired": site.sign_in(expires=1),
    }
    for name, request in asked.items():
        phone.open(request | {"lang": lang})
        yield name
    phone.open(asked["sign_in"] | {"lang": lang})
    phone.page.locator("summary").click()
    yield "check"
    phone.finger(given=False)
    phone.page.locator("button.primary").click()
    expect(phone.page.locator("#trouble")).not_to_be_empty()
    yield "trouble"
    phone.finger(given=True)
    phone.open(asked["prove"] | {"lang": lang})
    phone.page.locator("button.plainly").click()
    phone.page.locator("button.primary").click()
    expect(phone.page.locator("#trouble")).not_to_be_empty()
    yield "paper"
    phone.open(asked["choice"] | {"lang": lang})
    phone.page.locator("button.primary").click()
    yield "wrong code"
    phone.page.locator("#code").fill(CODE)
    phone.page.locator("button.primary").click()
    expect(phone.page.locator("#backup-key")).to_be_visible()
    yield "backup"


def faults(page: Page) -> list[tuple[str, list[str]]]:
    """What axe-core finds wrong: the rule, and the elements."""
    page.evaluate(AXE.read_text(encoding="utf-8") + "; 0")
    found = page.evaluate(f"axe.run(document, {json.dumps({'runOnly': WCAG})})")
    return [(one["id"], [node["html"] for node in one["nodes"]]) for one in found["violations"]]


# Contrast hangs on the scheme and reflow on the language: each of both is tried, not each pair.
@pytest.mark.parametrize(
    ("lang", "scheme", "judged"),
    [("en", "light", True), ("zh-Hans", "dark", True), ("fr", "light", False), ("it", "dark", False)],
)
def test_every_screen_keeps_the_rules_of_wcag_and_fits_320_pixels(
    browser: Browser, site: Site, lang: str, scheme: Any, judged: bool
) -> None:
    with device(browser, site, viewport={"width": 320, "height": 568}, color_scheme=scheme, bypass_csp=True) as phone:
        seen = []
        for name in screens(phone, lang):
            seen.append(name)
            if judged:
                assert faults(phone.page) == [], name
            assert phone.page.evaluate("document.documentElement.scrollWidth") <= 320, name
            assert phone.page.evaluate("document.documentElement.lang") == lang
            low = phone.page.evaluate(
                "[...document.querySelectorAll('button, input, select, textarea, summary')]"
                ".filter((one) => one.getBoundingClientRect().height < 44).map((one) => one.outerHTML)"
            )
            assert low == [], name
        assert len(seen) == 13


def test_a_claim_is_made_with_the_keyboard_alone(phone: Device) -> None:
    phone.open(claim(phone.site, **phone.site.joining()))
    keyboard = phone.page.keyboard
    keyboard.press("Tab")
    expect(phone.page.get_by_label("Claim code")).to_be_focused()
    keyboard.type(CODE[:-1])
    keyboard.press("Enter")
    expect(phone.page.locator("#code-wrong")).to_contain_text("this one has 16")
    expect(phone.page.get_by_label("Claim code")).to_be_focused()
    keyboard.press("End")
    keyboard.type(CODE[-1])
    keyboard.press("Enter")
    expect(phone.page.locator("h1")).to_have_text("Your paper backup")
    expect(phone.page.locator("h1")).to_be_focused()
    for name in ("Print", "Save as a file", "Continue"):
        keyboard.press("Tab")
        expect(phone.page.get_by_role("button", name=name)).to_be_focused()
    keyboard.press("Enter")
    assert phone.answer()["signatures"]


def test_focus_comes_back_to_the_button_that_asked_the_device(phone: Device) -> None:
    phone.finger(given=False)
    phone.open(phone.site.join())
    phone.page.keyboard.press("Tab")
    phone.page.keyboard.press("Enter")
    expect(phone.page.get_by_role("button", name="Try again")).to_be_focused()


def test_while_the_device_is_asked_nothing_can_be_pressed_twice(phone: Device) -> None:
    phone.open(phone.site.sign_in())
    phone.page.evaluate("() => { navigator.credentials.get = () => new Promise(() => {}) }")
    phone.press("Sign in with a passkey")
    expect(phone.page.locator("#status")).to_have_text("Your device is asking you now.")
    assert phone.page.locator("main button:not([disabled])").count() == 0


def test_on_paper_there_is_the_sheet_and_nothing_else(phone: Device) -> None:
    phone.open(claim(phone.site, **phone.site.joining()))
    phone.page.get_by_label("Claim code").fill(CODE)
    phone.press("Make a passkey and claim")
    expect(phone.page.locator(".sheet")).to_be_visible()
    phone.page.emulate_media(media="print", color_scheme="dark")
    assert phone.page.locator("button:visible, .top:visible, .foot:visible, .note:visible").count() == 0
    assert phone.page.locator("#backup-key, .qr").evaluate_all("all => all.length") == 2
    assert phone.page.locator("#backup-key").evaluate("one => getComputedStyle(one).color") == "rgb(0, 0, 0)"


def test_the_qr_code_on_the_sheet_holds_what_signs_again(phone: Device, tmp_path: Path) -> None:
    import zxingcpp
    from PIL import Image

    phone.open(claim(phone.site, **phone.site.joining()))
    phone.page.get_by_label("Claim code").fill(CODE)
    phone.press("Make a passkey and claim")
    phone.page.locator(".qr").screenshot(path=tmp_path / "qr.png")
    picture = Image.open(tmp_path / "qr.png").convert("L")
    # Of QR codes alone: the lines of now and then one look like another kind of barcode as well.
    (read,) = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode)
    typed = phone.page.locator("#backup-key").inner_text().replace(" ", "")
    assert read.text.startswith(f"touchmark-backup/1 key={typed} x=0x")

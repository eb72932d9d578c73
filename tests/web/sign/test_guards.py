"""What the signing page does not do, whoever sends it what."""

from __future__ import annotations

import time

import pytest
from playwright.sync_api import Browser, expect

from tests.web.sign.device import Device, device
from tests.web.sign.site import ITEM, Site, message
from tests.web.sign.test_acts import claim, new_owner, prove


def refused(phone: Device, sentence: str) -> None:
    """The page says this one sentence, and there is nothing to press but the way back."""
    expect(phone.page.locator("h1")).to_have_text("Nothing to sign here")
    expect(phone.page.locator("#screen")).to_contain_text(sentence)
    assert phone.page.locator("main input, main textarea, main select").count() == 0


@pytest.mark.parametrize("back", ["https://evil.example", "http://localhost:1", None, 5])
def test_it_signs_for_no_other_site_and_offers_no_way_there(phone: Device, back: object) -> None:
    phone.open(phone.site.sign_in(back=back))
    refused(phone, "This page does not sign for the site that sent you here.")
    assert phone.page.locator("main button, main a").count() == 0


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ("no JSON {", "This page cannot read what the site asks for"),
        ('{"v":1,"pad":"' + "x" * 65_536 + '"}', "The site asks for too much at once"),
        ("[]", "This page cannot read what the site asks for"),
    ],
)
def test_what_cannot_be_read_is_one_sentence(phone: Device, asked: str, sentence: str) -> None:
    phone.open(asked)
    refused(phone, sentence)
    assert phone.page.locator("main button").count() == 0


def test_an_act_nobody_knows_is_one_sentence_and_the_way_back(phone: Device) -> None:
    phone.open(phone.site.request("transfer", []))
    refused(phone, "does not know what the site wants done")
    phone.press("Back to the site")
    assert phone.answer() == {"cancelled": True}


def test_a_message_about_another_item_than_the_one_shown_is_refused(phone: Device) -> None:
    phone.open(claim(phone.site, **phone.site.joining()) | {"messages": [message("Claim", item="5")]})
    refused(phone, "about another item than the one described")


def test_what_has_expired_goes_back_saying_so(phone: Device) -> None:
    phone.open(phone.site.sign_in(expires=int(time.time()) - 1))
    refused(phone, "This request has expired.")
    phone.press("Back to the site")
    assert phone.answer() == {"expired": True}


def test_what_expires_before_ones_eyes_is_not_signed(phone: Device) -> None:
    phone.open(phone.site.sign_in())
    phone.page.clock.install()
    phone.page.clock.set_fixed_time(time.time() + 3600)
    phone.press("Sign in with a passkey")
    refused(phone, "This request has expired.")


def test_before_there_is_a_contract_nothing_is_signed(phone: Device) -> None:
    phone.site.deployed = False
    phone.open(phone.site.sign_in())
    refused(phone, "The ledger is still being set up")


def test_cancelling_any_act_signs_nothing(phone: Device) -> None:
    key = new_owner(phone)
    site = phone.site
    for request in (site.sign_in(), site.join(), claim(site, **site.joining()), prove(phone, key)[0]):
        assert phone.does(request, "Cancel") == {"cancelled": True}


def test_it_is_shown_in_no_frame(browser: Browser, site: Site) -> None:
    context = browser.new_context()
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda line: said.append(line.text))
    page.goto(f"{site.origin}/frame")
    # The frame's own refusal may come after the page around it is there.
    page.frames[1].wait_for_url("chrome-error://chromewebdata/")
    assert any("frame-ancestors" in line for line in said)
    context.close()


def test_it_asks_for_nothing_but_its_own_files_and_keeps_nothing(phone: Device) -> None:
    new_owner(phone)
    asked = [url.split("#")[0] for url in phone.site.asked if url != "about:blank"]
    ours = (f"{phone.site.sign}/", f"{phone.site.origin}/signed/")
    assert [url for url in asked if not url.startswith(ours)] == []
    assert phone.page.context.cookies() == []
    phone.page.goto(phone.site.sign + "/")
    assert phone.page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]


def test_its_policy_lets_no_script_of_others_and_no_request_out(phone: Device) -> None:
    phone.open(phone.site.sign_in())
    done = phone.page.evaluate("fetch('/style.css').then(() => 'out', () => 'held')")
    assert done == "held"
    assert phone.page.evaluate("document.querySelectorAll('[style], script:not([src])').length") == 0
    phone.errors.clear()


def test_the_back_button_does_not_lead_to_what_was_signed(phone: Device) -> None:
    phone.page.goto(f"{phone.site.origin}/")
    phone.page.evaluate("(to) => { location.href = to }", phone.site.address(phone.site.sign_in()))
    phone.press("Cancel")
    phone.answer()
    phone.page.go_back()
    assert phone.page.url == f"{phone.site.origin}/"


def test_another_request_in_the_same_tab_is_another_visit(phone: Device) -> None:
    phone.open(phone.site.sign_in())
    phone.page.goto(phone.site.address(phone.site.join()))
    expect(phone.page.locator("h1")).to_have_text("Make your passkey")


def test_markup_in_what_the_site_says_is_text(phone: Device) -> None:
    hostile = "<img src=x onerror=alert(1)>"
    phone.open(claim(phone.site, **phone.site.joining(), about=[hostile]) | {"item": {**ITEM, "name": hostile}})
    expect(phone.page.locator(".called bdi")).to_have_text(hostile)
    assert phone.page.locator("main img").count() == 0


def test_a_device_without_passkeys_is_told_so(browser: Browser, site: Site) -> None:
    with device(browser, site) as made:
        made.page.add_init_script("delete window.PublicKeyCredential")
        made.open(site.sign_in())
        made.press("Sign in with a passkey")
        expect(made.page.locator("#trouble")).to_contain_text("This browser cannot use passkeys here.")

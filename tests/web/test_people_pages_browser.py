"""Every page of owners, buyers and accounts in a browser: WCAG 2.2 AA, small phones, big letters, the keyboard, paper.

TOUCHMARK_LONG=1 tries the other languages too.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import pytest
from playwright.sync_api import expect

from tests.support.chromium import AXE, chromium
from tests.support.serving import served
from tests.web.owned import DIGITS, Owned, owned
from tests.web.test_own import Visitor
from tests.web.test_scan_page_browser import FAULTS, WCAG
from web.sealed_numbers import sealed

LANGUAGES: Final = ("en", "fr", "it", "zh-Hans") if os.environ.get("TOUCHMARK_LONG") == "1" else ("en",)
SMALL: Final = {"width": 320, "height": 568}
SECRET: Final = "A" * 22
"""What a handover link carries, as far as these pages look at it."""


@dataclass(frozen=True)
class Place:
    """A page: whose browser opens it, where it is, and what is done there before it is looked at."""

    name: str
    who: str
    path: str
    then: Callable[[Any], None] | None = None
    status: int = 200


@dataclass
class Town:
    """What runs: everybody, where their pages are, and a browser."""

    people: Owned
    base: str
    browser: Any

    @contextmanager
    def visit(self, who: str, language: str = "en", **options: Any) -> Iterator[Any]:
        """A page in somebody's browser; that of an empty name is nobody's."""
        self.people.stop_the_clock()
        small = {"viewport": SMALL, "bypass_csp": True}
        context = self.browser.new_context(
            base_url=self.base, locale=language, extra_http_headers={"Accept-Language": language}, **small | options
        )
        visitor = self._visitor(who)
        cookie = visitor.client.get_cookie("touchmark") if visitor else None
        if cookie is not None:
            context.add_cookies([{"name": "touchmark", "value": cookie.value, "url": self.base}])
        try:
            yield context.new_page()
        finally:
            context.close()

    def _visitor(self, who: str) -> Visitor | None:
        if who in self.people.asks:
            return self.people.asks[who][1]
        return getattr(self.people, who) if who else None

    def open(self, page: Any, place: Place) -> None:
        """Go there, and do what is to be done."""
        self.people.stop_the_clock()
        if "#" in place.path:
            # A fragment alone would load nothing.
            page.goto("about:blank")
        answer = page.goto(place.path)
        assert answer.status == place.status, place.name
        if place.then is not None:
            place.then(page)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with owned(tmp_path_factory.mktemp("people")) as people, served(people.app) as base, chromium() as browser:
        yield Town(people, base, browser)


def places(town: Owned) -> Iterator[Place]:
    """Every page of web/own and web/people, in every state that looks different."""
    item = {name: f"/my/items/{town.of(name)}" for name in town.items}
    about = {name: f"/items/{sealed(town.stage.ledger, town.number(name))}" for name in town.items}
    yield Place("sign in", "", "/sign-in")
    yield Place("sign in, link sent", "", "/sign-in", _mail_to("nobody@example.com"))
    yield Place("sign in, no address", "", "/sign-in", _mail_to("nobody@-"))
    yield Place("link", "", town.letter())
    yield Place("link used up", "", "/sign-in/link/used", status=404)
    yield Place("account", "anna", "/my/account")
    yield Place("account, link sent", "newcomer", "/my/account", _mail_to("new@example.com"))
    yield Place("account, no address", "newcomer", "/my/account", _mail_to("nobody@-"))
    yield Place("my items", "anna", "/my")
    yield Place("my items, none found", "anna", "/my?q=nothing")
    yield Place("my items, none", "newcomer", "/my")
    for name in ("offered", "plain", "recovering", "lost", "moving", "former", "through", "coming"):
        yield Place(f"item, {name}", "anna", item[name])
    yield Place("item, new", "other", item["former"] + "?new=1")
    yield Place("item, coming and new", "anna", item["coming"] + "?new=1")
    yield Place("item, somebody else’s", "newcomer", item["plain"], status=404)
    yield Place("handover", "anna", item["plain"] + "/handover")
    yield Place("handover link, elsewhere", "anna", town.link)
    yield Place("handover link", "anna", town.link, _kept(town.offer))
    yield Place("accept", "", f"/accept/{town.offer}#{SECRET}")
    yield Place("accept, half a link", "", f"/accept/{town.offer}", _digits("000000"))
    yield Place("review", "", f"/accept/{town.offer}#{SECRET}", _digits(DIGITS))
    yield Place("review, too late", "", f"/accept/{town.given}#{SECRET}", _digits(DIGITS))
    for kind in ("lost", "stolen", "found"):
        yield Place(f"report {kind}", "anna", f"{item['plain']}/report/{kind}")
    yield Place("entrust", "anna", item["plain"] + "/entrust")
    yield Place("move", "anna", item["plain"] + "/move")
    yield Place("move, one passkey", "other", item["former"] + "/move")
    yield Place("moving", "anna", town.moving)
    yield Place("looks", "anna", item["offered"] + "/looks")
    yield Place("looks, none", "anna", item["plain"] + "/looks")
    yield Place("leave", "anna", "/my/leave")
    yield Place("left", "leaver", "/my/leave", _leave)
    for kind in ("found_it", "ask_last_owner", "seen_it", "report", "contest", "already_paid"):
        yield Place(f"tell, {kind}", "", f"{about['plain']}/tell/{kind}")
    yield Place("told", "", f"{about['plain']}/tell/seen_it", _tell)
    yield Place("how to buy", "", about["plain"] + "/continue")
    yield Place("recovery, waiting", "", about["recovering"] + "/recover")
    yield Place("recovery, none", "", about["plain"] + "/recover")
    for name, (path, _) in town.asks.items():
        yield Place(f"asked, {name}", name, path)
    yield Place("prove", "anna", town.prove("waiting"))
    yield Place("prove, signed out", "", town.prove("waiting"))
    yield Place("prove, too late", "anna", town.prove("silent"), status=409)
    yield Place("answered", "anna", "/answered")
    yield Place("answered, not selling", "anna", "/answered?not_selling=1")
    yield Place("signed, nothing", "anna", town.errand)
    yield Place("signed, elsewhere", "", town.errand, status=404)
    yield Place("no item", "", f"/items/{sealed(town.stage.ledger, 0)}/continue", status=404)


def _mail_to(address: str) -> Callable[[Any], None]:
    def send(page: Any) -> None:
        field = page.locator("input[type=email]")
        field.fill(address)
        # What a browser lets pass is not what the server takes for an address.
        field.evaluate("one => { one.form.noValidate = true; one.form.requestSubmit(); }")
        page.wait_for_selector(".notice, .fault")

    return send


def _digits(digits: str) -> Callable[[Any], None]:
    def enter(page: Any) -> None:
        page.locator("#code").fill(digits)
        page.locator("main form button").click()
        page.wait_for_selector(".fault, .verdict")

    return enter


def _kept(offer: str) -> Callable[[Any], None]:
    def keep(page: Any) -> None:
        kept = f'{{"secret":"{SECRET}","code":"{DIGITS}"}}'
        page.evaluate("([name, kept]) => localStorage.setItem(name, kept)", [f"handover:{offer}", kept])
        page.reload()
        page.wait_for_selector("[data-kept]:not([hidden])")

    return keep


def _leave(page: Any) -> None:
    page.locator("input[name=sure]").check()
    page.locator("button.danger").click()
    page.wait_for_selector("h1:only-of-type")


def _tell(page: Any) -> None:
    page.locator("#text").fill("I saw it at a flea market.")
    page.locator("main form button").click()
    page.wait_for_selector(".notice.ok")


LOOK: Final = """() => {
  const shown = (one) => one.getClientRects().length > 0 && getComputedStyle(one).visibility !== "hidden";
  const all = (what) => [...document.querySelectorAll(what)].filter(shown);
  const short = (one) => one.outerHTML.slice(0, 160);
  const targets = all("main :is(button, .button, .ways a, .ways-in a, input:not([type=hidden]), select, summary)");
  const low = targets.filter((one) => one.getBoundingClientRect().height < 44
    && !(one.closest("label") && one.closest("label").getBoundingClientRect().height >= 44)).map(short);
  const unseen = all("a[href], button, input, select, textarea, summary").filter((one) => {
    one.focus();
    const style = getComputedStyle(one);
    return document.activeElement !== one || style.outlineStyle === "none" || parseFloat(style.outlineWidth) < 2;
  }).map(short);
  document.activeElement.blur();
  const words = [...document.querySelectorAll(
    "title, main :is(p, li, h1, h2, h3, label, legend, summary, button, a, dt, dd, td, th, option)")]
    .filter((one) => !one.closest(".big, [data-theirs], .serial"))
    .map((one) => one.textContent.replace(/\\s+/g, " ").trim()).filter((one) => one);
  return {
    low, unseen, words,
    lang: document.documentElement.lang,
    headings: all("h1").length,
    wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
  };
}"""
BIG: Final = """() => {
  document.documentElement.style.fontSize = "200%";
  const cut = [...document.querySelectorAll("body *")].filter((one) => {
    const style = getComputedStyle(one);
    // What is only heard is one pixel big.
    if (one.clientWidth <= 1 || one.matches("svg *, option, input")) { return false; }
    const clips = (way) => ["hidden", "clip"].includes(style[way]);
    return clips("overflowX") && one.scrollWidth > one.clientWidth + 1
      || clips("overflowY") && one.scrollHeight > one.clientHeight + 1;
  }).map((one) => one.outerHTML.slice(0, 160));
  const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  document.documentElement.style.fontSize = "";
  return wide > 0 ? [...cut, `${wide} pixels too wide`] : cut;
}"""
CONTRAST: Final = """axe.run({runOnly: {type: "rule", values: ["color-contrast"]}}).then(
    got => got.violations.map(one => one.id + ': ' + one.nodes[0].html))"""


JARGON: Final = re.compile(
    r"\b(block ?chain|on.chain|smart contract|hash\w*|tokens?|mint(ed|ing)?|nfts?|wallets?|gas|seed phrase)\b",
    re.IGNORECASE,
)
AXE_TEXT: Final = AXE.read_text(encoding="utf-8") + "; 0"


@dataclass(frozen=True)
class Findings:
    """What was seen on each page, by the page's name."""

    language: str
    axe: dict[str, list[str]]
    dark: dict[str, list[str]]
    big: dict[str, list[str]]
    seen: dict[str, dict[str, Any]]


@pytest.fixture(scope="module", params=LANGUAGES)
def findings(request: pytest.FixtureRequest, town: Town) -> Findings:
    """Each page is opened once and looked at in every way."""
    found = Findings(request.param, {}, {}, {}, {})
    grouped: dict[str, list[Place]] = {}
    for place in places(town.people):
        grouped.setdefault(place.who, []).append(place)
    for who, theirs in grouped.items():
        with town.visit(who, request.param) as page:
            for place in theirs:
                town.open(page, place)
                page.keyboard.press("Tab")
                found.seen[place.name] = page.evaluate(LOOK)
                # Twice the letters on a window of twice the width: what WCAG 1.4.4 asks on a desk of 1280 pixels.
                page.set_viewport_size({"width": 640, "height": 1136})
                found.big[place.name] = page.evaluate(BIG)
                page.set_viewport_size(SMALL)
                page.evaluate(AXE_TEXT)
                found.axe[place.name] = page.evaluate(FAULTS, WCAG)
                page.emulate_media(color_scheme="dark")
                found.dark[place.name] = page.evaluate(CONTRAST)
                page.emulate_media(color_scheme="light")
    return found


def _only(found: dict[str, list[str]]) -> dict[str, list[str]]:
    return {name: wrong for name, wrong in found.items() if wrong}


def test_axe_finds_no_fault_against_wcag_on_any_page(findings: Findings) -> None:
    assert len(findings.axe) > 60
    assert _only(findings.axe) == {}


def test_every_page_has_contrast_in_the_dark_too(findings: Findings) -> None:
    assert _only(findings.dark) == {}


def test_no_page_scrolls_sideways_at_320_pixels(findings: Findings) -> None:
    assert {name: seen["wide"] for name, seen in findings.seen.items() if seen["wide"] > 0} == {}


def test_letters_twice_as_big_are_not_cut(findings: Findings) -> None:
    assert _only(findings.big) == {}


def test_what_is_pressed_is_at_least_44_pixels_high(findings: Findings) -> None:
    assert _only({name: seen["low"] for name, seen in findings.seen.items()}) == {}


def test_the_focus_is_always_seen(findings: Findings) -> None:
    assert _only({name: seen["unseen"] for name, seen in findings.seen.items()}) == {}


def test_every_page_has_one_heading_and_says_its_language(findings: Findings) -> None:
    assert {name for name, seen in findings.seen.items() if seen["headings"] != 1} == set()
    assert {seen["lang"] for seen in findings.seen.values()} == {findings.language}


def test_sentences_have_at_most_twenty_words_and_none_of_the_trades(findings: Findings) -> None:
    # How long a translated sentence may be is another matter; the trade's words are known in every language.
    most = 20 if findings.language == "en" else 1000
    long: dict[str, set[str]] = {}
    for name, seen in findings.seen.items():
        for text in seen["words"]:
            for sentence in re.split(r"(?<=[.!?])\s+", text):
                if len(re.findall(r"[\w’'-]+", sentence)) > most or JARGON.search(sentence):
                    long.setdefault(name, set()).add(sentence)
    assert long == {}


def test_every_page_of_owners_and_accounts_is_among_them(town: Town) -> None:
    """A page that is added later has to be added here."""
    adapter = town.people.app.url_map.bind("127.0.0.1")
    # A sealed number in an address is known by the application's own key.
    with town.people.app.app_context():
        visited = {adapter.match(re.split("[?#]", one.path)[0], "GET")[0] for one in places(town.people)}
    wanted = {
        rule.endpoint
        for rule in town.people.app.url_map.iter_rules()
        if rule.endpoint.startswith(("owner.", "people.")) and "GET" in (rule.methods or ())
    }
    assert wanted - visited == FILES


FILES: Final = {
    "owner.asked_photo",
    "owner.receipt_as_json",
    "owner.receipt_as_pdf",
    "owner.my_data",
    "people.resume_errand",
}
"""What is no page: files, and what only leads on."""


def test_a_handover_is_begun_with_the_keyboard_alone(town: Town) -> None:
    with town.visit("anna", viewport={"width": 1280, "height": 900}) as page:
        page.goto(f"/my/items/{town.people.of('plain')}")
        _tab_to(page, "Sell it or give it away")
        page.keyboard.press("Enter")
        page.wait_for_url("**/handover")
        _tab_to(page, "How long may they take?")
        page.keyboard.press("ArrowDown")
        assert page.locator("#days").input_value() == "30"
        _tab_to(page, "When does it count?")
        _tab_to(page, "Price, or “a gift”")
        page.keyboard.type("a gift")
        _tab_to(page, "Make the link")
        with page.expect_request(re.compile(r"//sign\.")):
            page.keyboard.press("Enter")


def test_the_owner_is_asked_with_the_keyboard_alone_and_without_javascript(town: Town) -> None:
    people = town.people
    item = people.items["plain"]
    with town.visit("", viewport={"width": 1280, "height": 900}, java_script_enabled=False) as page:
        page.goto(f"/01/{item.gtin}/21/{item.serial}")
        _tab_to(page, "Ask the seller to prove they have it")
        page.keyboard.press("Enter")
        page.wait_for_url("**/ask/*")
        _tab_to(page, "The link to send")
        assert "/prove/" in page.locator("#link").input_value()
        _tab_to(page, "Show it as a code to scan")
        page.keyboard.press("Enter")
        expect(page.locator(".qr svg")).to_be_visible()


def _tab_to(page: Any, name: str) -> None:
    """Tab on until what has the focus is called so."""
    for _ in range(30):
        page.keyboard.press("Tab")
        held = page.locator(":focus")
        called = (
            held.evaluate(
                "one => (one.labels && one.labels.length ? one.labels[0] : one).textContent.trim() "
                "|| one.getAttribute('aria-label')"
            )
            if held.count()
            else ""
        )
        if str(called).startswith(name):
            return
    raise AssertionError(f"No Tab leads to “{name}”.")


def test_on_paper_an_item_is_its_name_state_and_history_without_forms(town: Town) -> None:
    with town.visit("anna", color_scheme="dark") as page:
        page.goto(f"/my/items/{town.people.of('plain')}")
        page.emulate_media(media="print", color_scheme="dark")
        assert page.locator("form:visible, button:visible, .button:visible, nav a:visible, input:visible").count() == 0
        assert page.locator("h1:visible, .timeline:visible, .thing:visible").count() >= 3
        assert page.locator("h1").evaluate("one => getComputedStyle(one).color") == "rgb(0, 0, 0)"
        empty = "[...document.querySelectorAll('main section')].filter(one => one.getClientRects().length"
        assert (
            page.evaluate(empty + " && one.innerText.trim() === one.querySelector('h2').innerText.trim()).length") == 0
        )


def test_an_item_is_known_by_its_photo_before_its_name_is_read(town: Town) -> None:
    with town.visit("anna") as page:
        for path in ("/my", f"/my/items/{town.people.of('plain')}", f"/my/items/{town.people.of('plain')}/handover"):
            page.goto(path)
            photo = page.locator("main img").first
            photo.wait_for()
            assert photo.evaluate("one => one.decode().then(() => one.naturalWidth)") >= 104


def test_a_passkey_gets_the_name_that_was_typed(town: Town) -> None:
    with town.visit("newcomer") as page:
        page.goto("/my/account")
        page.get_by_label("Name of this passkey").fill("My phone")
        page.get_by_role("button", name="Save the name").click()
        page.wait_for_load_state()
        assert page.get_by_label("Name of this passkey").input_value() == "My phone"

"""A brand joins, and recalls an item, in a real browser: three people with passkeys of their own, phone and desk."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from ledger.domain.joining import txt_value
from ledger.domain.people import Membership, StaffRole
from ledger.services.join_domain import look_at_next_domain
from ledger.services.joining_port import Looked
from ledger.services.organisations import operator_as, organisation
from tests.web.joining.conftest import GTIN, Stage, letters
from tests.web.stage import staged
from web import create_app

AXE: Final = Path(__file__).resolve().parents[3] / "node_modules" / "axe-core" / "axe.min.js"
RULES: Final = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
PHONE: Final = {"width": 360, "height": 640}
DESK: Final = {"width": 1280, "height": 900}


class Someone:
    """One person, one browser, one authenticator."""

    def __init__(self, stage: Stage, address: str, browser: Browser, pictures: Path) -> None:
        self.stage, self.pictures = stage, pictures
        self.context = browser.new_context(viewport=PHONE, base_url=address, bypass_csp=True)  # type: ignore[arg-type]
        self.context.set_default_timeout(60_000)
        self.page: Page = self.context.new_page()
        self.trouble: list[str] = []
        self.page.on("pageerror", lambda error: self.trouble.append(str(error)))
        cdp = self.context.new_cdp_session(self.page)
        cdp.send("WebAuthn.enable")
        options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
        options |= {"isUserVerified": True, "automaticPresenceSimulation": True}
        cdp.send("WebAuthn.addVirtualAuthenticator", {"options": options})

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).first.click()

    def make_passkey(self, onward: str) -> None:
        """Make an account on the way to a page, on the true signing page."""
        self.page.goto(onward)
        self.press("Make a passkey")
        self.page.get_by_role("button", name="Make a passkey").click()
        self.page.wait_for_url(f"**{onward}")

    def confirms(self, name: str, back: str) -> None:
        """Press what leads to the signing page, confirm there with the passkey, and come back."""
        self.press(name)
        self.page.wait_for_url("**//sign.localhost**")
        self.page.get_by_role("button", name="Sign in").click()
        self.page.wait_for_url(f"**{back}")

    def belongs(self, slug: str, name: str, *roles: StaffRole) -> None:
        """Become a member of an organisation."""
        ledger = self.stage.ledger
        self.page.goto("/sign-in?next=/my/account")
        self.page.locator("form[action*='/join'] button").click()
        self.page.get_by_role("button", name="Make a passkey").click()
        self.page.wait_for_url("**/my/account")
        person = str(self.context.request.get("/my/data.json").json()["person"]["id"])
        with ledger.store.write() as tx:
            own = operator_as(ledger, slug).organisation.id
            tx.people.set_membership(Membership(person, own, frozenset(roles), ledger.now(), name))

    def seen(self, name: str) -> None:
        """Photograph the page on a phone and a desk; nothing on it breaks a rule, or is wider than it."""
        for size, where in ((DESK, "desk"), (PHONE, "phone")):
            self.page.set_viewport_size(size)  # type: ignore[arg-type]
            self.page.screenshot(path=self.pictures / f"{name}.{where}.png", full_page=True)
        self.page.evaluate(AXE.read_text())
        found = self.page.evaluate("rules => axe.run(document, rules)", RULES)["violations"]
        assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == [], name
        self.page.set_viewport_size({"width": 320, "height": 640})
        assert self.page.evaluate("document.documentElement.scrollWidth") <= 320, name
        small = self.page.evaluate(
            """() => [...document.querySelectorAll('main button, main .button, main select')]
                .filter((one) => one.offsetParent && one.getBoundingClientRect().height < 44)
                .map((one) => one.outerHTML)"""
        )
        assert small == [], name
        self.page.set_viewport_size(PHONE)  # type: ignore[arg-type]
        assert self.trouble == [], name


@pytest.fixture(scope="module")
def someone(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], Someone]]:
    """Makes people before a staged ledger behind a real port, with its signing page on a host of its own."""
    kept = os.environ.get("TOUCHMARK_PICTURES")
    pictures = Path(kept) if kept else tmp_path_factory.mktemp("pictures")
    with staged(tmp_path_factory.mktemp("joining-browser")) as stage:
        stage.register([{"serial": f"BAG{n}", "colour": "black"} for n in range(4)])
        stage.register([{"serial": "SHELF-1"}], on_sale=False)
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
        made: list[Someone] = []

        def make() -> Someone:
            made.append(Someone(stage, address, browser, pictures))
            return made[-1]

        yield make
        for one in made:
            one.context.close()
        server.shutdown()
        thread.join()
        server.server_close()


class Shows:
    """A domain that shows one TXT record."""

    def __init__(self, record: str) -> None:
        self._record = record

    def look(self, domain: str) -> Looked:
        return Looked([self._record], None)


def test_a_brand_joins_by_two_people_and_the_operator(someone: Callable[[], Someone]) -> None:
    anna, bruno, boss = someone(), someone(), someone()
    stage = anna.stage
    anna.page.goto("/join-brand")
    anna.seen("join-start")
    anna.make_passkey("/join-brand")
    page = anna.page
    page.get_by_label("Name, as the public reads it").fill("Atelier Soie")
    page.get_by_label("Short name").fill("soie")
    page.get_by_label("Your domain").fill("https://soie.example/")
    page.get_by_label("Your own name").fill("Anna Rossi")
    anna.seen("join-begin")
    anna.press("Begin")
    page.wait_for_url("**/join-brand/app_*")
    where = "/join-brand/" + page.url.rsplit("/", 1)[1]
    page.get_by_label("GS1 company prefixes").fill("9521")
    page.locator("#at-numbers").get_by_role("button", name="Save").click()
    expect(page.locator("#at-numbers")).to_contain_text("shares numbers with a range of Maison Exemple")
    page.get_by_label("GS1 company prefixes").fill("952777")
    page.get_by_label("First day of each line").fill("09527770000012; Carré; 2026-01-31")
    page.locator("#at-numbers").get_by_role("button", name="Save").click()
    page.wait_for_url("**#at-numbers")
    page.get_by_label("Their name").fill("Bruno Neri")
    page.get_by_label("Their e-mail address").fill("bruno@soie.example")
    anna.press("Send the invitation")
    page.wait_for_url("**#at-second")
    anna.press("Look now")
    expect(page.locator("[data-live]")).to_contain_text("We are looking at")
    with stage.ledger.store.read() as tx:
        token = txt_value(tx.joining.by_slug("soie")[0].token)
    while look_at_next_domain(stage.ledger, Shows(token)):
        pass
    # The page turns by itself.
    expect(page.locator("#at-domain")).to_contain_text("Shown to be yours")
    anna.seen("join-filled")
    anna.press("Send the application")
    expect(page.get_by_text("It is sent.")).to_be_visible()
    link = letters(stage, "bruno@soie.example")[0].split(stage.ledger.public_url, 1)[1].split()[0]
    bruno.page.goto(link)
    bruno.seen("join-second")
    bruno.make_passkey(link)
    bruno.press("I am the second admin")
    bruno.page.wait_for_url(f"**{where}")
    bruno.seen("join-approve")
    bruno.confirms("Approve with my passkey", where)
    expect(bruno.page.locator("#at-second")).to_contain_text("Approved")
    boss.belongs("council", "The boss", StaffRole.ADMIN)
    boss.page.goto("/operator/")
    boss.seen("operator")
    boss.page.get_by_role("link", name="Applications to look at").click()
    boss.seen("operator-applications")
    boss.page.get_by_role("link", name="Atelier Soie").click()
    boss.seen("operator-application")
    boss.confirms("Approve with my passkey", f"/operator/applications/{where.rsplit('/', 1)[1]}")
    assert organisation(stage.ledger, "soie").name == "Atelier Soie"
    with stage.ledger.store.read() as tx:
        line = tx.lines.get("09527770000012")
    assert line is not None
    assert (line.name, line.programme_start) == ("Carré", "2026-01-31")
    page.goto(where)
    anna.seen("join-live")
    page.get_by_role("link", name="Open the console").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Atelier Soie")


def test_two_people_recall_an_item_and_one_takes_it_back(someone: Callable[[], Someone]) -> None:
    anna, bruno = someone(), someone()
    anna.belongs("maison", "Anna Rossi", StaffRole.ADMIN)
    bruno.belongs("maison", "Bruno Neri", StaffRole.OPERATIONS)
    page = anna.page
    page.goto("/console/approvals")
    anna.seen("approvals-empty")
    page.get_by_role("link", name="Propose something").click()
    page.get_by_label("The item’s code or link").fill(f"{GTIN} BAG1")
    page.get_by_label("Why (English)").fill("The clasp may open by itself.")
    page.get_by_label("What whoever has one should do (English)").fill("Bring it to any of our shops.")
    anna.seen("propose")
    anna.press("See how far it reaches")
    expect(page.locator(".figures")).to_contain_text("1 item")
    anna.seen("propose-reach")
    anna.press("Propose it")
    page.wait_for_url("**/console/approvals/prop_*")
    where = "/console/approvals/" + page.url.rsplit("/", 1)[1]
    anna.seen("approval-own")
    bruno.page.goto(where)
    bruno.confirms("Approve with my passkey", where)
    expect(bruno.page.get_by_role("status")).to_contain_text("can still be taken back")
    bruno.seen("approval-undo")
    page.goto(where)
    anna.press("Take it back")
    expect(page.get_by_text("Nothing was signed.")).to_be_visible()
    page.goto("/console/approvals")
    anna.seen("approvals")


def test_the_team_its_keys_and_the_till_are_usable_on_a_phone(someone: Callable[[], Someone]) -> None:
    anna, clerk = someone(), someone()
    anna.belongs("maison", "Anna Rossi", StaffRole.ADMIN)
    clerk.belongs("maison", "Carla", StaffRole.BOUTIQUE)
    page = anna.page
    page.goto("/console/team")
    anna.seen("team")
    page.get_by_label("Their name").fill("Dario")
    page.get_by_label("Viewer").last.check()
    anna.press("Invite")
    expect(page.locator(".big")).to_contain_text("/invitation/")
    anna.seen("team-invited")
    invitation = page.locator(".big").inner_text().split("localhost", 1)[1].partition("/")[2]
    stranger = someone()
    stranger.page.goto("/" + invitation)
    stranger.seen("invitation")
    page.goto("/console/keys")
    anna.seen("keys")
    if not page.get_by_label("What it is for").is_visible():
        page.get_by_text("Make a key").first.click()
    page.get_by_label("What it is for").fill("Warehouse")
    page.get_by_label("Read what the organisation has").check()
    anna.press("Make the key")
    expect(page.locator(".big")).to_contain_text("tm_")
    anna.seen("keys-made")
    page.goto("/console/items?state=not_on_sale")
    anna.seen("items-filtered")
    page.goto("/console/leave")
    anna.seen("leave")
    till = clerk.page
    till.goto("/console/")
    expect(till.get_by_role("heading", level=1)).to_have_text("Till")
    clerk.seen("till")
    till.get_by_label("Scan the code").fill("LF-1")
    till.keyboard.press("Enter")
    clerk.seen("till-too-short")
    till.get_by_label("Scan the code").fill("ELF-1")
    till.keyboard.press("Enter")
    clerk.seen("till-item")
    clerk.press("Put it on sale")
    expect(till.get_by_text("It is on sale now")).to_be_visible()
    till.get_by_role("link", name="Help the customer claim it").click()
    clerk.seen("till-claim")

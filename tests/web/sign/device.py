"""A browser with a passkey device of software (CDP's virtual authenticator)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.web.sign.site import Site, read_answer

BACK: Final = re.compile(r"/signed/err_1234567890#a=")


class Device:
    """One tab on a phone whose owner always puts a finger on it, until told otherwise."""

    def __init__(self, page: Page, site: Site, errors: list[str]) -> None:
        self.page = page
        self.site = site
        self.errors = errors
        self._cdp = page.context.new_cdp_session(page)
        self._cdp.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
        }
        self._id = self._cdp.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]

    def finger(self, *, given: bool) -> None:
        """Whether the person lets the device use its passkeys."""
        self._cdp.send("WebAuthn.setUserVerified", {"authenticatorId": self._id, "isUserVerified": given})

    def passkeys(self) -> list[dict[str, Any]]:
        """What the device holds."""
        credentials: list[dict[str, Any]] = self._cdp.send("WebAuthn.getCredentials", {"authenticatorId": self._id})[
            "credentials"
        ]
        return credentials

    def open(self, request: object) -> None:
        """Be sent to the signing page with a request."""
        # A change of the fragment alone would be the same visit.
        self.page.goto("about:blank")
        self.page.goto(self.site.address(request))
        expect(self.page.locator("h1")).to_be_focused()

    def press(self, name: str) -> None:
        """Press the button of that name."""
        self.page.get_by_role("button", name=name, exact=True).click()

    def answer(self) -> dict[str, Any]:
        """The answer, once the browser is back on the site."""
        self.page.wait_for_url(BACK, timeout=60_000)
        expect(self.page.locator("h1")).to_have_text("Back on the site")
        return read_answer(self.page.url)

    def does(self, request: object, *presses: str) -> dict[str, Any]:
        """Be sent there, press these, come back with the answer."""
        self.open(request)
        for name in presses:
            self.press(name)
        return self.answer()


@contextmanager
def device(browser: Browser, site: Site, **context: Any) -> Iterator[Device]:
    """A fresh device; every request it makes is noted at the site, and an error of the page fails the test."""
    made: BrowserContext = browser.new_context(**context)
    try:
        page = made.new_page()
        page.set_default_timeout(60_000)
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda line: errors.append(line.text) if line.type == "error" else None)
        page.on("request", lambda request: site.asked.append(request.url))
        yield Device(page, site, errors)
        assert errors == []
    finally:
        made.close()

"""People at their phones, with passkeys: a ledger that runs, items with their cards, and a browser for each person."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from eth_account import Account
from eth_account.messages import encode_typed_data
from playwright.sync_api import Browser, BrowserContext, expect

from ledger.bootstrap import build
from ledger.domain.organisations import Role
from ledger.domain.people import Membership, StaffRole
from ledger.domain.statements import Kind
from ledger.services import hand_out_cards, import_items
from ledger.services.escrow import release
from ledger.services.kept_keys import sign_and_submit
from ledger.services.organisations import add_organisation, operator_as
from ledger.services.ports import Ledger
from ledger.services.replace_claim import replace_claim
from ledger.settings import Settings
from tests.e2e.running import Running, wait_until
from tests.support.chromium import chromium
from tests.web.stage import sheet

PHONE: Final = {"width": 360, "height": 640}


@dataclass(frozen=True, slots=True)
class Card:
    """An item with the code on its card and the address behind its label."""

    item: int
    serial: str
    code: str
    address: str


class Cast:
    """Everybody, and the stage they stand on."""

    def __init__(self, running: Running, ledger: Ledger, browser: Browser, pictures: Path) -> None:
        self.running = running
        self.ledger = ledger
        self.browser = browser
        self.pictures = pictures
        self._cards: list[Card] = []

    def card(self) -> Card:
        """A fresh item on sale, with its card."""
        return self._cards.pop()

    def print_cards(self, count: int) -> None:
        """Register items, with their cards, and put them on sale."""
        ledger, brand = self.ledger, operator_as(self.ledger, "maison")
        rows: Sequence[Mapping[str, str]] = [{"colour": "black", "private_note": str(one)} for one in range(count)]
        found = import_items.upload(ledger, brand, "items.csv", io.BytesIO(sheet(rows)))
        wait_until(lambda: self._checked(found.id) == count, "the file is checked")
        batch = import_items.confirm(ledger, brand, found.id, on_sale_at_once=True)
        wait_until(lambda: self._ready(batch.id), "the batch is ready")
        out = io.BytesIO()
        sha256 = hand_out_cards.write_cards(ledger, brand, batch.id, "csv", out)
        hand_out_cards.confirm_cards(ledger, brand, batch.id, sha256)
        codes = list(csv.reader(io.StringIO(out.getvalue().decode("utf-8-sig"))))
        column = {name: place for place, name in enumerate(codes[0])}
        by_serial = {row[column["serial"]]: row[column["claim_code"]] for row in codes[1:]}
        with ledger.store.read() as tx:
            items = tx.batches.items_page(batch.id, -1, count)
        for one in items:
            address = f"{self.running.address}/01/{one.gtin}/21/{one.serial}"
            self._cards.append(Card(one.item, one.serial, by_serial[one.serial], address))
        wait_until(lambda: self.verdict(self._cards[-1].address) == "unclaimed", "the batch is final")

    def _checked(self, id: str) -> int:
        with self.ledger.store.read() as tx:
            found = tx.imports.get(id)
        return found.ready if found else 0

    def _ready(self, batch: str) -> bool:
        with self.ledger.store.read() as tx:
            found = tx.batches.get(batch)
        return found is not None and found.ready

    def verdict(self, address: str) -> str:
        """What a program is told of a code."""
        found: str = self.running.get(address).json()["verdict"]
        return found

    def holder(self, item: int) -> str:
        """Who holds an item, by our copy of the chain."""
        with self.ledger.store.read() as tx:
            state = tx.chain.state(item)
        return state.holder if state else ""

    def someone(self, name: str, **options: Any) -> Someone:
        """A person with a phone of their own."""
        context = self.browser.new_context(
            viewport=PHONE,  # type: ignore[arg-type]
            base_url=self.running.address,
            locale="en-GB",
            **options,
        )
        context.set_default_timeout(60_000)
        return Someone(self, name, context)

    def member(self, one: Someone, slug: str, *roles: StaffRole) -> None:
        """Make whoever is signed in there a member of an organisation, as an accepted invitation does."""
        organisation = operator_as(self.ledger, slug).organisation
        with self.ledger.store.write() as tx:
            tx.people.set_membership(Membership(one.person, organisation.id, frozenset(roles), 1, one.name))

    def release(self, offer: str) -> None:
        """The platform says that everything is right."""
        release(self.ledger, operator_as(self.ledger, "bazar"), offer)

    def replace_card(self, card: Card) -> None:
        """The brand replaces the card of an item that has an owner, and waits until that is recorded."""
        replace_claim(
            self.ledger, operator_as(self.ledger, "maison"), "09521234543213", card.serial, {"reason": "Lost"}
        )
        wait_until(lambda: self.verdict(card.address) == "disputed", "buyers are warned")
        wait_until(lambda: self._recovery_open(card.item), "the replacement is recorded")

    def _recovery_open(self, item: int) -> bool:
        with self.ledger.store.read() as tx:
            state = tx.chain.state(item)
        return state is not None and state.recovery_due is not None

    def asked(self, item: int) -> int:
        """How many questions about an item there are."""
        with self.ledger.store.read() as tx:
            return len(tx.asks.asks_of(item))

    def follow_mail(self) -> str:
        """The address in the newest letter of the file outbox that has one; some letters only tell something."""
        folder = self.running.folder / "outbox"

        def newest() -> tuple[Path, str] | None:
            for letter in sorted(folder.glob("*.eml"), key=lambda one: one.stat().st_mtime_ns, reverse=True):
                for line in letter.read_text().splitlines():
                    if line.startswith("http"):
                        return letter, line
            return None

        letter, line = wait_until(newest, "a letter with an address was sent")
        letter.unlink()
        return str(line)


class Someone:
    """One person: a browser with an authenticator, and what they do with it."""

    def __init__(self, cast: Cast, name: str, context: BrowserContext) -> None:
        self.cast = cast
        self.name = name
        self.context = context
        self.page = context.new_page()
        self.troubles: list[str] = []
        self.page.on("pageerror", lambda error: self.troubles.append(str(error)))
        self._device = context.new_cdp_session(self.page)
        self._device.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
        }
        made = self._device.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        self._authenticator = made["authenticatorId"]

    def unwilling(self, unwilling: bool = True) -> None:
        """Whether the person takes their finger away (or puts it back)."""
        known = {"authenticatorId": self._authenticator, "isUserVerified": not unwilling}
        self._device.send("WebAuthn.setUserVerified", known)

    def lose_passkey(self) -> None:
        """The device is gone: what it held with it."""
        self._device.send("WebAuthn.clearCredentials", {"authenticatorId": self._authenticator})

    def install_extension(self) -> str:
        """A browser extension that offers one account (EIP-1193), and signs typed data; its address."""
        account = Account.create()

        def ask(call: dict[str, Any]) -> Any:
            if call["method"] in ("eth_requestAccounts", "eth_accounts"):
                return [account.address]
            if call["method"] == "eth_chainId":
                return "0x1"
            assert call["method"] == "eth_signTypedData_v4", call
            message = encode_typed_data(full_message=json.loads(call["params"][1]))
            return "0x" + account.sign_message(message).signature.hex()

        self.context.expose_function("askExtension", ask)
        self.context.add_init_script("window.ethereum = { request: (call) => window.askExtension(call) };")
        return str(account.address).lower()

    def press(self, name: str) -> None:
        """Press the button of this name."""
        self.page.get_by_role("button", name=name, exact=True).click()

    def heading(self) -> str:
        """The page's first heading."""
        return self.page.get_by_role("heading", level=1).inner_text()

    def reads(self, text: str, seconds: float = 30) -> None:
        """Wait until the page's heading says so."""
        expect(self.page.get_by_role("heading", level=1)).to_have_text(text, timeout=seconds * 1000)

    def picture(self, name: str) -> None:
        """Keep what they see."""
        self.page.screenshot(path=self.cast.pictures / f"{name}.png", full_page=True)

    def claim(self, card: Card) -> None:
        """From the scan to “It’s yours”."""
        self.page.goto(card.address)
        self.press("I just bought it new: claim it")
        self.page.get_by_label("Claim code").fill(card.code)
        self.page.get_by_role("button", name="claim", exact=False).first.click()
        self.press("Continue")
        self.reads("It’s yours")

    def sign_in(self, to: str = "/my") -> None:
        """With the passkey."""
        self.page.goto(f"/sign-in?next={to}")
        self.press("Sign in with a passkey")
        self.page.get_by_role("button", name="Sign in", exact=False).first.click()
        self.page.wait_for_url(f"**{to}")

    @property
    def person(self) -> str:
        """Their name in our tables."""
        data = self.context.request.get("/my/data.json")
        found: str = json.loads(data.text())["person"]["id"]
        return found

    def address_of(self, card: Card) -> str:
        """The address under which they hold an item."""
        made = json.loads(self.context.request.get(f"/my/items/{card.item:064x}/receipt.json").text())
        found: str = made["owner"]["address"]
        return found

    def leave(self) -> None:
        """Close the browser. Fails where a page's script had trouble."""
        self.context.close()
        assert not self.troubles, self.troubles


@contextmanager
def cast(folder: Path, port: int) -> Iterator[Cast]:
    """Everything running, two organisations that sell, one that checks, one that trades."""
    running = Running(folder / "data", "--port", str(port), "--empty")
    try:
        running.start()
        ledger = build(Settings(data=running.folder, public_url=running.address))
        _organisations(ledger)
        with chromium() as browser:
            yield Cast(running, ledger, browser, folder)
        ledger.store.engine.dispose()  # type: ignore[attr-defined]
    finally:
        running.end()


def _organisations(ledger: Ledger) -> None:
    brand: dict[str, Any] = {"slug": "maison", "name": "Maison Exemple", "domain": "maison.example"}
    add_organisation(ledger, role=Role.BRAND, prefixes=["952123"], programme_start="2024-01-01", **brand)
    add_organisation(ledger, slug="lux", name="Lux Check", role=Role.AUTHENTICATOR, domain="lux.example")
    add_organisation(ledger, slug="bazar", name="Bazar", role=Role.PLATFORM, domain="bazar.example")
    wait_until(lambda: _numbered(ledger, "maison") and _numbered(ledger, "lux"), "both are numbered")
    party = operator_as(ledger, "lux").organisation.party
    accredited = sign_and_submit(ledger, operator_as(ledger, "council"), Kind.ACCREDIT, {"party": party})
    wait_until(lambda: _accepted(ledger, accredited.hash), "the inspector is accredited")


def _numbered(ledger: Ledger, slug: str) -> bool:
    return operator_as(ledger, slug).organisation.party is not None


def _accepted(ledger: Ledger, statement: bytes) -> bool:
    with ledger.store.read() as tx:
        return tx.chain.acceptance(statement) is not None

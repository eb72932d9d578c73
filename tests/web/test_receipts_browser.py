"""Receipts and photos in a browser: no fault by the WCAG rules, narrow phones, no JavaScript, a file dropped in."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from ledger.domain.batches import Item
from ledger.domain.identity import path
from ledger.domain.statements import Kind, MarkKind
from ledger.services.ask_owner import link_of
from ledger.services.kept_keys import sign_and_submit
from tests.support.chromium import AXE
from tests.support.serving import served
from tests.web.owned import Someone
from tests.web.stage import GTIN, Stage, staged
from tests.web.test_ask_photo import cards_of, chosen, photo
from tests.web.test_own import Visitor
from tests.web.test_receipts import local
from web.sealed_numbers import sealed


@dataclass
class Place:
    """A running site, and the addresses of what is looked at."""

    base: str
    pages: dict[str, tuple[str, Visitor | None]]
    stage: Stage
    folder: Path
    document: dict[str, Any]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("kept")
    with staged(folder) as stage:
        items, cards = cards_of(stage, [{"colour": "black"}, {"colour": "red"}])
        app = stage.app()
        owner = Someone(stage, app, 95)
        owner.claim(items[0], cards[items[0].serial])
        stage.follow()
        client = app.test_client()
        told = [json.loads(client.get(f"{path(GTIN, one.serial)}?format=receipt").data) for one in items]
        changed = {"gtin": GTIN, "serial": items[1].serial, "kind": int(MarkKind.THEFT)}
        sign_and_submit(stage.ledger, stage.brand, Kind.MARK, changed)
        stage.follow()
        with stage.ledger.store.read() as tx:
            claimed = tx.chain.item_events_named(items[0].item, ("Claimed",))[-1].statement
        assert claimed is not None
        claim = json.loads(client.get(f"/receipts/of/{sealed(stage.ledger, int.from_bytes(claimed, 'big'))}.json").data)
        kept = [local(one["proof"]["address"]) for one in (*told, claim)]
        buyer = Visitor(stage, app.test_client(), 0)
        page = buyer.client.post(f"/items/{sealed(stage.ledger, items[0].item)}/ask").headers["Location"]
        prove = "/prove/" + link_of(stage.ledger, page.rsplit("/", 1)[-1])
        data = {"csrf_token": owner.token(), "photo": (photo_file(stage, items[0]), "photo.jpg")}
        answer = owner.client.post(prove, data=data, buffered=True)
        owner.sign(prove, chosen=chosen(answer.text))
        other = Visitor(stage, app.test_client(), 0)
        waiting = other.client.post(f"/items/{sealed(stage.ledger, items[0].item)}/ask").headers["Location"]
        pages: dict[str, tuple[str, Visitor | None]] = {
            "form": ("/receipts", None),
            "same": (kept[0], None),
            "changed": (kept[1], None),
            "claim": (kept[2], None),
            "forged": (kept[0].replace("w=held", "w=owner_confirmed"), None),
            "asked": (page, buyer),
            "prove": ("/prove/" + link_of(stage.ledger, waiting.rsplit("/", 1)[-1]), owner),
            "mine": (f"/my/items/{items[0].item:064x}", owner),
        }
        with served(app) as base:
            yield Place(base, pages, stage, folder, told[0])


def photo_file(stage: Stage, item: Item) -> io.BytesIO:
    """A photo of an item, with its code in it."""
    return io.BytesIO(photo(f"{stage.ledger.public_url}{path(GTIN, item.serial)}"))


def opened(browser: Any, place: Place, name: str, width: int, **more: Any) -> Any:
    address, visitor = place.pages[name]
    context = browser.new_context(viewport={"width": width, "height": 900 if width > 600 else 640}, **more)
    cookie = visitor.client.get_cookie("touchmark") if visitor else None
    if cookie is not None:
        context.add_cookies([{"name": "touchmark", "value": cookie.value, "url": place.base}])
    page = context.new_page()
    page.goto(place.base + address)
    return page


@pytest.mark.parametrize("width", [320, 360, 1280])
def test_no_page_has_a_fault_or_scrolls_sideways(browser: Any, place: Place, width: int) -> None:
    for name in place.pages:
        page = opened(browser, place, name, width, bypass_csp=True)
        if shots := os.environ.get("TOUCHMARK_SHOTS"):
            page.screenshot(path=f"{shots}/{name}-{width}.png", full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
        page.add_script_tag(path=str(AXE))
        faults = page.evaluate("axe.run().then(found => found.violations.map(one => one.id + one.nodes[0].html))")
        assert faults == [], name
        page.context.close()


def test_a_file_is_checked_without_javascript(browser: Any, place: Place) -> None:
    page = opened(browser, place, "form", 360, java_script_enabled=False)
    for name, document, said in (
        ("good", place.document, "The ledger issued this receipt"),
        ("bad", place.document | {"issued_at": "2020-01-01T00:00:00Z"}, "This is not what the ledger issued"),
    ):
        file = place.folder / f"{name}.json"
        file.write_text(json.dumps(document))
        page.goto(place.base + "/receipts")
        page.get_by_label("A receipt’s file").set_input_files(file)
        page.get_by_role("button", name="Check it").click()
        expect(page.locator("h1")).to_have_text(said)
    page.context.close()


def test_an_answer_is_kept_as_a_sheet_by_one_click(browser: Any, place: Place) -> None:
    page = opened(browser, place, "same", 360, java_script_enabled=False, accept_downloads=True)
    page.get_by_role("link", name="Look at the item today").click()
    page.wait_for_url("**/01/**")
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Keep this answer (PDF)").first.click()
    file = place.folder / "sheet.pdf"
    waiting.value.save_as(file)
    assert file.read_bytes().startswith(b"%PDF-")
    assert waiting.value.suggested_filename.startswith("receipt-")
    page.context.close()

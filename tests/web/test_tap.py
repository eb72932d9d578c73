"""A tap in a browser: reading counts nothing, the form counts once, and nobody else is shown what it brought."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from ledger.domain.errors import Conflict
from ledger.domain.identity import path
from ledger.domain.tags import COUNTS
from ledger.services.follow_chain import NODE_SEEN
from ledger.services.hand_over import submit_acceptance
from ledger.services.scan_item import scan_item
from ledger.services.tag_handover import SIGNED_WITHIN
from tests.support.encoder import encode
from tests.support.tag import SimulatedTag
from tests.web.owned import Someone
from tests.web.stage import GTIN, Stage, staged
from tests.web.test_own import one_card

JSON = {"Accept": "application/json"}
SERIALS = [f"TAP/{number}" for number in range(12)]


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with staged(tmp_path_factory.mktemp("taps")) as made:
        yield made


@pytest.fixture(scope="module")
def tags(stage: Stage) -> dict[str, SimulatedTag]:
    """Items with tags that notice being opened; the serials have a slash in them."""
    items = stage.register([{"serial": serial} for serial in SERIALS])
    return encode(stage.ledger, stage.brand, items[0].batch_id, GTIN, sealed=True)


@pytest.fixture(scope="module")
def app(stage: Stage) -> Flask:
    return stage.app()


@pytest.fixture(autouse=True)
def _node_is_here(stage: Stage) -> None:
    with stage.ledger.store.write() as tx:
        tx.meta.set(NODE_SEEN, stage.ledger.now())


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def text_of(answer: Any) -> str:
    return unescape(answer.get_data(as_text=True))


class Phone:
    """Opens what a tag says, and goes on as the page's script does."""

    def __init__(self, client: FlaskClient, tag: SimulatedTag, serial: str) -> None:
        self.client, self.tag, self.serial = client, tag, serial
        self.base = path(GTIN, serial)

    def open(self, address: str) -> Any:
        return self.client.get(address)

    def tap(self) -> str:
        """The address of the page that is shown in the end."""
        return self.go_on(self.tag.address(self.base))

    def go_on(self, address: str) -> str:
        page = self.open(address).get_data(as_text=True)
        found = re.search(r'action="([^"]+)" data-tap', page)
        assert found, page
        answer = self.client.post(found[1].replace("&amp;", "&"))
        assert answer.status_code == 303
        return str(answer.headers["Location"])

    def lines(self, address: str) -> list[str]:
        return [one["key"] for one in self.client.get(address, headers=JSON).json["also"]]


@pytest.fixture
def phone(client: FlaskClient, tags: dict[str, SimulatedTag]) -> Phone:
    serial = next(iter(tags))
    return Phone(client, tags.pop(serial), serial)


def test_a_tap_ends_at_an_address_without_the_tags_answer(phone: Phone) -> None:
    shown = phone.tap()
    assert re.fullmatch(re.escape(phone.base) + r"\?tapped=tap_[0-9A-Z]{26}", shown)
    page = phone.open(shown).get_data(as_text=True)
    assert "The tag in this item answered just now" in page
    assert "Whether the tag was moved here from another item." in page


def test_the_shown_page_may_be_loaded_again_and_the_tapped_one_too(phone: Phone) -> None:
    address = phone.tag.address(phone.base)
    shown = phone.go_on(address)
    for _ in range(3):
        assert phone.lines(shown) == ["tag_answered"]
        again = phone.open(address)
        assert (again.status_code, again.headers["Location"]) == (303, shown)


def test_a_preview_or_a_page_loaded_ahead_counts_nothing(phone: Phone, app: Flask) -> None:
    address = phone.tag.address(phone.base)
    for _ in range(3):
        fetched = app.test_client().get(address, headers={"User-Agent": "WhatsApp/2.25", "Sec-Purpose": "prefetch"})
        assert fetched.status_code == 200
        assert "Set-Cookie" not in fetched.headers
    assert phone.lines(phone.go_on(address)) == ["tag_answered"]


def test_whoever_gets_the_link_afterwards_is_told_that_it_was_shown_before(phone: Phone, app: Flask) -> None:
    address = phone.tag.address(phone.base)
    shown = phone.go_on(address)
    other = Phone(app.test_client(), phone.tag, phone.serial)
    assert other.lines(shown) == []
    assert other.lines(other.go_on(address)) == ["tag_replayed"]


def test_what_a_tap_shows_ends_after_a_quarter_of_an_hour(phone: Phone, stage: Stage) -> None:
    shown = phone.tap()
    stage.ahead += COUNTS
    assert phone.lines(shown) == []


def test_a_wrong_answer_could_not_be_verified_and_is_not_called_fake(phone: Phone, client: FlaskClient) -> None:
    address = phone.tag.address(phone.base)
    wrong = address[:-1] + ("0" if address[-1] != "0" else "1")
    page = client.get(wrong)
    text = text_of(page)
    assert page.status_code == 200
    assert "The tag's answer could not be verified" in text
    assert "That does not make the item fake." in text
    posted = client.post(wrong)
    assert (posted.status_code, posted.headers["Location"]) == (303, wrong)
    assert "Set-Cookie" not in posted.headers


@pytest.mark.parametrize(
    "query",
    [
        "picc_data=",
        "cmac=zz",
        "picc_data=00&cmac=00",
        "uid=04&ctr=1&cmac=",
        "enc=%00",
        "picc_data=%FF%FE&cmac=1",
        "tapped=",
    ],
)
def test_a_damaged_address_still_shows_the_item_with_a_sentence(
    client: FlaskClient, tags: dict[str, SimulatedTag], query: str
) -> None:
    answer = client.get(f"{path(GTIN, SERIALS[-1])}?{query}", headers=JSON)
    assert answer.status_code == 200
    assert [one["key"] for one in answer.json["also"]] in (["tag_unreadable"], [])


def test_a_form_of_another_site_counts_nothing(phone: Phone) -> None:
    address = phone.tag.address(phone.base)
    refused = phone.client.post(address, headers={"Sec-Fetch-Site": "cross-site"})
    assert refused.status_code == 403
    assert phone.lines(phone.go_on(address)) == ["tag_answered"]


def test_a_post_without_a_tags_answer_is_refused(client: FlaskClient, tags: dict[str, SimulatedTag]) -> None:
    assert client.post(path(GTIN, SERIALS[-1])).status_code == 404
    assert client.post(path(GTIN, SERIALS[-1]) + "?cmac=1").status_code == 422


def test_the_tag_of_an_unknown_item_changes_nothing_about_the_answer(phone: Phone, client: FlaskClient) -> None:
    answer = client.get(phone.tag.address(path(GTIN, "NOSUCH")))
    assert answer.status_code == 404


def test_the_page_before_needs_no_script_and_stores_nothing(phone: Phone) -> None:
    page = phone.open(phone.tag.address(phone.base))
    text = page.get_data(as_text=True)
    assert "Set-Cookie" not in page.headers
    assert page.headers["Cache-Control"] == "no-store"
    assert 'method="post"' in text
    assert "<button" in text
    assert not re.search(r"<script(?![^>]* src=)", text)


def test_a_scan_without_a_tag_asks_the_database_nothing_more(
    stage: Stage, client: FlaskClient, tags: dict[str, SimulatedTag]
) -> None:
    asked: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        asked.append(statement)

    event.listen(stage.ledger.store.engine, "before_cursor_execute", note)  # type: ignore[attr-defined]
    try:
        client.get(path(GTIN, SERIALS[-1]))
        client.application.extensions["scan_notes"].settle()
    finally:
        event.remove(stage.ledger.store.engine, "before_cursor_execute", note)  # type: ignore[attr-defined]
    assert asked
    assert not [one for one in asked if "tag" in one]


# --- Handovers --------------------------------------------------------------------------------------------


def test_a_handover_that_asks_for_the_tag_waits_for_it_and_remembers(stage: Stage, app: Flask) -> None:
    item, code = one_card(stage)
    tag = encode(stage.ledger, stage.brand, item.batch_id, GTIN, first=9_000)[item.serial]
    seller, buyer = Someone(stage, app, 81), Someone(stage, app, 82)
    seller.claim(item, code)
    stage.follow()
    address = f"/my/items/{item.item:064x}/handover"
    assert "phone to the item's tag before accepting" in text_of(seller.client.get(address))
    offer = seller.sign(address, buyer.address(3), days="7", tap="1").rsplit("/", 1)[-1]

    told = {"code": "314159", "csrf_token": buyer.token()}
    assert "asks you to hold your phone to the item's tag" in text_of(buyer.client.post(f"/accept/{offer}", data=told))
    refused = buyer.client.post(f"/accept/{offer}/sign", data=told)
    assert refused.status_code == 409
    assert "phone to the item's tag first" in text_of(refused)
    with pytest.raises(Conflict, match="has not answered"):
        submit_acceptance(stage.ledger, offer, buyer.address(3), "0x" + "0" * 64, [b""], "314159")

    phone = Phone(buyer.client, tag, item.serial)
    phone.tap()
    assert "asks you to hold your phone" not in text_of(buyer.client.post(f"/accept/{offer}", data=told))
    buyer.accept(offer, 3)
    stage.follow()
    scan = scan_item(stage.ledger, item.gtin, item.serial)
    assert list(scan.tag_answers.values())
    assert "The tag answered at the handover." in phone.open(phone.base).get_data(as_text=True)
    receipt = buyer.client.get(f"/my/items/{item.item:064x}/receipt.json").json
    assert receipt["owner"]["tag_answered_at"] is not None
    earlier = seller.client.get(address.replace("handover", "receipt.json")).json
    assert earlier["owner"]["tag_answered_at"] is None


def test_a_tap_that_is_too_old_is_none_for_a_handover(stage: Stage, app: Flask) -> None:
    item, code = one_card(stage)
    tag = encode(stage.ledger, stage.brand, item.batch_id, GTIN, first=9_100)[item.serial]
    seller, buyer = Someone(stage, app, 83), Someone(stage, app, 84)
    seller.claim(item, code)
    stage.follow()
    offer = seller.sign(f"/my/items/{item.item:064x}/handover", buyer.address(3), days="7", tap="1").rsplit("/", 1)[-1]
    Phone(buyer.client, tag, item.serial).tap()
    stage.ahead += COUNTS
    refused = buyer.client.post(f"/accept/{offer}/sign", data={"code": "314159", "csrf_token": buyer.token()})
    assert refused.status_code == 409
    Phone(buyer.client, tag, item.serial).tap()
    request = buyer.begin(f"/accept/{offer}/sign", code="314159")
    assert request["act"] == "accept"
    stage.ahead += SIGNED_WITHIN + 1
    with pytest.raises(Conflict, match="has not answered"):
        submit_acceptance(stage.ledger, offer, buyer.address(3), "0x" + "0" * 64, [b""], "314159")


def test_a_program_may_bring_the_tap_of_a_handover_that_it_knows_the_digits_of(stage: Stage, app: Flask) -> None:
    item, code = one_card(stage)
    tag = encode(stage.ledger, stage.brand, item.batch_id, GTIN, first=9_200)[item.serial]
    seller, buyer = Someone(stage, app, 86), Someone(stage, app, 87)
    seller.claim(item, code)
    stage.follow()
    offer = seller.sign(f"/my/items/{item.item:064x}/handover", buyer.address(3), days="7", tap="1").rsplit("/", 1)[-1]
    shop = {"Authorization": f"Bearer {stage.key('bazar')}"}
    address = f"/v1/items/{GTIN}/{item.serial}/taps"
    wrong = app.test_client().post(address, json=tag.tap() | {"offer": offer, "code": "000000"}, headers=shop)
    assert wrong.status_code == 422
    right = app.test_client().post(address, json=tag.tap() | {"offer": offer, "code": "314159"}, headers=shop)
    assert right.json["answered"] is True
    with stage.ledger.store.read() as tx:
        known = tx.tags.needed(offer)
    assert known is not None
    assert known.tapped_at is not None


def test_an_item_without_a_tag_is_offered_without_the_question(stage: Stage, app: Flask) -> None:
    item, code = one_card(stage)
    seller = Someone(stage, app, 85)
    seller.claim(item, code)
    stage.follow()
    address = f"/my/items/{item.item:064x}/handover"
    assert "tag before accepting" not in seller.client.get(address).get_data(as_text=True)
    refused = seller.client.post(address, data={"days": "7", "tap": "1", "csrf_token": seller.token()})
    assert refused.status_code == 422
    assert "no tag that could answer" in refused.get_data(as_text=True)

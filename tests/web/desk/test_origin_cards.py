"""Origin cards and questions to brands: what a card says, what it never says, and who reads what."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator

import pytest
import zxingcpp
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from ledger.domain.batches import Item
from ledger.domain.desk.clues import LASTS, Answer
from ledger.domain.errors import Invalid, LedgerError, TooMany, Unavailable
from ledger.domain.organisations import Role
from ledger.domain.statements import Kind, MarkKind
from ledger.services import hand_out_cards
from ledger.services.desk.clues import SHELF, answer_clue, clues_to, sweep_clues
from ledger.services.kept_keys import sign_and_submit
from ledger.services.organisations import add_organisation, operator_as
from tests.web.owned import Someone
from tests.web.stage import GTIN, Stage, staged
from web.limits import Pace


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with staged(tmp_path_factory.mktemp("cards")) as made:
        add_organisation(
            made.ledger, slug="rival", name="Rival", role=Role.BRAND, domain="rival.example", prefixes=["952199"]
        )
        made.follow()
        yield made


@pytest.fixture(scope="module")
def app(stage: Stage) -> Flask:
    return stage.app(pace=Pace(*[1_000_000] * 6))


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture(scope="module")
def codes(stage: Stage) -> list[str]:
    items = stage.register([{"made_in": "FR", "made_on": "2025-03-02"} for _ in range(6)])
    return [f"(01){one.gtin}(21){one.serial}" for one in items]


def with_card(stage: Stage) -> tuple[Item, str]:
    """An item that nobody owns yet, and its claim code."""
    batch = stage.prepare([{}])
    out = io.BytesIO()
    sha256 = hand_out_cards.write_cards(stage.ledger, stage.brand, batch.id, "csv", out)
    hand_out_cards.confirm_cards(stage.ledger, stage.brand, batch.id, sha256)
    stage.follow()
    (row,) = csv.DictReader(io.StringIO(out.getvalue().decode("utf-8-sig")))
    return stage.items(batch.id)[0], row["claim_code"]


def made(client: FlaskClient, code: str) -> str:
    """The address of a new card."""
    answer = client.post("/cards", data={"code": code})
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return str(answer.headers["Location"])


@pytest.mark.parametrize(
    ("refused", "status"),
    [(Invalid("Look again."), 422), (TooMany("Wait.", retry_after=9), 429), (Unavailable("Nobody answers."), 503)],
)
def test_a_form_comes_back_with_a_status_that_says_whose_turn_it_is(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, refused: LedgerError, status: int
) -> None:
    def refuse(*_: object) -> None:
        raise refused

    monkeypatch.setattr("web.origin.cards.make_card", refuse)
    answer = client.post("/cards", data={"code": "typed"})
    assert answer.status_code == status
    assert refused.detail in answer.get_data(as_text=True)
    assert 'value="typed"' in answer.get_data(as_text=True)


def test_a_card_shows_brand_country_and_year_and_that_its_maker_has_shown_nothing(
    client: FlaskClient, codes: list[str]
) -> None:
    page = client.get(made(client, codes[0])).get_data(as_text=True)
    for words in ("Maison", "France", "2025", "has not shown that they own the item"):
        assert words in page


def test_a_card_tells_todays_verdict_not_that_of_the_day_it_was_made(
    stage: Stage, client: FlaskClient, codes: list[str]
) -> None:
    address = made(client, codes[1])
    before = client.get(address).get_data(as_text=True)
    assert "withdrawn this passport" not in before
    with stage.ledger.store.read() as tx:
        item = tx.batches.find(GTIN, codes[1].rpartition(")")[2])[0].item
    sign_and_submit(stage.ledger, stage.brand, Kind.MARK, {"subject": item, "kind": int(MarkKind.VOID)})
    assert "withdrawn this passport" in client.get(address).get_data(as_text=True)


def test_the_picture_has_a_code_that_leads_to_the_card_and_no_verdict(
    stage: Stage, client: FlaskClient, codes: list[str]
) -> None:
    address = made(client, codes[0])
    content = client.get(address + ".png").data
    with Image.open(io.BytesIO(content)) as image:
        assert image.size == (1200, 630)
        (found,) = zxingcpp.read_barcodes(image)
    assert found.text == stage.ledger.public_url + address


@pytest.mark.parametrize("code", ["", "nonsense", "(01)09521234543213", "(01)09521234543213(21)NOSUCHSERIAL"])
def test_what_names_no_item_is_told_on_the_form(client: FlaskClient, code: str) -> None:
    answer = client.post("/cards", data={"code": code})
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.get_data(as_text=True)


def test_a_form_of_another_site_makes_nothing(client: FlaskClient, codes: list[str]) -> None:
    answer = client.post("/cards", data={"code": codes[0]}, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403


def test_one_item_has_twenty_cards_a_day_at_most(client: FlaskClient, codes: list[str]) -> None:
    for _ in range(20):
        made(client, codes[2])
    assert client.post("/cards", data={"code": codes[2]}).status_code == 429


def test_an_owners_card_says_so_for_as_long_as_they_own_it(stage: Stage, app: Flask) -> None:
    item, code = with_card(stage)
    ada = Someone(stage, app, 2001)
    ada.claim(item, code)
    stage.follow()
    path = f"/my/items/{item.item:064x}/card"
    answer = ada.client.post(path, data={"csrf_token": ada.token()})
    assert answer.status_code == 303
    address = answer.headers["Location"]
    anybody = app.test_client()
    assert "still is the registered owner" in anybody.get(address).get_data(as_text=True)
    ben = Someone(stage, app, 2002)
    refused = ben.client.post(path, data={"csrf_token": ben.token()})
    assert refused.status_code == 403


def test_a_question_reaches_its_brand_alone_and_its_answer_whoever_asked(
    stage: Stage, client: FlaskClient, codes: list[str]
) -> None:
    card = made(client, codes[3])
    sent = client.post(f"{card}/ask", data={"text": "Sold at a market", "where": "https://shop.example/1"})
    assert sent.status_code == 303
    mine = sent.headers["Location"]
    assert "has not answered yet" in client.get(mine).get_data(as_text=True)
    (clue,) = clues_to(stage.ledger, stage.brand, None, 1, open_only=True)
    assert (clue.text, clue.where) == ("Sold at a market", "https://shop.example/1")
    assert not clues_to(stage.ledger, operator_as(stage.ledger, "rival"), None, 10)
    answer_clue(stage.ledger, stage.brand, clue.id, Answer.FAKE)
    assert "this is not ours" in client.get(mine).get_data(as_text=True)


def test_a_photo_is_cleaned_sent_again_when_asked_for_and_gone_with_its_question(
    stage: Stage, client: FlaskClient, codes: list[str]
) -> None:
    ledger = stage.ledger
    card = made(client, codes[4])
    first, second = photo(400), photo(500)
    sent = client.post(f"{card}/ask", data={"text": "Look", "photo": (io.BytesIO(first), "a.jpg")})
    mine = str(sent.headers["Location"])
    (clue,) = clues_to(ledger, stage.brand, None, 1, open_only=True)
    assert clue.photo is not None
    kept = ledger.files.read(SHELF, clue.photo)
    assert b"somewhere secret" in first
    assert b"somewhere secret" not in kept
    early = client.post(f"{mine}/photo", data={"photo": (io.BytesIO(second), "b.jpg")})
    assert early.status_code == 422
    answer_clue(ledger, stage.brand, clue.id, Answer.NEED_PHOTOS)
    again = client.post(f"{mine}/photo", data={"photo": (io.BytesIO(second), "b.jpg")})
    assert again.status_code == 303
    assert not ledger.files.has(SHELF, clue.photo)
    (now,) = [one for one in clues_to(ledger, stage.brand, None, 9, open_only=True) if one.id == clue.id]
    assert now.photo not in (None, clue.photo)
    stage.ahead += LASTS + 1
    try:
        sweep_clues(ledger)
        assert client.get(mine).status_code == 404
        assert client.get(card).status_code == 404
        assert not ledger.files.names(SHELF)
    finally:
        stage.ahead -= LASTS + 1


@pytest.mark.parametrize("where", ["javascript:alert(1)", "not a link", "https://", "https://a.example/ b"])
def test_what_is_no_link_is_refused_in_a_sentence(client: FlaskClient, codes: list[str], where: str) -> None:
    card = made(client, codes[5])
    answer = client.post(f"{card}/ask", data={"text": "Look", "where": where})
    assert answer.status_code == 422
    assert re.search("is not a link", answer.get_data(as_text=True))


def photo(width: int) -> bytes:
    """A JPEG that tells where it was taken."""
    out = io.BytesIO()
    Image.new("RGB", (width, 300), (200, 10, 10)).save(out, "JPEG", comment=b"somewhere secret")
    return out.getvalue()


def test_cards_and_questions_are_counted_with_scans(stage: Stage, codes: list[str]) -> None:
    slow = stage.app(pace=Pace(anonymous_items=5)).test_client()
    public = {"REMOTE_ADDR": "93.184.216.34"}
    told = [slow.post("/cards", data={"code": "nonsense"}, environ_overrides=public).status_code for _ in range(7)]
    assert told == [422] * 5 + [429] * 2

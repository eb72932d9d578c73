"""The photo that may come with an owner's answer: whose code is in it, who sees it, and when it is gone."""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from PIL import Image

from ledger.domain.batches import Item
from ledger.domain.gtins import Gtin
from ledger.domain.identity import path
from ledger.files.qr import png, symbol
from ledger.services import hand_out_cards
from ledger.services.ask_owner import link_of
from ledger.services.ask_photo import SHELF, sweep_photos
from tests.web.owned import Someone
from tests.web.stage import Stage, staged
from tests.web.test_own import Visitor
from web.sealed_numbers import sealed

GPS = 0x8825


@dataclass
class Scene:
    """An owner with an item, another item beside it, and a browser that asks."""

    stage: Stage
    owner: Someone
    stranger: Someone
    item: Item
    other: Item
    buyers: list[Visitor] = field(default_factory=list)

    def ask(self) -> tuple[Visitor, str, str]:
        """A fresh question: who asked, the page of it, and the owner's side."""
        buyer = Visitor(self.stage, self.owner.client.application.test_client(), 0)
        # Ten questions an hour are fewer than these tests ask.
        with self.stage.ledger.store.write() as tx:
            tx.asks._db.exec_driver_sql("UPDATE asks SET created_at = created_at - 7200")  # type: ignore[attr-defined]
        answer = buyer.client.post(f"/items/{sealed(self.stage.ledger, self.item.item)}/ask")
        assert answer.status_code == 303, answer.text
        page = answer.headers["Location"]
        return buyer, page, "/prove/" + link_of(self.stage.ledger, page.rsplit("/", 1)[-1])

    def send(self, who: Visitor, prove: str, content: bytes, name: str = "photo.jpg", **more: str) -> Any:
        data = {"csrf_token": who.token(), "photo": (io.BytesIO(content), name), **more}
        return who.client.post(prove, data=data, buffered=True)

    def code(self, item: Item) -> str:
        return f"{self.stage.ledger.public_url}{path(Gtin(item.gtin), item.serial)}"


def cards_of(stage: Stage, rows: Sequence[Mapping[str, str]]) -> tuple[list[Item], dict[str, str]]:
    """Items on the chain, and their claim codes by serial."""
    batch, out = stage.prepare(rows), io.BytesIO()
    sha256 = hand_out_cards.write_cards(stage.ledger, stage.brand, batch.id, "csv", out)
    hand_out_cards.confirm_cards(stage.ledger, stage.brand, batch.id, sha256)
    stage.follow()
    printed = csv.DictReader(io.StringIO(out.getvalue().decode("utf-8-sig")))
    return stage.items(batch.id), {one["serial"]: one["claim_code"] for one in printed}


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with staged(tmp_path_factory.mktemp("photo")) as stage:
        items, cards = cards_of(stage, [{"colour": "black"}, {"colour": "red"}])
        app = stage.app()
        owner, stranger = Someone(stage, app, 91), Someone(stage, app, 92)
        item, other = items
        owner.claim(item, cards[item.serial])
        stage.follow()
        yield Scene(stage, owner, stranger, item, other)


def photo(*codes: str, size: tuple[int, int] = (1200, 900), **more: Any) -> bytes:
    """A photo with these codes in it, as a phone makes one."""
    image, out = Image.new("RGB", size, "#b8a890"), io.BytesIO()
    for number, code in enumerate(codes):
        drawn = Image.open(io.BytesIO(png(symbol(code), 6))).convert("RGB").rotate(7, expand=True, fillcolor="#b8a890")
        image.paste(drawn, (40 + number * 420, 120))
    exif = Image.Exif()
    exif[GPS] = {1: "N", 2: (48.0, 51.0, 24.0)}
    image.save(out, "JPEG", quality=85, exif=exif, **more)
    return out.getvalue()


def chosen(page: str) -> str:
    found = re.search(r'name="chosen" value="([^"]+)"', page)
    assert found, page
    return found[1]


def kept(scene: Scene) -> list[str]:
    found: list[str] = scene.stage.ledger.files.names(SHELF)
    return found


def test_the_buyer_sees_the_photo_and_what_it_shows_and_does_not(scene: Scene) -> None:
    buyer, page, prove = scene.ask()
    answer = scene.send(scene.owner, prove, photo(scene.code(scene.item)))
    assert answer.status_code == 200
    assert "The code in the photo is this item’s." in answer.text
    scene.owner.sign(prove, chosen=chosen(answer.text))
    told = buyer.client.get(page).text
    assert "The code in it is this item’s." in told
    assert "A photo does not show that the item is genuine" in told
    picture = buyer.client.get(f"{page}/photo")
    assert picture.mimetype == "image/jpeg"
    assert picture.headers["Cache-Control"] == "no-store"
    shown = Image.open(io.BytesIO(picture.data))
    assert shown.size == (1200, 900)
    assert not shown.getexif()
    assert b"Exif" not in picture.data


def test_without_a_photo_everything_goes_as_before(scene: Scene) -> None:
    buyer, page, prove = scene.ask()
    scene.owner.sign(prove)
    told = buyer.client.get(page).text
    assert "The owner has just confirmed they have it" in told
    assert "photo" not in told
    assert buyer.client.get(f"{page}/photo").status_code == 404


def test_a_photo_without_a_code_is_taken_and_said_to_be_so(scene: Scene) -> None:
    buyer, page, prove = scene.ask()
    answer = scene.send(scene.owner, prove, photo("https://example.com/poster"))
    assert "No code was found in the photo." in answer.text
    scene.owner.sign(prove, chosen=chosen(answer.text))
    assert "No code was found in it." in buyer.client.get(page).text


@pytest.mark.parametrize("both", [False, True])
def test_another_items_code_in_the_photo_is_refused(scene: Scene, both: bool) -> None:
    _, _, prove = scene.ask()
    before = kept(scene)
    codes = [scene.code(scene.other)] + ([scene.code(scene.item)] if both else [])
    answer = scene.send(scene.owner, prove, photo(*codes))
    assert answer.status_code == 422
    assert "The code in this photo is another item’s." in answer.text
    assert kept(scene) == before


@pytest.mark.parametrize("content", [b"GIF89a", b"%PDF-1.7", b"\xff\xd8\xff" + b"x" * 500, b"<svg/>"])
def test_what_is_no_photo_gets_a_sentence(scene: Scene, content: bytes) -> None:
    _, _, prove = scene.ask()
    answer = scene.send(scene.owner, prove, content)
    assert answer.status_code == 422
    assert "not a JPEG, PNG or WebP photo" in answer.text


def test_nobody_but_the_owner_can_leave_a_photo_and_nobody_but_the_buyer_sees_it(scene: Scene) -> None:
    buyer, page, prove = scene.ask()
    before = kept(scene)
    assert "Only the registered owner can answer" in scene.send(scene.stranger, prove, photo()).text
    assert kept(scene) == before
    scene.owner.sign(prove, chosen=chosen(scene.send(scene.owner, prove, photo(scene.code(scene.item))).text))
    assert buyer.client.get(f"{page}/photo").status_code == 200
    for other in (scene.stranger, scene.owner, Visitor(scene.stage, scene.owner.client.application.test_client(), 0)):
        assert other.client.get(f"{page}/photo").status_code == 404


def test_a_photo_of_one_question_answers_no_other_and_a_made_up_one_none(scene: Scene) -> None:
    _, _, first = scene.ask()
    token = chosen(scene.send(scene.owner, first, photo(scene.code(scene.item))).text)
    _, _, second = scene.ask()
    name = token.partition(".")[0]
    for false in (token, f"c{name[1:]}.{'A' * 22}", "x", "../../secrets/passphrase", "n" + token[1:]):
        answer = scene.owner.client.post(second, data={"csrf_token": scene.owner.token(), "chosen": false})
        assert answer.status_code == 422, false
        assert "That photo is not kept any more." in answer.text
    answer = scene.owner.client.post(first, data={"csrf_token": scene.owner.token(), "chosen": "n" + token[1:]})
    assert answer.status_code == 422


def test_who_is_not_selling_sends_no_photo(scene: Scene) -> None:
    buyer, page, prove = scene.ask()
    token = chosen(scene.send(scene.owner, prove, photo(scene.code(scene.item))).text)
    request = scene.owner.begin(prove, chosen=token)
    assert scene.owner.hand_in(request, not_selling=True).status_code == 200
    assert buyer.client.get(f"{page}/photo").status_code == 404


def test_five_photos_are_enough_for_one_question(scene: Scene) -> None:
    _, _, prove = scene.ask()
    for _ in range(5):
        assert scene.send(scene.owner, prove, photo(size=(400, 300))).status_code == 200
    assert "Five photos were sent" in scene.send(scene.owner, prove, photo(size=(400, 300))).text


def test_a_photo_is_gone_once_the_answer_is_over(scene: Scene) -> None:
    buyer, page, prove = scene.ask()
    scene.owner.sign(prove, chosen=chosen(scene.send(scene.owner, prove, photo(scene.code(scene.item))).text))
    scene.stage.ahead += 16 * 60
    assert buyer.client.get(f"{page}/photo").status_code == 404
    assert "photo" not in buyer.client.get(page).text
    scene.stage.ahead += 16 * 60
    assert kept(scene)
    folder = scene.stage.ledger.files.path(SHELF, kept(scene)[0]).parent.parent
    assert sweep_photos(scene.stage.ledger) > 0
    assert kept(scene) == []
    assert not [name for _, _, names in os.walk(folder) for name in names]
    with scene.stage.ledger.store.read() as tx:
        assert all(one.photo is None for one in tx.asks.asks_of(scene.item.item))

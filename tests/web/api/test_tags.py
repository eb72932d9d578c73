"""Tags by the API: the sealed file, the encoder's answer, taps of programs, and whose tags they are."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator

import pytest

from ledger.domain.organisations import Scope
from ledger.files.encoder_file import open_file
from tests.support.encoder import PASSPHRASE, answer_of, chips
from tests.web.api.asking import Asking
from tests.web.stage import GTIN, Stage, staged


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with staged(tmp_path_factory.mktemp("api-tags")) as made:
        yield made


@pytest.fixture(scope="module")
def brand(stage: Stage) -> Asking:
    return Asking(stage.app(), stage.key("maison"))


def test_from_the_file_to_the_tap(stage: Stage, brand: Asking) -> None:
    items = stage.register([{"serial": "API/1"}, {"serial": "API/2"}])
    batch = items[0].batch_id
    made = brand.ask(
        "POST", f"/v1/batches/{batch}/tags", json={"passphrase": PASSPHRASE, "mode": "lrp", "sealed": True}
    )
    assert made.status_code == 200
    assert made.headers["Cache-Control"] == "no-store"
    digest = base64.b64encode(hashlib.sha256(made.data).digest()).decode()
    assert made.headers["Content-Digest"] == f"sha-256=:{digest}:"
    assert [one["serial"] for one in open_file(made.data, PASSPHRASE)] == ["API/1", "API/2"]
    brand.post(f"/v1/batches/{batch}/tags", {"passphrase": PASSPHRASE}, 409)

    tags = chips(made.data, 70_000)
    answered = {"csv": answer_of(tags, GTIN).decode()}
    assert brand.post("/v1/tags/encoded", answered) == {"tags": 2}
    listed = brand.get(f"/v1/tags?batch={batch}&limit=1")
    assert listed["items"][0]["state"] == "in_service"
    assert len(brand.get(f"/v1/tags?batch={batch}&cursor={listed['next']}")["items"]) == 1

    told = tags["API/1"].tap()
    address = f"/v1/items/{GTIN}/API%2F1/taps"
    fresh = brand.post(address, told)
    assert (fresh["outcome"], fresh["answered"]) == ("fresh", True)
    assert fresh["words"][0].startswith("The tag in this item answered just now.")
    assert brand.post(address, told) == fresh
    bazar = Asking(brand.app, stage.key("bazar"))
    assert bazar.post(address, told)["outcome"] == "replayed"
    wrong = brand.post(address, told | {"cmac": "0" * 16})
    assert (wrong["outcome"], wrong["answered"]) == ("unverified", False)
    brand.post(address, {"cmac": "12"}, 422)
    brand.post(f"/v1/items/{GTIN}/NOSUCH/taps", told, 404)
    Asking(brand.app, None).post(address, told, 401)

    assert brand.ask("POST", f"/v1/items/{GTIN}/API%2F1/tag/end").status_code == 204
    assert brand.post(address, tags["API/1"].tap())["outcome"] == "ended"
    before = brand.get("/v1/tags")["items"][0]["key_version"]
    assert brand.post("/v1/tags/master-keys", status=201) == {"version": before + 1}


def test_only_the_brand_with_the_right_key_may(stage: Stage, brand: Asking) -> None:
    weak = Asking(brand.app, stage.key("maison", Scope.READ))
    platform = Asking(brand.app, stage.key("bazar"))
    for other in (weak, platform):
        other.post("/v1/batches/bat_01ARZ3NDEKTSV4RRFFQ69G5FAV/tags", {"passphrase": PASSPHRASE}, 403)
        other.post("/v1/tags/encoded", {"csv": "gtin,serial,uid\n"}, 403)
        other.post("/v1/tags/master-keys", status=403)
        assert other.ask("POST", f"/v1/items/{GTIN}/API%2F1/tag/end").status_code == 403
    platform.get("/v1/tags", 403)

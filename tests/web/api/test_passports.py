"""Passports over HTTP: whoever asks gets what is public, the brand alone what is not; and what checking them needs."""

from __future__ import annotations

import json
from typing import Any

from jsonschema import Draft202012Validator

from ledger.chain import signing
from ledger.domain.organisations import Scope
from ledger.proof.trust import read_checkpoint, read_trust
from ledger.proof.verify import Tools, verify
from tests.web.api.asking import Asking, claimed, made, path_of, registered, with_codes
from tests.web.stage import Stage
from web.api.passports import WORTH
from web.limits import Pace

TOOLS = Tools(signing.keccak, signing.signer_of)


def checked(anyone: Asking, raw: bytes) -> dict[str, Any]:
    trust = read_trust(anyone.ask("GET", "/.well-known/touchmark.json").data)
    report = verify(raw, trust, TOOLS)
    assert (report.exit_code, report.level) == (0, 2), report
    assert report.facts is not None
    return report.facts


def test_anyone_gets_a_passport_that_checks_with_what_is_published(stage: Stage, brand: Asking, anyone: Asking) -> None:
    (item,) = registered(stage, brand, 1, colour="black")
    owner = claimed(stage, anyone, item)
    sent = anyone.ask("GET", path_of(item) + "/passport")
    assert (
        sent.headers["Content-Disposition"] == f'attachment; filename="passport-{item["gtin"]}-{item["serial"]}.json"'
    )
    assert sent.headers["Cache-Control"] == "no-store"
    facts = checked(anyone, sent.data)
    assert (facts["holder"], facts["serial"]) == (owner.address, item["serial"])
    Draft202012Validator(anyone.get("/schemas/passport-1.json")).validate(json.loads(sent.data))
    block = json.loads(sent.data)["state"]["block"]
    listed = read_checkpoint(anyone.ask("GET", "/v1/checkpoint").data)
    assert {"number": block["number"], "hash": block["hash"]} in [one.model_dump() for one in listed.blocks]
    anyone.get(f"/v1/checkpoint?after={listed.blocks[-1].number}", 409)


def test_what_is_private_only_its_brand_has_shown(stage: Stage, brand: Asking, rival: Asking, anyone: Asking) -> None:
    (item,) = registered(stage, brand, 1, colour="black", private_note="for the archive")
    address = path_of(item) + "/passport"
    assert b"archive" not in anyone.ask("GET", address).data
    for stranger in (anyone, rival):
        stranger.get(address + "?show=colour,private_note", 403)
    sent = brand.ask("GET", address + "?show=private_note")
    assert checked(anyone, sent.data)["record"] == {"private_note": "for the archive"}
    assert list(checked(anyone, anyone.ask("GET", address + "?show=colour").data)["record"]) == ["colour"]
    assert checked(anyone, anyone.ask("GET", address + "?show=").data)["record"] == {}


def test_a_key_that_may_not_read_shows_nothing_private(stage: Stage, brand: Asking) -> None:
    (item,) = registered(stage, brand, 1)
    narrow = Asking(brand.app, stage.key("maison", Scope.LABELS))
    narrow.get(path_of(item) + "/passport?show=private_note", 403)
    narrow.get(path_of(item) + "/passport")


def test_passports_are_paced_by_what_they_cost(stage: Stage, brand: Asking) -> None:
    (item,) = registered(stage, brand, 1)
    app = stage.app(pace=Pace(anonymous_items=2 * WORTH))
    told = [app.test_client().get(path_of(item) + "/passport").status_code for _ in range(3)]
    assert told == [200, 200, 429]


def test_there_is_no_passport_of_what_is_not_on_the_record(stage: Stage, brand: Asking, anyone: Asking) -> None:
    batch = made(stage, brand, 1)
    (prepared,) = brand.get(f"/v1/batches/{batch['id']}/items")["items"]
    anyone.get(path_of(prepared) + "/passport", 404)
    brand.get(path_of(prepared) + "/passport", 409)
    (item,) = with_codes(stage, brand, batch)
    anyone.get(path_of(item) + "/passport", 409)
    anyone.get(f"/v1/items/{item['gtin']}/NOSUCHSERIAL/passport", 404)
    anyone.get("/v1/items/123/X/passport", 422)
    stage.follow()


def test_the_page_of_an_item_leads_to_its_passport(stage: Stage, brand: Asking, anyone: Asking) -> None:
    (item,) = registered(stage, brand, 1)
    page = anyone.ask("GET", f"/01/{item['gtin']}/21/{item['serial']}", headers={"Accept": "text/html"}).get_data(True)
    assert f'href="{path_of(item)}/passport"' in page
    assert "/.well-known/touchmark.json" in page

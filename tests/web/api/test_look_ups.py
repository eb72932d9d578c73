"""Look-ups by authorities over HTTP: answered, counted, and nothing of an owner in them."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from flask import Flask

from ledger.domain.errors import Invalid
from ledger.domain.organisations import Role, Scope
from ledger.services.organisations import add_organisation, issue_key, operator_as
from tests.web.api.asking import Asking, claimed, path_of, registered
from tests.web.stage import Stage

WHY = {"purpose": "customs", "reference": "MRN 26FR00042"}


@pytest.fixture(scope="module")
def customs(stage: Stage, app: Flask) -> Asking:
    add_organisation(stage.ledger, slug="douane", name="Douane", role=Role.AUTHORITY, domain="douane.example")
    return Asking(app, stage.key("douane", Scope.LOOK_UP))


@pytest.fixture(scope="module")
def items(stage: Stage, brand: Asking) -> list[dict[str, Any]]:
    return registered(stage, brand, 3)


def test_a_manifest_has_an_answer_a_line_and_an_order_by_risk(
    stage: Stage, customs: Asking, brand: Asking, anyone: Asking, items: list[dict[str, Any]]
) -> None:
    brand.post(f"{path_of(items[2])}/marks", {"mark": "theft", "reason": "stolen from a lorry"}, 202)
    stage.follow()
    owner = claimed(stage, anyone, items[0])
    lines = [{"ref": str(n), "gtin": one["gtin"], "serial": one["serial"]} for n, one in enumerate(items)]
    lines.append({"ref": "x", "code": "nonsense ☂"})
    told = customs.post("/v1/look-ups/manifest", WHY | {"lines": lines})
    found = told["results"]
    assert [one["ref"] for one in found] == ["0", "1", "2", "x"]
    assert [one["verdict"] for one in found] == ["held", "unclaimed", "reported_stolen", "bad_code"]
    assert told["risk_order"][0] == 3
    assert found[2]["risk"] == 1
    assert sorted(one["risk"] for one in found) == [1, 2, 3, 4]
    assert found[0]["brand"] == {"name": "Maison Exemple", "domain": "maison.example"}
    assert found[3]["brand"] is None
    assert owner.address not in json.dumps(told)


def test_a_csv_file_is_answered_like_json(customs: Asking, items: list[dict[str, Any]]) -> None:
    rows = "".join(f"{n};{one['gtin']};{one['serial']}\r\n" for n, one in enumerate(items))
    file = io.BytesIO(("ref;gtin;serial\r\n" + rows).encode())
    form = WHY | {"file": (file, "manifest.csv")}
    answered = customs.ask("POST", "/v1/look-ups/manifest", data=form, content_type="multipart/form-data")
    assert answered.status_code == 200, answered.get_data(as_text=True)
    lines = [{"ref": str(n), "gtin": one["gtin"], "serial": one["serial"]} for n, one in enumerate(items)]
    as_json = customs.post("/v1/look-ups/manifest", WHY | {"lines": lines})
    assert answered.get_json()["results"] == as_json["results"]


def test_one_code_is_looked_up_with_a_purpose_and_a_reference(customs: Asking, items: list[dict[str, Any]]) -> None:
    one = {"gtin": items[1]["gtin"], "serial": items[1]["serial"]}
    assert customs.post("/v1/look-ups", WHY | one)["results"][0]["verdict"] == "unclaimed"
    customs.post("/v1/look-ups", one, 422)
    customs.post("/v1/look-ups", WHY | one | {"reference": " "}, 422)
    customs.post("/v1/look-ups", WHY | one | {"purpose": "curiosity"}, 422)


def test_a_look_up_is_logged_without_code_or_reference_and_counted_for_the_brand(
    stage: Stage, customs: Asking, brand: Asking, rival: Asking, items: list[dict[str, Any]]
) -> None:
    before = sum(one["lines"] for one in brand.get("/v1/look-ups/days")["items"])
    lines = [{"gtin": items[0]["gtin"], "serial": items[0]["serial"]}] * 2 + [{"gtin": "04006381333931", "serial": "Z"}]
    told = customs.post("/v1/look-ups/manifest", WHY | {"lines": lines})
    with stage.ledger.store.read() as tx:
        [entry] = tx.desk_log.entries(0, 10, subject=told["id"])
    body = json.loads(entry.body)
    assert (entry.kind, body["purpose"], body["lines"]) == ("authority.looked_up", "customs", 3)
    assert body["codes"][0] == body["codes"][1] != body["codes"][2]
    for secret in (items[0]["serial"], WHY["reference"], items[0]["gtin"]):
        assert secret not in entry.body
    days = brand.get("/v1/look-ups/days")["items"]
    assert sum(one["lines"] for one in days) == before + 2
    assert set(days[0]) == {"day", "look_ups", "lines"}
    assert rival.get("/v1/look-ups/days")["items"] == []


def test_only_an_authority_looks_up_and_it_does_nothing_else(
    stage: Stage, app: Flask, brand: Asking, platform: Asking, customs: Asking, items: list[dict[str, Any]]
) -> None:
    one = {"gtin": items[1]["gtin"], "serial": items[1]["serial"]}
    for stranger in (brand, platform):
        stranger.post("/v1/look-ups", WHY | one, 403)
    customs.post("/v1/checks", {"items": [one]}, 403)
    customs.get("/v1/look-ups/days", 403)
    office = operator_as(stage.ledger, "douane").organisation
    with pytest.raises(Invalid, match="may read and look up"):
        issue_key(stage.ledger, office.id, "too much", [Scope.LOOK_UP, Scope.SIGN])


def test_a_manifest_is_bounded_and_its_faults_are_named(customs: Asking, items: list[dict[str, Any]]) -> None:
    customs.post("/v1/look-ups/manifest", WHY | {"lines": [{"code": "x"}] * 1_001}, 422)
    customs.post("/v1/look-ups/manifest", WHY | {"lines": []}, 422)
    form = {"purpose": "police", "reference": "1", "file": (io.BytesIO(b"code\n" + b"x\n" * 1_001), "m.csv")}
    large = customs.ask("POST", "/v1/look-ups/manifest", data=form, content_type="multipart/form-data")
    assert large.status_code == 413
    without = customs.ask("POST", "/v1/look-ups/manifest", data=WHY, content_type="multipart/form-data")
    assert without.status_code == 422
    assert customs.ask("POST", "/v1/look-ups/manifest", data=b"x", content_type="text/csv").status_code == 415

"""Looks, alerts and display marks over the API: a brand's own items only, page by page."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.domain.looks import DAY
from ledger.domain.organisations import Scope
from ledger.services.keep_looks import compare_new
from ledger.services.note_scan import Seen, note_scans
from tests.web.api.asking import Asking, path_of, registered
from tests.web.stage import Stage


@pytest.fixture(scope="module")
def items(stage: Stage, brand: Asking) -> list[dict[str, Any]]:
    found = registered(stage, brand, 3)
    now = stage.ledger.now()
    for one in found:
        looks = [Seen(_name(stage, one), now - n * DAY, "held", "FR", f"{n}") for n in range(3)]
        note_scans(stage.ledger, looks)
    everywhere = ("CN", "FR", "US", "CN", "BR", "JP", None)
    copied = [Seen(_name(stage, found[0]), now - 600 * n, "held", c, f"copy{n}") for n, c in enumerate(everywhere)]
    note_scans(stage.ledger, copied)
    while compare_new(stage.ledger):
        pass
    return found


def _name(stage: Stage, item: dict[str, Any]) -> int:
    with stage.ledger.store.read() as tx:
        found: int = tx.batches.find(item["gtin"], item["serial"])[0].item
    return found


def test_an_alert_gives_its_reasons_and_its_looks_by_country(brand: Asking, items: list[dict[str, Any]]) -> None:
    told = brand.get("/v1/alerts?suspected=true")["alerts"]
    (one,) = [each for each in told if each["serial"] == items[0]["serial"]]
    assert one["suspected"] is True
    assert {each["sign"] for each in one["signals"]} >= {"travel", "crowd"}
    assert all(each["words"].endswith(".") for each in one["signals"])
    assert {"country": None, "looks": 1} in one["countries"]
    assert one["link"].endswith(f"/01/{one['gtin']}/21/{one['serial']}")


def test_looks_are_paged_without_a_gap(brand: Asking, items: list[dict[str, Any]]) -> None:
    whole = brand.get("/v1/looks?limit=1000")["looks"]
    pages, cursor = [], ""
    while True:
        answer = brand.get(f"/v1/looks?limit=2{cursor}")
        pages += answer["looks"]
        if answer["next"] is None:
            break
        cursor = f"&cursor={answer['next']}"
    assert pages == whole
    mine = [one for one in whole if one["serial"] == items[1]["serial"]]
    assert [one["looks"] for one in mine] == [1, 1, 1]
    china = brand.get("/v1/looks?country=CN")["looks"]
    assert {one["country"] for one in china} == {"CN"}
    assert [one["looks"] for one in brand.get("/v1/looks?country=")["looks"]] == [1]


@pytest.mark.usefixtures("items")
def test_looks_of_odd_days_are_refused_with_the_rule(brand: Asking) -> None:
    assert "366" in brand.get("/v1/looks?first=2024-01-01&last=2026-01-01", 422)["detail"]
    brand.get("/v1/looks?first=2026-02-01&last=2026-01-01", 422)
    brand.get("/v1/looks?first=2026-02-30", 422)
    brand.get("/v1/looks?cursor=x", 422)
    assert brand.get("/v1/looks?first=2020-01-01&last=2020-02-01")["looks"] == []


def test_others_see_none_of_it(
    rival: Asking, inspector: Asking, anyone: Asking, items: list[dict[str, Any]], brand: Asking
) -> None:
    assert rival.get("/v1/looks")["looks"] == []
    assert rival.get("/v1/alerts")["alerts"] == []
    inspector.get("/v1/looks", 403)
    inspector.get("/v1/alerts", 403)
    anyone.get("/v1/looks", 401)
    path = path_of(items[0]) + "/display"
    assert rival.ask("PUT", path, json={}).status_code == 404
    assert rival.ask("DELETE", path).status_code == 404
    assert brand.get("/v1/alerts?suspected=true")["alerts"]


def test_a_display_ends_the_suspicion_and_its_end_brings_it_back(
    stage: Stage, brand: Asking, anyone: Asking, items: list[dict[str, Any]]
) -> None:
    item, path = items[0], path_of(items[0]) + "/display"
    assert anyone.get(path_of(item))["verdict"] == "clone_suspected"
    shown = brand.ask("PUT", path, json={"since": "2026-01-01T00:00:00Z"})
    assert shown.status_code == 200, shown.text
    assert shown.json is not None
    assert shown.json["until"] is None
    assert anyone.get(path_of(item))["verdict"] == "unclaimed"
    assert brand.ask("DELETE", path).status_code == 204
    assert brand.ask("DELETE", path).status_code == 204
    assert anyone.get(path_of(item))["verdict"] == "clone_suspected"
    early = {"since": "2026-01-02T00:00:00Z", "until": "2026-01-01T00:00:00Z"}
    assert brand.ask("PUT", path, json=early).status_code == 422
    reader = Asking(brand.app, stage.key("maison", Scope.READ))
    assert reader.ask("PUT", path, json={}).status_code == 403

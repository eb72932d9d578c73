"""Watches over HTTP: kept, listed page by page, ended; and nobody else's."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ledger.domain.webhooks import EventType
from ledger.services.desk.watch_notice import WatchKeeper
from ledger.services.organisations import operator_as
from ledger.services.webhook_endpoints import add_endpoint
from tests.web.api.asking import Asking, claimed, path_of, registered, speak
from tests.web.stage import GTIN, Stage


@pytest.fixture(scope="module")
def items(stage: Stage, brand: Asking) -> list[dict[str, Any]]:
    return registered(stage, brand, 3)


def named(item: dict[str, Any], ref: str) -> dict[str, str]:
    return {"ref": ref, "gtin": item["gtin"], "serial": item["serial"]}


def notice(stage: Stage) -> None:
    """What the worker does, begun anew."""
    keeper = WatchKeeper(stage.ledger)
    while keeper.turn():
        pass


def every(who: Asking) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    path = "/v1/watches?limit=2"
    while path:
        response = who.ask("GET", path)
        assert len(response.get_json()["items"]) <= 2
        found += response.get_json()["items"]
        link = response.headers.get("Link", "")
        path = link[1 : link.index(">")] if link else ""
    return found


def test_watches_are_kept_listed_and_ended(platform: Asking, brand: Asking, items: list[dict[str, Any]]) -> None:
    wanted = {"items": [named(one, f"L-{n}") for n, one in enumerate(items)]}
    kept = platform.post("/v1/watches", wanted, 201)["items"]
    assert [(one["ref"], one["serial"], one["verdict"]) for one in kept] == [
        (f"L-{n}", one["serial"], "unclaimed") for n, one in enumerate(items)
    ]
    assert [one["id"] for one in every(platform)] == sorted((one["id"] for one in kept), reverse=True)
    assert every(brand) == []
    gone = kept[1]["id"]
    assert brand.ask("DELETE", f"/v1/watches/{gone}").status_code == 404
    assert platform.ask("DELETE", f"/v1/watches/{gone}").status_code == 204
    assert platform.ask("DELETE", f"/v1/watches/{gone}").status_code == 404
    assert len(every(platform)) == 2
    for one in (kept[0], kept[2]):
        platform.ask("DELETE", f"/v1/watches/{one['id']}")


def test_the_same_request_sent_twice_is_answered_once(platform: Asking, items: list[dict[str, Any]]) -> None:
    body = {"items": [named(items[0], "twice")]}
    first, again = (
        platform.post("/v1/watches", body, 201, headers={"Idempotency-Key": '"watch-twice"'}) for _ in range(2)
    )
    assert first == again
    platform.ask("DELETE", f"/v1/watches/{first['items'][0]['id']}")


def test_what_cannot_be_watched_is_named_and_nothing_is_kept(
    platform: Asking, inspector: Asking, anyone: Asking, items: list[dict[str, Any]]
) -> None:
    good = named(items[0], "good")
    refused = platform.post("/v1/watches", {"items": [good, {"ref": "model", "code": GTIN}]}, 422)
    assert [one["where"] for one in refused["errors"]] == ["items[1]"]
    for wrong in (
        {"items": []},
        {"items": [good] * 1_001},
        {"items": [{"gtin": GTIN, "serial": "X"}]},
        {"items": [good | {"code": "x"}]},
        {"items": [good], "until": "2020-01-01T00:00:00Z"},
        {"items": [good], "until": "2099-01-01T00:00:00Z"},
    ):
        platform.post("/v1/watches", wrong, 422)
    inspector.post("/v1/watches", {"items": [good]}, 403)
    anyone.post("/v1/watches", {"items": [good]}, 401)
    assert every(platform) == []


def test_the_message_is_as_it_is_described_and_names_nobody(
    stage: Stage, brand: Asking, anyone: Asking, platform: Asking
) -> None:
    [item] = registered(stage, brand, 1)
    owner = claimed(stage, anyone, item)
    bazar = operator_as(stage.ledger, "bazar")
    endpoint, _ = add_endpoint(stage.ledger, bazar, "https://bazar.example/hooks", [EventType.ITEM_VERDICT_CHANGED])
    platform.post("/v1/watches", {"items": [named(item, "L-881")]}, 201)
    notice(stage)
    speak(anyone, anyone.post(path_of(item) + "/reports/draft", {"report": "stolen"}), owner)
    notice(stage)
    [delivery] = platform.get(f"/v1/webhooks/{endpoint.id}/deliveries")["items"]
    body = platform.get(f"/v1/webhook-deliveries/{delivery['id']}")["body"]
    told = json.loads(body)
    assert told["type"] == "item.verdict_changed"
    described = anyone.get("/openapi.json")["components"]["schemas"]["ToldData"]["properties"]
    assert set(told["data"]) <= set(described)
    assert told["data"]["item"] == {
        "id": told["data"]["item"]["id"],
        "gtin": item["gtin"],
        "serial": item["serial"],
        "link": item["page"],
    }
    assert (told["data"]["ref"], told["data"]["before"], told["data"]["after"]) == ("L-881", "held", "reported_stolen")
    assert owner.address[2:] not in body.lower()

"""A sandbox key meets every verdict, by the real rules, and can do nothing else."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask import Flask

from ledger.domain.organisations import Scope
from ledger.domain.standing_headlines import Key
from ledger.services.organisations import issue_key, operator_as
from tests.web.api.asking import Asking, path_of, registered
from tests.web.stage import GTIN, Stage


@pytest.fixture(scope="module")
def sandbox(stage: Stage, app: Flask) -> Asking:
    bazar = operator_as(stage.ledger, "bazar").organisation
    key, secret = issue_key(stage.ledger, bazar.id, "trying", list(Scope), sandbox=True)
    assert (key.scopes, secret[:11]) == ({Scope.CHECK}, "tm_sandbox_")
    return Asking(app, secret)


@pytest.fixture(scope="module")
def listed(sandbox: Asking) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = sandbox.get("/v1/sandbox/items")["items"]
    return found


def test_what_is_listed_is_what_a_check_says_and_every_verdict_is_met(
    sandbox: Asking, listed: list[dict[str, Any]]
) -> None:
    assert len(listed) == 30
    by_code = sandbox.post("/v1/checks", {"items": [{"code": one["code"]} for one in listed]})["results"]
    for told, one in zip(by_code, listed, strict=True):
        for name in ("verdict", "advice", "explain", "gtin", "serial"):
            assert told[name] == one[name], one["about"]
    assert {one["verdict"] for one in by_code} == {key.value for key in Key}
    named = [{"gtin": one["gtin"], "serial": one["serial"]} for one in listed if one["serial"]]
    by_name = sandbox.post("/v1/checks", {"items": named})["results"]
    assert [one["verdict"] for one in by_name] == [one["verdict"] for one in listed if one["serial"]]


def test_the_sandbox_answers_lines_and_flags_sellers_as_the_real_one(
    sandbox: Asking, listed: list[dict[str, Any]]
) -> None:
    body = b"".join(json.dumps({"code": one["code"], "seller": {"ref": "s"}}).encode() + b"\n" for one in listed)
    response = sandbox.ask("POST", "/v1/checks", data=body, headers={"Content-Type": "application/x-ndjson"})
    found = [json.loads(line) for line in response.data.splitlines()]
    assert [one["verdict"] for one in found] == [one["verdict"] for one in listed]
    flagged = {one["verdict"] for one in found if "owner_not_seller" in one["flags"]}
    assert "held" in flagged
    assert not {"owner_confirmed", "unclaimed", "unknown"} & flagged


def test_a_real_item_is_not_in_the_sandbox_and_the_sandbox_is_not_in_the_ledger(
    stage: Stage, brand: Asking, platform: Asking, sandbox: Asking, listed: list[dict[str, Any]]
) -> None:
    [item] = registered(stage, brand, 1)
    asked = {"items": [{"code": item["page"]}, {"code": item["serial"]}, {"gtin": GTIN, "serial": "DEMO-01"}]}
    assert {one["verdict"] for one in sandbox.post("/v1/checks", asked)["results"]} <= {"unknown", "bad_code"}
    asked = {"items": [{"gtin": listed[0]["gtin"], "serial": listed[0]["serial"]}]}
    assert platform.post("/v1/checks", asked)["results"][0]["verdict"] == "unknown"
    assert len(platform.get("/v1/sandbox/items")["items"]) == 30


def test_a_sandbox_key_can_do_nothing_else(stage: Stage, app: Flask, brand: Asking, sandbox: Asking) -> None:
    """Every operation of the API, by its route: refused, but for what anybody may read."""
    views = {
        (rule.rule, method): view
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/v1/") and hasattr(view := app.view_functions[rule.endpoint], "access")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    open_ = {"/v1/checks", "/v1/sandbox/items"}
    assert len(views) > 80
    for (rule, method), view in views.items():
        if rule in open_ or (method == "GET" and not view.access.keyed):
            continue
        path = rule.replace("<path:serial>", "X").replace("<gtin>", GTIN)
        for name in ("id", "statement", "sha256", "kind", "name", "slug", "number", "format", "width", "token"):
            path = path.replace(f"<{name}>", "x")
        refused = sandbox.ask(method, path, json={})
        assert refused.status_code == 403, (method, rule, refused.get_data(as_text=True))
        assert "sandbox" in refused.get_json(force=True)["detail"], (method, rule)


def test_a_sandbox_key_reads_what_anybody_may_read(stage: Stage, brand: Asking, sandbox: Asking) -> None:
    [item] = registered(stage, brand, 1)
    assert sandbox.get(path_of(item))["verdict"] == "unclaimed"


def test_a_sandbox_key_opens_no_console(app: Flask, sandbox: Asking) -> None:
    client = app.test_client()
    page = client.get("/console/sign-in").get_data(as_text=True)
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    refused = client.post("/console/sign-in", data={"csrf_token": token, "key": sandbox.secret})
    assert (refused.status_code, "sandbox key" in refused.get_data(as_text=True)) == (401, True)
    inside = client.get("/console/keys")
    assert inside.status_code in (302, 303, 401, 403)


def test_a_program_makes_a_sandbox_key_and_it_is_listed_as_one(platform: Asking) -> None:
    asked = {"label": "trying", "scopes": ["check", "keys"], "sandbox": True}
    made = platform.post("/v1/keys", asked, 201)
    assert (made["secret"][:11], made["scopes"], made["sandbox"]) == ("tm_sandbox_", ["check"], True)
    listed = {one["id"]: one["sandbox"] for one in platform.get("/v1/keys")["items"]}
    assert listed[made["id"]] is True
    assert set(listed.values()) == {True, False}


def test_an_ended_sandbox_key_is_not_in_force_and_a_cut_one_is_none(sandbox: Asking, app: Flask) -> None:
    assert sandbox.secret is not None
    for wrong in (sandbox.secret[:-1], sandbox.secret + "0", "tm_sandbox_" + "0" * 64, "tm_" + sandbox.secret[11:]):
        Asking(app, wrong).get("/v1/sandbox/items", 401)


def test_a_platform_makes_itself_a_sandbox_key_in_the_console(stage: Stage, app: Flask) -> None:
    client = app.test_client()

    def token(path: str) -> str:
        return client.get(path).get_data(as_text=True).split('name="csrf_token" value="')[1].split('"')[0]

    first = {"csrf_token": token("/console/sign-in"), "key": stage.key("bazar")}
    assert client.post("/console/sign-in", data=first).status_code == 303
    asked = {"csrf_token": token("/console/keys"), "label": "trying", "sandbox": "1", "scopes": ["keys", "check"]}
    page = client.post("/console/keys", data=asked).get_data(as_text=True)
    secret = page.split('<p class="big">')[1].split("<")[0]
    assert secret.startswith("tm_sandbox_")
    assert "Try the thirty invented items" in page
    assert len(Asking(app, secret).get("/v1/sandbox/items")["items"]) == 30
    Asking(app, secret).get("/v1/webhooks", 403)

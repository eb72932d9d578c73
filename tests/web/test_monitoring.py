"""What a monitor is told: alive, ready or why not, and figures; and that the public is told no figures."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import SecretStr

from ledger.services.condition import NODE_HEIGHT
from ledger.services.follow_chain import HALTED, NODE_SEEN
from ledger.settings import Settings
from ledger.storage.migrate import downgrade, newest, upgrade
from tests.web.stage import Stage, staged

TOKEN = "a-monitor-of-this-house"


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with staged(tmp_path_factory.mktemp("monitoring")) as ready:
        yield ready


@pytest.fixture(autouse=True)
def seen(stage: Stage) -> None:
    _note(stage, **{NODE_SEEN: stage.ledger.now(), NODE_HEIGHT: 7, HALTED: None})


def _note(stage: Stage, **facts: Any) -> None:
    with stage.ledger.store.write() as tx:
        for name, value in facts.items():
            if value is None:
                tx.meta.remove(name)
            else:
                tx.meta.set(name, value)


def _figures(text: str) -> dict[str, float]:
    return {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in text.splitlines() if line[0] != "#"}


def test_it_is_ready_and_says_how_far_it_has_come(stage: Stage) -> None:
    answer = stage.app().test_client().get("/readyz")
    told = answer.get_json()
    assert (answer.status_code, told["status"], told["detail"]) == (200, "ok", None)
    assert told["revision"] == newest()
    assert told["final"] == told["height"] > 0
    assert told["behind"] == 0


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({HALTED: "Block 5 was final here"}, "stopped"),
        ({NODE_SEEN: 5}, "No worker has heard the node"),
        ({NODE_SEEN: None}, "No worker has heard the node"),
        ({NODE_HEIGHT: 100_000}, "blocks behind"),
    ],
)
def test_it_is_not_ready_and_says_why(stage: Stage, facts: dict[str, Any], words: str) -> None:
    _note(stage, **facts)
    client = stage.app().test_client()
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert words in answer.get_json()["detail"]
    # A process that is not ready is alive all the same: to end it would mend nothing.
    assert client.get("/healthz").status_code == 200


def test_a_database_of_an_older_form_is_not_ready_and_one_of_a_newer_form_is(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, empty_database: str
) -> None:
    client = stage.app().test_client()
    app = client.application
    app.extensions["settings"] = stage.settings.model_copy(update={"database_url": empty_database})
    assert "Run `touchmark migrate`" in client.get("/readyz").get_json()["detail"]
    upgrade(empty_database)
    assert client.get("/readyz").status_code == 200
    downgrade(empty_database, "0013")
    assert "older form (0013)" in client.get("/readyz").get_json()["detail"]
    app.extensions["settings"] = stage.settings
    monkeypatch.setattr("web.health.current", lambda _: "9999")
    assert client.get("/readyz").status_code == 200


def test_a_database_that_is_away_is_said(stage: Stage) -> None:
    client = stage.app().test_client()
    away = Settings(data=stage.settings.data, database_url="postgresql://nobody@127.0.0.1:1/none")
    client.application.extensions["settings"] = away
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert "database does not answer" in answer.get_json()["detail"]


def test_figures_are_by_route_and_verdict_and_name_no_item(stage: Stage) -> None:
    [item] = stage.register([{"serial": "FIGURED"}])
    client = stage.app().test_client()
    path = f"/01/{item.gtin}/21/{item.serial}"
    for _ in range(3):
        client.get(path)
    client.get("/v1/items/09521234543213/FIGURED")
    client.get(f"/nowhere/{item.serial}")
    client.open("/check", method="BREW")
    text = client.get("/metrics").get_data(as_text=True)
    assert item.serial not in text
    found = _figures(text)
    assert found['touchmark_requests_total{method="GET",route="/01/<path:_rest>",status="200"}'] == 3
    assert found['touchmark_requests_total{method="GET",route="none",status="404"}'] == 1
    assert found['touchmark_requests_total{method="other",route="none",status="405"}'] == 1
    assert found['touchmark_request_seconds_count{route="/01/<path:_rest>"}'] == 3
    assert found['touchmark_verdicts_total{verdict="unclaimed"}'] == 4
    assert found["touchmark_database_up"] == 1
    assert found["touchmark_follower_halted"] == 0
    assert found["touchmark_follower_final"] == found["touchmark_follower_height"] > 0
    assert found["touchmark_worker_active"] == 0
    assert {"touchmark_outbox_waiting", "touchmark_webhooks_waiting", "touchmark_follower_lag_blocks"} <= found.keys()


def test_figures_tell_who_is_at_work_and_that_following_has_stopped(stage: Stage) -> None:
    lease = {"holder": "host:5:ab", "until": stage.ledger.clock() + 10}
    _note(stage, lease=lease, **{HALTED: "why", NODE_HEIGHT: 100_000})
    found = _figures(stage.app().test_client().get("/metrics").get_data(as_text=True))
    assert 0 < found['touchmark_lease_seconds{holder="host:5:ab"}'] <= 10
    assert found["touchmark_worker_active"] == 1
    assert found["touchmark_follower_halted"] == 1
    assert found["touchmark_follower_lag_blocks"] > 90_000
    _note(stage, lease=None)


@pytest.mark.parametrize(
    "asked",
    [
        {"environ_base": {"REMOTE_ADDR": "203.0.113.5"}},
        {"headers": {"X-Forwarded-For": "203.0.113.5"}},
        {"headers": {"Forwarded": "for=203.0.113.5"}},
        {"headers": {"Via": "1.1 proxy"}},
        {"base_url": "https://v.example"},
        {"base_url": "http://127.0.0.1.v.example"},
    ],
)
def test_the_public_is_told_no_figures(stage: Stage, asked: dict[str, Any]) -> None:
    client = stage.app().test_client()
    assert client.get("/metrics").status_code == 200
    assert client.get("/metrics", base_url="http://[::1]:8000").status_code == 200
    refused = client.get("/metrics", **asked)
    assert refused.status_code == 403
    assert "touchmark_" not in refused.get_data(as_text=True)


def test_with_a_token_nobody_else_is_told_not_even_here(stage: Stage) -> None:
    settings = stage.settings.model_copy(update={"metrics_token": SecretStr(TOKEN)})
    client = _app(stage, settings)
    for given in ({}, {"Authorization": f"Bearer {TOKEN}x"}, {"Authorization": TOKEN}, {"Authorization": "Bearer é"}):
        assert client.get("/metrics", headers=given).status_code == 403
    away = {"REMOTE_ADDR": "203.0.113.5"}
    assert client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}, environ_base=away).status_code == 200


def test_behind_a_proxy_this_machine_is_not_trusted(stage: Stage) -> None:
    client = _app(stage, stage.settings.model_copy(update={"trusted_proxies": 1}))
    assert client.get("/metrics").status_code == 403


def _app(stage: Stage, settings: Settings) -> Any:
    from web import create_app

    app = create_app(settings, stage.ledger)
    stage.apps.append(app)
    return app.test_client()

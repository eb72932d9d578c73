"""The front desk's own first answers are the application's: the same bytes, headers, counts and refusals."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from ledger.domain.errors import Unavailable
from ledger.services.ports import Ledger
from ledger.services.scanned import Scan
from tests.web.stage import GTIN, Stage, on_each_database
from web import create_app, first_looks
from web.api.items import told
from web.limits import Pace

THROUGH = "?entries=newest"
"""A question that says what is so anyhow, and that is the application's to answer."""
OWN = {"X-Request-Id", "RateLimit", "Date"}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def stage(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with on_each_database(request, tmp_path_factory.mktemp("first")) as made:
        made.register([{"serial": name} for name in ("FIRST", "SECOND", "A.B-C_D", "BROKEN")])
        yield made


def _app(stage: Stage, pace: Pace | None = None) -> Flask:
    now = stage.ledger.now()
    return create_app(stage.settings, replace(stage.ledger, clock=lambda: now), pace=pace)


def _headers(response: TestResponse) -> list[tuple[str, str]]:
    return sorted((name, value) for name, value in response.headers if name not in OWN)


def _left(response: TestResponse) -> int:
    return int(response.headers["RateLimit"].split(";")[1].removeprefix("r="))


@pytest.mark.parametrize("serial", ["FIRST", "A.B-C_D"])
@pytest.mark.parametrize("how", [{}, {"Accept": "text/html", "Accept-Encoding": "gzip", "Accept-Language": "fr"}])
def test_the_desk_answers_as_the_application_does(
    stage: Stage, serial: str, how: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Scan] = []

    def noted(ledger: Ledger, scan: Scan) -> tuple[bytes, str]:
        made.append(scan)
        return told(ledger, scan)

    monkeypatch.setattr(first_looks, "told", noted)
    client, at = _app(stage).test_client(), f"/v1/items/{GTIN}/{serial}"
    desk, whole = client.get(at, headers=how), client.get(at + THROUGH, headers=how)
    assert len(made) == 1
    assert desk.status_code == whole.status_code == 200
    assert desk.data == whole.data
    assert _headers(desk) == _headers(whole)
    assert {"ETag", "Cache-Control", "Content-Security-Policy", "X-Content-Type-Options"} <= set(desk.headers.keys())


@pytest.mark.parametrize("code", [f"{GTIN}/NOBODY", "09521234543214/FIRST", f"{GTIN}/BAD!CODE", f"{GTIN}/FIRST"])
def test_a_code_is_counted_once_whoever_answers(stage: Stage, code: str) -> None:
    client = _app(stage).test_client()
    answers = [client.get(f"/v1/items/{code}") for _ in range(3)]
    assert [_left(one) for one in answers] == [599, 598, 597]
    whole = client.get(f"/v1/items/{code}{THROUGH}")
    assert {(one.status_code, one.get_json()["verdict"]) for one in (*answers, whole)} == {
        (200, whole.get_json()["verdict"])
    }


def test_who_asks_too_often_is_refused_and_nothing_is_made_for_them(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = _app(stage, Pace(anonymous_items=1)).test_client()
    assert client.get(f"/v1/items/{GTIN}/FIRST").status_code == 200
    monkeypatch.setattr(first_looks, "scan_item", lambda *_, **__: pytest.fail("A refused asker was looked up for."))
    refused = client.get(f"/v1/items/{GTIN}/SECOND")
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 0


def test_what_the_desk_cannot_do_is_done_or_said_by_the_application(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(first_looks, "told", fails)
    answer = _app(stage).test_client().get(f"/v1/items/{GTIN}/BROKEN")
    assert answer.status_code == 200
    assert _left(answer) == 599


def test_a_database_that_fails_is_told_as_ever(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(_ledger: Ledger, *_: object, **__: object) -> None:
        raise Unavailable("The database does not answer.")

    monkeypatch.setattr(first_looks, "scan_item", fails)
    monkeypatch.setattr("web.api.items.scan_item", fails)
    answer = _app(stage).test_client().get(f"/v1/items/{GTIN}/FIRST")
    assert answer.status_code == 503
    assert answer.get_json()["type"] == "/problems/unavailable"

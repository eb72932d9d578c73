"""What a look leaves behind: a country and a hash of the day, no cookie, and nothing that a stranger can make up."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from ledger.domain.identity import path
from ledger.domain.looks import Look, LookKind
from tests.web.stage import GTIN, Stage, staged


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with staged(tmp_path_factory.mktemp("looker")) as made:
        made.register([{"serial": "SEEN"}])
        yield made


def _app(stage: Stage, **settings: object) -> Flask:
    from web import create_app

    app = create_app(stage.settings.model_copy(update=settings), stage.ledger)
    stage.apps.append(app)
    return app


def _looks_after(stage: Stage, app: Flask, **asked: object) -> list[Look]:
    with stage.ledger.store.read() as tx:
        item = tx.batches.find(GTIN, "SEEN")[0].item
        before = len(tx.scans.rows_of(item, 1_000))
    answer = app.test_client().get(path(GTIN, "SEEN"), **asked)
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    app.extensions["scan_notes"].settle()
    with stage.ledger.store.read() as tx:
        rows = tx.scans.rows_of(item, 1_000)
    return rows[: len(rows) - before]


def test_a_look_has_the_country_of_its_address(stage: Stage) -> None:
    (look,) = _looks_after(stage, _app(stage), environ_base={"REMOTE_ADDR": "8.8.8.8"})
    assert look.country == "US"
    assert look.visitor is not None
    assert b"8.8.8.8" not in look.visitor


def test_a_country_in_a_header_is_believed_only_where_the_settings_say_so(stage: Stage) -> None:
    said = {"X-Touchmark-Country": "JP"}
    (stranger,) = _looks_after(stage, _app(stage), headers=said)
    assert stranger.country is None
    (trial,) = _looks_after(stage, _app(stage, trust_country_header=True), headers=said)
    assert trial.country == "JP"
    (nonsense,) = _looks_after(stage, _app(stage, trust_country_header=True), headers={"X-Touchmark-Country": "<b>"})
    assert nonsense.country is None


def test_without_the_table_looks_are_counted_without_a_country(stage: Stage, tmp_path: Path) -> None:
    app = _app(stage, countries=tmp_path / "none.mmdb")
    (look,) = _looks_after(stage, app, environ_base={"REMOTE_ADDR": "8.8.8.8"})
    assert look.country is None


def test_one_browser_on_one_connection_is_one_visitor_of_the_day(stage: Stage) -> None:
    app = _app(stage)
    seen = []
    for address, browser in (("8.8.8.8", "A"), ("8.8.8.8", "A"), ("8.8.8.8", "B"), ("1.1.1.1", "A")):
        seen += _looks_after(stage, app, environ_base={"REMOTE_ADDR": address}, headers={"User-Agent": browser})
    visitors = [one.visitor for one in seen]
    assert len(visitors) == 4
    assert len(set(visitors)) == 3


@pytest.mark.parametrize(
    ("browser", "kind"),
    [
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15 Safari/604.1", LookKind.VISIT),
        ("Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 Chrome/140.0 Mobile MicroMessenger/8.0", LookKind.VISIT),
        ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", LookKind.PROGRAM),
        ("facebookexternalhit/1.1", LookKind.PROGRAM),
        ("WhatsApp/2.25.1 A", LookKind.PROGRAM),
        ("curl/8.9", LookKind.PROGRAM),
        ("", LookKind.VISIT),
    ],
)
def test_the_preview_of_a_link_in_a_message_is_no_visit(stage: Stage, browser: str, kind: LookKind) -> None:
    (look,) = _looks_after(stage, _app(stage), headers={"User-Agent": browser})
    assert look.kind is kind

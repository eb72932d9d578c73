"""The page that tells what listings are screened for: every detector, every change, and no threshold."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask

from ledger.cli import root
from ledger.screening.packs import own_packs
from ledger.services.desk.screen_packs import add_pack
from tests.web.stage import Stage, staged


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with staged(tmp_path_factory.mktemp("rules")) as ready:
        yield ready


@pytest.fixture(scope="module")
def app(stage: Stage) -> Flask:
    return stage.app()


def test_every_detector_and_every_change_is_told_and_no_threshold(stage: Stage, app: Flask) -> None:
    before = app.test_client().get("/rules").get_data(as_text=True)
    assert "written so that a search does not find it" in before
    assert "Not in use at present" not in before
    newest = dict(own_packs()[-1].body)
    body = json.loads(json.dumps(newest | {"version": 3, "made": "2026-12-01", "about": "Quieter."}))
    body["detectors"]["price.low"] |= {"on": False, "weight": 717}
    body["thresholds"]["block"] = 818
    add_pack(stage.ledger, json.dumps(body))
    after = app.test_client().get("/rules").get_data(as_text=True)
    assert "No longer in use: The price is far below" in after
    assert "Not in use at present" in after
    assert not {"717", "818"} & set(after.replace("<", " ").replace(">", " ").split())


def test_a_pack_is_replaced_only_by_a_later_one(stage: Stage, tmp_path: Path) -> None:
    file = tmp_path / "pack.json"
    file.write_text(json.dumps(dict(own_packs()[-1].body)))
    line = ["--data", str(stage.settings.data), "screen"]
    refused = CliRunner().invoke(root, [*line, "add", str(file)])
    assert refused.exit_code == 1
    assert "higher number" in refused.output
    told = CliRunner().invoke(root, [*line, "replay", "--pack", str(file), "--json"])
    assert told.exit_code == 0, told.output
    assert json.loads(told.stdout)["decisions"] == 0

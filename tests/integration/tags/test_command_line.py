"""`touchmark tag`: from a batch to tags in service, at the command line alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from ledger.cli import root
from tests.support.encoder import PASSPHRASE, answer_of, chips
from tests.web.stage import GTIN, Stage, staged


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with staged(tmp_path_factory.mktemp("tag-commands")) as made:
        yield made


def run(stage: Stage, *line: str, code: int = 0, input: str | None = None) -> str:
    environment = {"TOUCHMARK_NODE_URL": stage.settings.node_url or ""}
    runner = CliRunner(env=environment)
    found = runner.invoke(root, ["--data", str(stage.settings.data), "tag", *line], input=input)
    assert found.exit_code == code, found.output
    return found.stdout if code == 0 else found.output


def test_from_a_batch_to_tags_in_service(stage: Stage, tmp_path: Path) -> None:
    items = stage.register([{"serial": "CLI-1"}, {"serial": "CLI-2"}], follow=False)
    sealed, opened, secret = tmp_path / "tags.json", tmp_path / "opened.json", tmp_path / "passphrase"
    secret.write_text(PASSPHRASE + "\n")
    line = ("make", items[0].batch_id, "--out", str(sealed), "--passphrase-file", str(secret))
    made = json.loads(run(stage, *line, "--mode", "lrp", "--json"))
    assert made["tags"] == 2
    assert sealed.stat().st_mode & 0o777 == 0o600
    assert "there already" in run(stage, *line, "--again", code=1)

    run(stage, "open", str(sealed), "--out", str(opened), input=PASSPHRASE + "\n")
    plain: dict[str, Any] = json.loads(opened.read_text())
    assert [one["serial"] for one in plain["tags"]] == ["CLI-1", "CLI-2"]
    assert opened.stat().st_mode & 0o777 == 0o600
    assert "does not open" in run(stage, "open", str(sealed), "--out", str(tmp_path / "no"), code=1, input="wrong\n")
    assert not (tmp_path / "no").exists()

    told = tmp_path / "uids.csv"
    told.write_bytes(answer_of(chips(sealed.read_bytes()), GTIN))
    assert json.loads(run(stage, "encoded", str(told), "--org", "maison", "--json")) == {"tags": 2}
    listed = json.loads(run(stage, "list", "--org", "maison", "--batch", items[0].batch_id, "--json"))["tags"]
    assert {(one["serial"], one["state"], one["mode"]) for one in listed} == {
        ("CLI-1", "in_service", "lrp"),
        ("CLI-2", "in_service", "lrp"),
    }
    assert "stays in service" in run(stage, "end", GTIN, "CLI-1", "--org", "maison", code=1, input="n\n")
    run(stage, "end", GTIN, "CLI-1", "--org", "maison", "--yes")
    assert json.loads(run(stage, "new-key", "--org", "maison", "--json")) == {"version": 2}
    assert "--passphrase-file" in run(stage, *line[:4], "--json", code=2)

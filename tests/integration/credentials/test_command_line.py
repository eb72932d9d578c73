"""`touchmark credential`: an item's credential, and the keys."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner

from ledger.cli import root
from ledger.services.credential_jose import read
from tests.support.world import World


@pytest.fixture
def run(sqlite_world: World) -> Any:
    def go(*line: str, code: int = 0) -> Any:
        done = CliRunner().invoke(root, ["--data", str(sqlite_world.settings.data), "credential", *line])
        assert done.exit_code == code, done.output
        return done

    return go


def test_a_passport_is_printed_signed_or_read(sqlite_world: World, run: Any) -> None:
    card = sqlite_world.cards()[0]
    token = run("show", card.gtin, card.serial).stdout.strip()
    assert read(token)["credentialSubject"]["serialNumber"] == card.serial
    assert json.loads(run("show", card.gtin, card.serial, "--read").stdout) == read(token)
    assert json.loads(run("show", card.gtin, card.serial, "--json").stdout)["token"] == token
    receipt = json.loads(run("show", card.gtin, card.serial, "--kind", "receipt", "--read").stdout)
    assert receipt["issuer"]["id"] == "did:web:localhost%3A8000"


def test_what_is_asked_wrongly_is_refused_with_the_reason(sqlite_world: World, run: Any) -> None:
    card = sqlite_world.cards()[0]
    assert "named by --statement" in run("show", card.gtin, card.serial, "--kind", "inspection", code=1).stderr
    assert (
        "64 hexadecimal"
        in run("show", card.gtin, card.serial, "--kind", "inspection", "--statement", "0x1", code=1).stderr
    )
    assert "where this item was made" in " ".join(
        run("show", card.gtin, card.serial, "--kind", "untp", code=1).stderr.split()
    )


def test_keys_are_listed_and_changed(sqlite_world: World, run: Any) -> None:
    card = sqlite_world.cards()[0]
    assert "no credential yet" in run("keys", "--org", "maison").stdout
    run("show", card.gtin, card.serial)
    [first] = json.loads(run("keys", "--org", "maison", "--json").stdout)["keys"]
    made = json.loads(run("change-key", "--org", "maison", "--stolen", "--yes", "--json").stdout)
    found = json.loads(run("keys", "--org", "maison", "--json").stdout)["keys"]
    assert [one["kid"] for one in found] == [made["kid"], first["kid"]]
    assert found[1]["stolen_at"] is not None
    assert "private" not in json.dumps(found)

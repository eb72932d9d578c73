"""Leaving a ledger whose chain is not its operator's: no save goes along, and any node of the chain will do."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ledger.bootstrap import build
from ledger.services.publish_trust import trust_list
from ledger.settings import Settings
from tests.integration.exit.conftest import seen, shell
from tests.integration.story.test_custody_story import ADA
from tests.support.world import World


def test_a_chain_that_goes_on_is_asked_at_any_of_its_nodes(
    sqlite_world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, card = sqlite_world, sqlite_world.cards()[0]
    world.claim(card, ADA)
    world.settle()
    with world.ledger.store.write() as tx:
        tx.meta.set("deployment", tx.meta.get("deployment") | {"local": False})
    data, kit, new = world.settings.data, tmp_path / "kit", tmp_path / "new"
    monkeypatch.setenv("TOUCHMARK_FINALITY_DEPTH", "0")
    shell(data, "export", str(kit), "--with-private", TOUCHMARK_NODE_URL=world.node.url)
    assert not (kit / "chain/save").exists()
    assert json.loads((kit / "kit.json").read_bytes())["save"] is None
    assert "anvil" not in (kit / "README.md").read_text()

    (tmp_path / "kept.json").write_bytes(trust_list(world.ledger))
    line = ["kit-passport", str(kit), card.gtin, card.serial, "-o", str(tmp_path / "made.json")]
    assert "name one of its nodes" in " ".join(shell(tmp_path, *line, code=1).stderr.split())
    shell(tmp_path, *line, "--rpc", world.node.url)
    shell(
        tmp_path, "verify", str(tmp_path / "made.json"), "--trust", str(tmp_path / "kept.json"), "--rpc", world.node.url
    )

    passphrase = (data / "secrets" / "passphrase").read_text()
    secret = {"TOUCHMARK_PASSPHRASE": passphrase}
    told = shell(new, "import-kit", str(kit), code=1, **secret).stderr
    assert "TOUCHMARK_NODE_URL" in told
    assert not new.exists()
    shell(new, "import-kit", str(kit), TOUCHMARK_NODE_URL=world.node.url, **secret)
    ledger = build(Settings(data=new, passphrase=passphrase))
    try:
        ours, theirs = seen(ledger, card.gtin, card.serial), seen(world.ledger, card.gtin, card.serial)
        assert (ours["head"], ours["timeline"], ours["fields"]) == (
            theirs["head"],
            theirs["timeline"],
            theirs["fields"],
        )
    finally:
        ledger.store.close()

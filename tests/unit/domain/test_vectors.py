"""The vectors on disk are what the code makes today, and what independent judges make."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.judges.ask import ask
from tests.vectors import make

STORED = sorted(path.name for path in make.HERE.glob("*.json"))


def stored(name: str) -> Any:
    return json.loads((make.HERE / name).read_text(encoding="utf-8"))


def test_every_stored_file_is_made_by_the_program_and_none_is_missing() -> None:
    assert sorted(make.VECTORS) == STORED


@pytest.mark.parametrize("name", STORED)
def test_making_the_vectors_again_gives_the_same_bytes(name: str, tmp_path: Path) -> None:
    make.write_all(tmp_path)
    assert (tmp_path / name).read_bytes() == (make.HERE / name).read_bytes()


def test_openzeppelins_merkle_tree_makes_the_same_roots_and_proofs() -> None:
    trees = stored("merkle.json")["trees"]
    judged = ask(
        "merkle_tree",
        [{"size": tree["size"], "shown": [shown["index"] for shown in tree["proofs"]]} for tree in trees],
    )
    assert [tree["root"] for tree in trees] == [answer["root"] for answer in judged]
    for tree, answer in zip(trees, judged, strict=True):
        ours = [{"leaf": shown["leaf"], "proof": shown["proof"]} for shown in tree["proofs"]]
        assert ours == answer["proofs"]


def test_ethers_makes_the_same_item_ids() -> None:
    items = stored("identity.json")["items"]
    judged = ask("item_id", [{key: item[key] for key in ("brand", "gtin", "serial")} for item in items])
    assert [{key: item[key] for key in ("path", "pathHash", "itemId")} for item in items] == judged


def test_bwip_js_takes_every_link_and_label() -> None:
    items = stored("identity.json")["items"]
    assert set(ask("digital_link", [item[key] for item in items for key in ("link", "label")])) == {""}


def test_node_derives_the_same_claim_keys_and_ethers_the_same_addresses() -> None:
    claims = stored("claim_codes.json")["claims"]
    judged = ask("claim_key", [{key: claim[key] for key in ("code", "activationHalf", "itemId")} for claim in claims])
    assert [{key: claim[key] for key in ("privateKey", "address")} for claim in claims] == judged


def test_node_makes_the_same_record_hashes() -> None:
    vectors = stored("records.json")
    judged = ask(
        "record",
        [
            {
                "batchSecret": vectors["batchSecret"],
                "itemId": record["itemId"],
                "fields": [{key: field[key] for key in ("name", "value")} for field in record["fields"]],
            }
            for record in vectors["records"]
        ],
    )
    for record, answer in zip(vectors["records"], judged, strict=True):
        assert record["recordHash"] == answer["recordHash"]
        assert [field["leaf"] for field in record["fields"]] == answer["leaves"]
        assert [field["jcs"] for field in record["fields"]] == answer["jcs"]

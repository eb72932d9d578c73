"""What goes into a kit, what stays, and that making one is all or nothing."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import rfc8785
import rlp

from ledger.bootstrap import build
from ledger.chain.signing import keccak
from ledger.domain.errors import Invalid, LedgerError
from ledger.domain.merkle import Tree
from ledger.files.sealed import read_sealed
from ledger.keeping.vault import Vault
from ledger.services.export_kit_private import purpose
from ledger.services.open_kit_restore import LATE
from ledger.settings import Settings
from ledger.storage.engine import Store
from ledger.storage.exits import CARRIED, MADE_ANEW, STAY
from ledger.storage.migrate import upgrade
from ledger.storage.tables import metadata
from tests.integration.exit.conftest import EMAIL, PRIVATE, Left, shell
from tests.support.world import World, copied_world


def lines(kit: Path, name: str) -> list[dict[str, Any]]:
    with gzip.open(kit / name) as file:
        return [json.loads(line) for line in file]


def raw(text: str) -> bytes:
    return bytes.fromhex(text[2:])


def test_every_table_either_leaves_or_is_made_anew_or_stays_for_a_reason() -> None:
    told = [*CARRIED, *MADE_ANEW, *STAY]
    assert sorted(told) == sorted(metadata.tables)


def test_a_table_leaves_after_those_it_refers_to() -> None:
    order = list(CARRIED)
    for name in order:
        for key in metadata.tables[name].foreign_keys:
            other = key.column.table.name
            assert other in MADE_ANEW or other == name or order.index(other) < order.index(name), (name, other)


def test_no_column_that_names_a_person_leaves() -> None:
    words = {"person", "email", "visitor", "session", "second_email", "contact", "applicant", "proposed_by"}
    for name, emptied in CARRIED.items():
        assert words & set(metadata.tables[name].columns.keys()) <= emptied, name


def test_headers_and_transactions_hash_to_their_names(left: Left) -> None:
    headers = lines(left.whole_kit, "chain/headers.jsonl.gz")
    assert [one["number"] for one in headers] == sorted({one["number"] for one in headers})
    assert all(keccak(raw(one["header"])) == raw(one["hash"]) for one in headers)
    sent = lines(left.whole_kit, "chain/transactions.jsonl.gz")
    assert all(keccak(raw(one["raw"])) == raw(one["hash"]) for one in sent)
    events = lines(left.whole_kit, "chain/events.jsonl.gz")
    assert {one["transaction"] for one in events} == {one["hash"] for one in sent}
    assert {one["block"] for one in events} <= {one["number"] for one in headers}
    assert {"BatchRegistered", "Claimed", "HandedOver", "OwnerReported", "Recorded"} <= {one["name"] for one in events}


def test_checkpoints_vouch_for_the_newest_blocks(left: Left, about: dict[str, Any]) -> None:
    listed = json.loads((left.whole_kit / "checkpoints/000001.json").read_bytes())["blocks"]
    assert about["block"] in listed
    headers = {one["number"]: one["hash"] for one in lines(left.whole_kit, "chain/headers.jsonl.gz")}
    assert all(headers[one["number"]] == one["hash"] for one in listed)
    last = rlp.decode(raw(lines(left.whole_kit, "chain/headers.jsonl.gz")[-1]["header"]))
    assert int.from_bytes(last[8], "big") == max(about["block"]["number"], about["save"]["block"])


def test_public_manifests_lead_to_what_was_registered(left: Left) -> None:
    registered = {
        one["fields"]["batch"]: one["fields"]
        for one in lines(left.whole_kit, "chain/events.jsonl.gz")
        if one["name"] == "BatchRegistered"
    }
    found = [one for one in lines(left.whole_kit, "manifests/index.jsonl.gz") if "batch" in one]
    assert len(found) == len(registered) == 2
    for one in found:
        event = registered[one["batch"]]
        assert "0x" + keccak(bytes.fromhex(one["public"] + one["private"])).hex() == event["manifestHash"]
        head, *rows = lines(left.whole_kit, f"manifests/{one['public']}.gz")
        tree = Tree([bytes.fromhex(row["leaf"]) for row in rows], keccak)
        assert ("0x" + tree.root.hex(), head["count"]) == (event["root"], event["count"])


def test_shown_words_are_there_with_their_salt_and_what_was_not_shown_is_not(left: Left) -> None:
    told = {tuple(sorted(one["words"])): one for one in lines(left.whole_kit, "reports/reports.jsonl.gz")}
    inspection, recall = told["evidence", "text"], told["advice", "reason"]
    assert keccak(raw(inspection["salt"]) + rfc8785.dumps(inspection["words"])) == raw(inspection["commitment"])
    assert recall["salt"] is None, "with the salt whoever guesses the withheld contact could test it"
    assert inspection["words"]["evidence"] == left.evidence


def test_the_sealed_part_opens_with_the_passphrase_and_names_nobody(left: Left) -> None:
    vault = Vault(left.passphrase, (left.whole_kit / "private/secrets/salt").read_bytes())
    tables = {}
    for path in (left.whole_kit / "private/tables").iterdir():
        with path.open("rb") as file:
            tables[path.stem] = list(read_sealed(file, vault, purpose(path.stem)))
    assert set(tables) == set(CARRIED)
    text = json.dumps(tables)
    assert EMAIL not in text
    assert PRIVATE in text, "the brand’s own note, which only the successor can open"
    assert {row["key"] for row in tables["meta"]} >= {"deployment", "checkpoint_key", "relayer_key"}


def test_rows_come_out_as_they_went_in_on_both_databases(left: Left, empty_database: str) -> None:
    upgrade(empty_database)
    store = Store(empty_database)
    vault = Vault(left.passphrase, (left.whole_kit / "private/secrets/salt").read_bytes())
    told = {}
    for name in CARRIED.keys() - {LATE}:
        with (left.whole_kit / f"private/tables/{name}.sealed").open("rb") as file:
            told[name] = list(read_sealed(file, vault, purpose(name)))
    try:
        with store.write() as tx:
            assert tx.exits.is_empty()
            for name in tx.exits.carried():
                assert tx.exits.put(name, told.get(name, [])) == len(told.get(name, []))
        with store.read() as tx:
            assert not tx.exits.is_empty()
            assert {name: list(tx.exits.rows(name)) for name in told} == told
            assert tx.exits.events((-1, -1), 10, 10) == []
    finally:
        store.close()
    assert sum(map(len, told.values())) > 50


def test_rows_that_are_none_are_refused_and_nothing_is_kept(empty_database: str) -> None:
    upgrade(empty_database)
    store = Store(empty_database)
    row = {"prefix": "952123", "organisation": "org_nobody"}

    def put(name: str, rows: list[dict[str, Any]]) -> None:
        with store.write() as tx:
            tx.exits.put("meta", [{"key": "deployment", "value": {}}])
            tx.exits.put(name, rows)

    for name, rows in (("prefixes", [row]), ("prefixes", [{"of": 1}]), ("reports", [{"commitment": "no hex"}])):
        with pytest.raises(LedgerError):
            put(name, rows)
        with store.read() as tx:
            assert tx.exits.is_empty()
    with pytest.raises(Invalid, match="no table that leaves"):
        put("people", [])
    store.close()


@pytest.fixture(scope="module")
def running(
    sources: Callable[[str], tuple[Path, str | None]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    with copied_world(sources("sqlite")[0], tmp_path_factory.mktemp("running"), None) as world:
        yield world


def test_a_dry_run_says_how_large_and_writes_nothing(running: World, tmp_path: Path) -> None:
    environment = {"TOUCHMARK_NODE_URL": running.node.url}
    with running.ledger.store.read() as tx:
        before = tx.proven_blocks.page(-1, 10)
    target = tmp_path / "kit.tar"
    told = json.loads(shell(running.settings.data, "export", str(target), "--dry-run", "--json", **environment).stdout)
    assert list(tmp_path.iterdir()) == []
    with running.ledger.store.read() as tx:
        assert tx.proven_blocks.page(-1, 10) == before
    made = json.loads(shell(running.settings.data, "export", str(target), "--json", **environment).stdout)
    # The checkpoint that vouches for the newest block is the one thing that a dry run does not make.
    assert abs(made["bytes"] - told["bytes"]) < 2_000
    assert told["counts"]["events"] == made["counts"]["events"] > 0


def test_what_is_there_is_never_written_over(running: World, tmp_path: Path) -> None:
    (tmp_path / "kit").write_text("mine")
    told = shell(running.settings.data, "export", str(tmp_path / "kit"), code=1, TOUCHMARK_NODE_URL=running.node.url)
    assert "there already" in told.stderr
    assert (tmp_path / "kit").read_text() == "mine"


@pytest.mark.parametrize("name", ["kit", "kit.tar"])
def test_an_export_that_is_cut_short_leaves_nothing(running: World, tmp_path: Path, name: str) -> None:
    lost = running.ledger.files.path("manifests", running.ledger.files.names("manifests")[0])
    aside = lost.with_suffix(".aside")
    lost.rename(aside)
    try:
        told = shell(
            running.settings.data, "export", str(tmp_path / name), "--with-private", code=3,
            TOUCHMARK_NODE_URL=running.node.url,
        )  # fmt: skip
    finally:
        aside.rename(lost)
    assert "cannot be read" in told.stderr
    assert list(tmp_path.iterdir()) == []


def test_the_same_ledger_gives_the_same_archive(
    running: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ledger.bootstrap.time.time", lambda: 1_900_000_000.0)
    for name in ("one.tar", "two.tar"):
        shell(running.settings.data, "export", str(tmp_path / name), TOUCHMARK_NODE_URL=running.node.url)
    assert (tmp_path / "one.tar").read_bytes() == (tmp_path / "two.tar").read_bytes()


def test_without_a_node_nothing_is_exported(running: World, tmp_path: Path) -> None:
    shell(running.settings.data, "export", str(tmp_path / "kit"), code=3, TOUCHMARK_NODE_URL="http://127.0.0.1:9")
    assert list(tmp_path.iterdir()) == []


def test_what_was_imported_can_be_left_again(left: Left, tmp_path: Path) -> None:
    secret = {"TOUCHMARK_PASSPHRASE": left.passphrase}
    shell(tmp_path / "new", "import-kit", str(left.whole_kit), **secret)
    ledger = build(Settings(data=tmp_path / "new", passphrase=left.passphrase))
    try:
        with ledger.store.read() as tx:
            rows = {name: list(tx.exits.rows(name)) for name in tx.exits.carried()}
    finally:
        ledger.store.close()
    vault = Vault(left.passphrase, (left.whole_kit / "private/secrets/salt").read_bytes())
    for name, found in rows.items():
        with (left.whole_kit / f"private/tables/{name}.sealed").open("rb") as file:
            assert found == list(read_sealed(file, vault, purpose(name))), name

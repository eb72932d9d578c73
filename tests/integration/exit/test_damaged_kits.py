"""Kits that are not what the operator made: each damage is named, and none leaves anything behind."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ledger.chain import signing
from ledger.domain.errors import Conflict, Invalid, LedgerError
from ledger.files.kit_reader import opened_kit
from ledger.files.kit_sums import SIGNATURE, SUMS
from ledger.proof.verify import Tools
from ledger.services.open_kit import CheckedKit, check_kit
from ledger.storage.migrate import current
from tests.integration.exit.conftest import Left, shell

TOOLS = Tools(signing.keccak, signing.signer_of)


def checked(kit: Path, trust: bytes | None) -> CheckedKit:
    with opened_kit(kit) as opened:
        return check_kit(opened, trust, TOOLS)


def names_in(refusal: LedgerError) -> set[str]:
    return {fault.where for fault in refusal.faults}


@contextmanager
def one_byte_changed(path: Path, at: int) -> Iterator[None]:
    raw = path.read_bytes()
    path.write_bytes(raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :])
    try:
        yield
    finally:
        path.write_bytes(raw)


@pytest.fixture(scope="module")
def kit(left: Left, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy to damage; whoever damages it mends it again."""
    copy = tmp_path_factory.mktemp("damaged") / "kit"
    shutil.copytree(left.whole_kit, copy)
    return copy


def test_one_changed_byte_in_any_file_is_named(kit: Path, left: Left) -> None:
    files = [path for path in sorted(kit.rglob("*")) if path.is_file() and path.name not in (SUMS, SIGNATURE)]
    kinds = {path.relative_to(kit).parts[0] for path in files}
    assert kinds >= {
        "README.md",
        "chain",
        "checkpoints",
        "evidence",
        "manifests",
        "private",
        "program",
        "touchmark.json",
    }
    tried = [path for path in files if path.relative_to(kit).parts[0] != "program"] + [
        kit / "program/ledger/proof/verify.py"
    ]
    for path in tried:
        with one_byte_changed(path, path.stat().st_size // 2), pytest.raises(Invalid) as refusal:
            checked(kit, left.trust)
        assert names_in(refusal.value) == {path.relative_to(kit).as_posix()}
    assert checked(kit, left.trust).files == len(files)


@pytest.mark.parametrize("name", [SUMS, SIGNATURE])
def test_a_changed_byte_in_the_list_or_its_signature_is_named(kit: Path, left: Left, name: str) -> None:
    size = (kit / name).stat().st_size
    for at in range(0, size, 1 + size // 25):
        with one_byte_changed(kit / name, at), pytest.raises(LedgerError) as refusal:
            checked(kit, left.trust)
        assert SUMS in refusal.value.detail or "another ledger" in refusal.value.detail


def test_a_missing_file_and_a_foreign_file_are_named(kit: Path, left: Left) -> None:
    (kit / "kit.json").rename(kit / "kit2.json")
    try:
        with pytest.raises(Invalid) as refusal:
            checked(kit, left.trust)
    finally:
        (kit / "kit2.json").rename(kit / "kit.json")
    assert {(one.where, one.what.split()[-1]) for one in refusal.value.faults} == {
        ("kit.json", "missing."),
        ("kit2.json", "SHA256SUMS."),
    }


def test_a_list_that_was_made_anew_over_changed_files_is_not_the_signed_one(
    kit: Path, left: Left, tmp_path: Path
) -> None:
    forged = tmp_path / "forged"
    shutil.copytree(kit, forged)
    with opened_kit(forged) as opened:
        sums = opened.read(SUMS, 1 << 20)
    (forged / "README.md").write_text("Send us your passports.")
    old, new = (hashlib.sha256(path.read_bytes()).hexdigest() for path in (kit / "README.md", forged / "README.md"))
    (forged / SUMS).write_bytes(sums.replace(old.encode(), new.encode()))
    with pytest.raises(Invalid, match="not the one that was signed"):
        checked(forged, left.trust)


def test_a_kit_of_another_ledger_is_refused(kit: Path, left: Left) -> None:
    trust = json.loads(left.trust)
    trust["ledgers"][0]["contract"] = "0x" + "11" * 20
    with pytest.raises(Conflict, match="another ledger"):
        checked(kit, json.dumps(trust).encode())


def test_a_kit_that_another_operators_key_signed_is_refused(kit: Path, left: Left) -> None:
    trust = json.loads(left.trust)
    trust["ledgers"][0]["checkpointSigner"] = "0x" + "22" * 20
    with pytest.raises(Invalid, match="Somebody else signed the kit"):
        checked(kit, json.dumps(trust).encode())


def test_a_tar_that_reaches_outside_or_holds_a_link_is_refused(tmp_path: Path, left: Left) -> None:
    for name, kind in (("touchmark-kit/../../away", tarfile.REGTYPE), ("touchmark-kit/link", tarfile.SYMTYPE)):
        with tarfile.open(tmp_path / "bad.tar", "w") as tar:
            member = tarfile.TarInfo(name)
            member.type, member.linkname = kind, "/etc/passwd"
            tar.addfile(member, io.BytesIO())
        with pytest.raises(Invalid):
            checked(tmp_path / "bad.tar", left.trust)


def test_a_cut_tar_is_refused(tmp_path: Path, left: Left) -> None:
    raw = left.open_kit.read_bytes()
    (tmp_path / "cut.tar").write_bytes(raw[: len(raw) // 2])
    with pytest.raises(LedgerError):
        checked(tmp_path / "cut.tar", left.trust)


def test_the_wrong_passphrase_leaves_nothing_behind(left: Left, tmp_path: Path) -> None:
    data = tmp_path / "new"
    told = shell(data, "import-kit", str(left.whole_kit), code=3, TOUCHMARK_PASSPHRASE="another").stderr
    assert "TOUCHMARK_PASSPHRASE is not the one" in told
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_kit_is_not_imported(kit: Path, left: Left, tmp_path: Path) -> None:
    save = kit / "chain" / "save" / "state.json"
    with one_byte_changed(save, 1000):
        told = shell(tmp_path / "new", "import-kit", str(kit), code=1, TOUCHMARK_PASSPHRASE=left.passphrase).stderr
    assert "chain/save/state.json" in told
    assert list(tmp_path.iterdir()) == []


def test_a_kit_without_its_sealed_part_is_not_imported(left: Left, tmp_path: Path) -> None:
    told = shell(tmp_path / "new", "import-kit", str(left.open_kit), code=1, TOUCHMARK_PASSPHRASE=left.passphrase)
    assert "without its sealed part" in told.stderr
    assert list(tmp_path.iterdir()) == []


def test_an_import_that_fails_halfway_leaves_neither_folder_nor_tables(
    left: Left, tmp_path: Path, empty_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise Conflict("The manifest of a batch does not lead to what was registered.")

    monkeypatch.setattr("ledger.services.restore_batches.restore_batches", fail)
    monkeypatch.setenv("TOUCHMARK_DATABASE_URL", empty_database)
    before = {path.name for path in tmp_path.iterdir()}
    told = shell(tmp_path / "new", "import-kit", str(left.whole_kit), code=1, TOUCHMARK_PASSPHRASE=left.passphrase)
    assert "does not lead" in told.stderr
    assert {path.name for path in tmp_path.iterdir()} - before <= {"empty.db"}
    assert current(empty_database) is None


def test_a_folder_that_holds_something_is_never_imported_into(left: Left, tmp_path: Path) -> None:
    (tmp_path / "touchmark.db").write_text("mine")
    shell(tmp_path, "import-kit", str(left.whole_kit), code=1, TOUCHMARK_PASSPHRASE=left.passphrase)
    assert [path.name for path in tmp_path.iterdir()] == ["touchmark.db"]

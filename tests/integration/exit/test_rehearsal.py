"""The operator is gone: no database, no files, no node. What a stranger can do with the kit alone, and a successor."""

from __future__ import annotations

import gzip
import json
import re
import shlex
import socket
import subprocess
import sys
import tarfile
import time
from pathlib import Path

import pytest

from ledger.chain.anvil import anvil_binary
from ledger.chain.local_node import LocalNode
from ledger.chain.rpc import Rpc
from ledger.domain.errors import Unavailable
from ledger.settings import Settings
from tests.integration.exit.conftest import EMAIL, PRIVATE, REPORT, Left, seen, shell
from tests.support.world import World


@pytest.fixture
def stranger(left: Left, tmp_path: Path) -> Path:
    """An empty folder with the unpacked kit, the passports that people had, and the trust list that somebody kept."""
    assert not left.gone.exists()
    with tarfile.open(left.open_kit) as tar:
        # Debian 12’s Python has no filters yet; what is unpacked here was packed here.
        tar.extractall(tmp_path, **({"filter": "data"} if hasattr(tarfile, "data_filter") else {}))
    for name, raw in left.passports.items():
        (tmp_path / f"{name}.json").write_bytes(raw)
    (tmp_path / "kept.json").write_bytes(left.trust)
    return tmp_path


def alone(folder: Path, *line: str, code: int = 0) -> str:
    """A fresh process in the stranger's folder with the kit's own program, and nothing of this checkout."""
    kit = folder / "touchmark-kit"
    # Compiled files beside the program would be foreign files in the kit; an installation writes none there.
    env = {"PYTHONPATH": str(kit / "program"), "PYTHONDONTWRITEBYTECODE": "1", "HOME": str(folder), "NO_COLOR": "1"}
    done = subprocess.run(
        [sys.executable, *line], cwd=folder, env=env, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout


def test_the_kits_own_program_is_what_the_stranger_runs(stranger: Path) -> None:
    told = alone(stranger, "-c", "import ledger, ledger.proof.verify; print(ledger.__file__)")
    assert told.strip() == str(stranger / "touchmark-kit" / "program" / "ledger" / "__init__.py")


def test_every_file_is_as_listed_by_sha256sum_and_the_list_is_signed(stranger: Path) -> None:
    kit = stranger / "touchmark-kit"
    subprocess.run(["sha256sum", "--check", "--quiet", "--strict", "SHA256SUMS"], cwd=kit, check=True, timeout=60)
    listed = {line.split("  ", 1)[1] for line in (kit / "SHA256SUMS").read_text().splitlines()}
    there = {path.relative_to(kit).as_posix() for path in kit.rglob("*") if path.is_file()}
    assert there - listed == {"SHA256SUMS", "SHA256SUMS.sig.json"}
    told = alone(stranger, "-m", "ledger.cli", "check-kit", "touchmark-kit", "--trust", "kept.json")
    assert "each as it was when the kit was made" in told


@pytest.mark.parametrize("name", ["early", "stolen", "untouched", "inspected"])
def test_passports_hold_by_the_kits_checkpoint(stranger: Path, name: str) -> None:
    checkpoint = "touchmark-kit/checkpoints/000001.json"
    line = ["verify", f"{name}.json", "--trust", "touchmark-kit/touchmark.json", "--checkpoint", checkpoint]
    assert "level 3 of 3" in alone(stranger, "-m", "ledger.cli", *line)


def test_the_chain_starts_from_the_kit_as_its_readme_says_and_passports_hold_by_it(stranger: Path) -> None:
    text = (stranger / "touchmark-kit" / "README.md").read_text()
    command = re.search(r"^    (anvil --load-state .*)$", text, re.MULTILINE)
    assert command is not None
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    words = shlex.split(command[1].replace("8545", str(port)))
    node = subprocess.Popen(
        [str(anvil_binary()), *words[1:], "--quiet"],
        cwd=stranger / "touchmark-kit",
        env={"HOME": str(stranger)},
        stdout=subprocess.DEVNULL,
    )
    try:
        _await(f"http://127.0.0.1:{port}")
        for name in ("early", "stolen", "untouched", "inspected"):
            line = ["verify", f"{name}.json", "--trust", "kept.json", "--rpc", f"http://127.0.0.1:{port}"]
            told = alone(stranger, "-m", "ledger.cli", *line)
            assert "level 3 of 3" in told
            assert ("has gone on" in told) is (name == "early")
    finally:
        node.terminate()
        node.wait(10)


@pytest.mark.parametrize("name", ["stolen", "inspected"])
def test_whoever_knows_gtin_and_serial_makes_a_passport_from_the_kit(left: Left, stranger: Path, name: str) -> None:
    item = json.loads(left.passports[name])["item"]
    line = ["kit-passport", str(left.open_kit), item["gtin"], item["serial"], "-o", str(stranger / "made.json")]
    shell(stranger / "no-ledger", *line, "--trust", str(stranger / "kept.json"))
    made, theirs = json.loads((stranger / "made.json").read_bytes()), json.loads(left.passports[name])
    assert (made["head"], made["statements"], made["batch"]) == (theirs["head"], theirs["statements"], theirs["batch"])
    assert [list(one) for one in made["record"]["fields"]] == [["withheld"]]
    checkpoint = "touchmark-kit/checkpoints/000001.json"
    line = ["verify", "made.json", "--trust", "kept.json", "--checkpoint", checkpoint]
    assert "level 3 of 3" in alone(stranger, "-m", "ledger.cli", *line)


def test_of_an_untouched_item_a_stranger_learns_nothing_and_is_told_so(left: Left, tmp_path: Path) -> None:
    item = json.loads(left.passports["untouched"])["item"]
    for serial in (item["serial"], "NEVERMADE"):
        line = ["kit-passport", str(left.open_kit), item["gtin"], serial, "-o", str(tmp_path / "made.json")]
        told = shell(tmp_path, *line, code=1).stderr
        assert "does not say that there is none" in " ".join(told.split())
    assert list(tmp_path.iterdir()) == []


def _await(url: str) -> None:
    deadline = time.monotonic() + 30
    with Rpc(url, timeout=2) as rpc:
        while True:
            try:
                rpc.chain_id()
            except Unavailable:
                assert time.monotonic() < deadline
                time.sleep(0.1)
            else:
                return


def test_shown_evidence_is_found_by_its_hash_and_no_other(stranger: Path, left: Left) -> None:
    kept = {path.stem for path in (stranger / "touchmark-kit" / "evidence").glob("*.jpg")}
    assert kept == set(left.evidence)


def test_a_ledger_made_of_the_kit_answers_every_scan_as_the_old_one(
    left: Left, tmp_path: Path, empty_database: str, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, url = tmp_path / "new", None if database == "sqlite" else empty_database
    if url is not None:
        monkeypatch.setenv("TOUCHMARK_DATABASE_URL", url)
    shell(data, "import-kit", str(left.whole_kit), TOUCHMARK_PASSPHRASE=left.passphrase)
    with LocalNode(data) as node:
        world = World(Settings(data=data, passphrase=left.passphrase, node_url=node.url, database_url=url), node)
        world.settle()
        try:
            assert {pair: seen(world.ledger, *pair) for pair in left.verdicts} == left.verdicts
        finally:
            world.close()
        shell(data, "audit", TOUCHMARK_PASSPHRASE=left.passphrase, TOUCHMARK_NODE_URL=node.url)
        new = tmp_path / "again.json"
        item = json.loads(left.passports["stolen"])["item"]
        shell(
            data, "passport", item["gtin"], item["serial"], "-o", str(new),
            TOUCHMARK_PASSPHRASE=left.passphrase, TOUCHMARK_NODE_URL=node.url,
        )  # fmt: skip
        (tmp_path / "kept.json").write_bytes(left.trust)
        shell(data, "verify", str(new), "--trust", str(tmp_path / "kept.json"), "--rpc", node.url)


def test_nothing_in_any_kit_names_a_person_or_shows_what_is_private(left: Left, stranger: Path) -> None:
    looked = 0
    for kit in (left.whole_kit, stranger / "touchmark-kit"):
        for path in kit.rglob("*"):
            if path.is_file() and not path.is_relative_to(kit / "program"):
                raw = path.read_bytes()
                plain = gzip.decompress(raw) if path.suffix == ".gz" else raw
                assert EMAIL.encode() not in plain, path
                assert PRIVATE.encode() not in plain, path
                looked += REPORT.encode() in plain
    assert looked == 2, "the words that everybody saw are there once in each kit"

"""`touchmark verify`, as a stranger runs it: files, a node, a checkpoint, and every way in which these can be bad."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from ledger.cli import root
from ledger.services.make_passport import make_passport
from ledger.services.publish_trust import checkpoint, trust_list
from tests.integration.story.test_custody_story import owned
from tests.support.bad_proxy import MODES, BadProxy
from tests.support.world import World


class Stranger:
    """Somebody with three files and no ledger."""

    def __init__(self, world: World, folder: Path) -> None:
        card = owned(world)
        self.world, self.folder = world, folder
        self.passport = self._keep("passport.json", make_passport(world.ledger, card.gtin, card.serial))
        self.trust = self._keep("touchmark.json", trust_list(world.ledger))
        self.checkpoint = self._keep("checkpoint.json", checkpoint(world.ledger))

    def run(self, *line: str, code: int) -> Result:
        result = CliRunner(env={"TOUCHMARK_DATA": str(self.folder / "nothing")}).invoke(root, ["verify", *line])
        assert result.exit_code == code, f"{line}: {result.exit_code}\n{result.stdout}\n{result.stderr}"
        return result

    def told(self, *line: str, code: int) -> Any:
        return json.loads(self.run(*line, "--json", code=code).stdout)

    def _keep(self, name: str, content: bytes) -> str:
        path = self.folder / name
        path.write_bytes(content)
        return str(path)


@pytest.fixture
def stranger(sqlite_world: World, tmp_path: Path) -> Stranger:
    return Stranger(sqlite_world, tmp_path)


@pytest.fixture
def proxy(stranger: Stranger) -> Iterator[BadProxy]:
    with closing(BadProxy(stranger.world.node.url)) as between:
        yield between


def test_every_step_has_its_line_and_the_exit_code_its_meaning(stranger: Stranger) -> None:
    out = stranger.run(stranger.passport, "--trust", stranger.trust, code=0).stdout
    assert [line.split()[0] for line in out.splitlines()[:15]] == [str(number) for number in range(1, 16)]
    assert "level 2 of 3" in out
    assert "nobody was asked" in out.lower()
    assert stranger.told(stranger.passport, code=3)["steps"][1]["outcome"] == "cannot tell"


def test_with_a_node_or_a_checkpoint_the_block_is_the_chains(stranger: Stranger) -> None:
    for ask in (("--rpc", stranger.world.node.url), ("--checkpoint", stranger.checkpoint)):
        told = stranger.told(stranger.passport, "--trust", stranger.trust, *ask, code=0)
        assert (told["level"], told["outcome"]) == (3, "holds")
        assert "operator" in told["steps"][-1]["said"]


@pytest.mark.parametrize("mode", MODES)
def test_a_node_that_misbehaves_says_nothing_against_the_file(stranger: Stranger, proxy: BadProxy, mode: str) -> None:
    proxy.misbehave(mode)
    told = stranger.told(stranger.passport, "--trust", stranger.trust, "--rpc", proxy.url, code=3)
    assert (told["level"], told["steps"][-1]["step"], told["steps"][-1]["outcome"]) == (2, "live", "cannot tell")


def test_a_changed_word_is_named_with_its_step_what_was_expected_and_what_was_found(stranger: Stranger) -> None:
    path = Path(stranger.passport)
    path.write_bytes(path.read_bytes().replace(b'"black"', b'"brown"'))
    told = stranger.told(stranger.passport, "--trust", stranger.trust, code=2)
    last = told["steps"][-1]
    assert (last["number"], last["step"]) == (4, "record")
    assert last["expected"] != last["found"]
    assert "expected 0x" in stranger.run(stranger.passport, "--trust", stranger.trust, code=2).stdout


def test_a_trust_list_or_checkpoint_that_is_none_is_no_word_against_the_file(stranger: Stranger) -> None:
    bad = stranger.folder / "bad.json"
    for content in (b"", b"{}", b"[" * 10_000, b'{"format":"touchmark-trust/1","format":"x","ledgers":[]}', b"\xff"):
        bad.write_bytes(content)
        assert "cannot be read" in str(stranger.told(stranger.passport, "--trust", str(bad), code=3)) or (
            "is not one" in str(stranger.told(stranger.passport, "--trust", str(bad), code=3))
        )
        stranger.run(stranger.passport, "--trust", stranger.trust, "--checkpoint", str(bad), code=3)
    stranger.run(str(stranger.folder / "missing.json"), code=3)
    stranger.run(stranger.passport, "--rpc", "ftp://nowhere", code=3)


def test_a_line_that_is_not_understood_is_not_taken_for_a_contradiction(stranger: Stranger) -> None:
    stranger.run(stranger.passport, "--nonsense", code=64)
    stranger.run(stranger.passport, "--rpc", "http://127.0.0.1:1", "--checkpoint", "x", code=64)
    stranger.run(code=64)


def test_of_many_files_the_worst_counts_and_each_has_its_answer(stranger: Stranger) -> None:
    bad = stranger.folder / "bad.json"
    bad.write_bytes(Path(stranger.passport).read_bytes()[:-1])
    files = [stranger.passport] * 20
    told = stranger.told(*files, str(bad), "--trust", stranger.trust, code=2)
    assert [one["outcome"] for one in told["reports"]] == ["holds"] * 20 + ["contradicts"]


def test_nothing_is_opened_but_the_files_that_were_named(stranger: Stranger) -> None:
    """In a process of its own that has no network and no ledger."""
    line = [stranger.passport, "--trust", stranger.trust, "--checkpoint", stranger.checkpoint]
    script = (
        "import socket, sys\n"
        "def refuse(*_, **__): raise AssertionError('the network was used')\n"
        "socket.socket.connect = refuse\n"
        "socket.getaddrinfo = refuse\n"
        "from ledger.cli import main\n"
        "main()\n"
    )
    environment = {**os.environ, "TOUCHMARK_DATA": str(stranger.folder / "nothing"), "PYTHONPATH": str(Path.cwd())}
    done = subprocess.run(
        [sys.executable, "-c", script, "verify", *line],
        capture_output=True,
        text=True,
        env=environment,
        cwd=stranger.folder,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert not (stranger.folder / "nothing").exists()

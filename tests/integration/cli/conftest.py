"""A ledger with a real Anvil and a running worker, one for each module, and the command line over it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from ledger.bootstrap import build, deploy_once, migrate
from ledger.chain.local_node import LocalNode
from ledger.cli import root
from ledger.cli.sent import worker_runs
from ledger.services.follow_chain import NODE_SEEN
from ledger.services.ports import Ledger
from ledger.settings import Settings

GTIN = "09521234543213"


@dataclass(frozen=True, slots=True)
class Shell:
    """`touchmark` on one data folder."""

    settings: Settings
    ledger: Ledger
    node: LocalNode
    folder: Path
    worker: int
    """The worker's process id."""

    def run(self, *line: str, input: str | None = None, code: int = 0, **environment: str) -> Result:
        """The outcome of a command that has to end with `code`."""
        runner = CliRunner(env={"TOUCHMARK_NODE_URL": self.node.url, **environment})
        result = runner.invoke(root, ["--data", str(self.settings.data), *line], input=input, catch_exceptions=False)
        assert result.exit_code == code, f"{line}: {result.exit_code}\n{result.stdout}\n{result.stderr}"
        return result

    def json(self, *line: str, code: int = 0, **environment: str) -> Any:
        """The one JSON document of a command."""
        result = self.run(*line, "--json", code=code, **environment)
        assert result.stderr == ""
        return json.loads(result.stdout)

    @contextmanager
    def without_worker(self) -> Iterator[None]:
        """The worker stands still inside, between two of its transactions."""
        with self.ledger.store.write():
            os.kill(self.worker, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(self.worker, signal.SIGCONT)

    def file(self, name: str, text: str) -> str:
        """A text file outside the ledger's folder."""
        path = self.folder / name
        path.write_text(text)
        return str(path)


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    """A deployed ledger whose worker runs."""
    folder = tmp_path_factory.mktemp("cli")
    data = folder / "data"
    with LocalNode(data) as node:
        settings = Settings(data=data, node_url=node.url)
        migrate(settings)
        ledger = build(settings)
        deploy_once(ledger, settings, local=True)
        worker = _worker(settings, folder / "worker.log")
        try:
            _await_worker(ledger, worker, folder / "worker.log")
            yield Shell(settings, ledger, node, folder, worker.pid)
        finally:
            worker.terminate()
            assert worker.wait(30) == 0


def _worker(settings: Settings, log: Path) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "TOUCHMARK_DATA": str(settings.data), "TOUCHMARK_NODE_URL": str(settings.node_url)}
    with log.open("wb") as out:
        return subprocess.Popen([sys.executable, "-m", "ledger.cli", "worker"], env=environment, stdout=out, stderr=out)


def _await_worker(ledger: Ledger, worker: subprocess.Popen[bytes], log: Path) -> None:
    """Until the worker has its lease and has heard the node."""
    deadline = time.monotonic() + 180
    heard = None
    while heard is None or not worker_runs(ledger):
        assert worker.poll() is None, log.read_text()
        assert time.monotonic() < deadline, f"the worker does not start: {log.read_text()}"
        time.sleep(0.05)
        with ledger.store.read() as tx:
            heard = tx.meta.get(NODE_SEEN)


@dataclass(frozen=True, slots=True)
class Story:
    """What the first commands have made: a brand, an authenticator, and items on sale with their codes."""

    batch: str
    items: list[dict[str, str]]


@pytest.fixture(scope="module")
def story(shell: Shell) -> Story:
    """From nothing to a registered batch of ten, by the command line alone."""
    shell.run(
        "org", "add", "--slug", "maison", "--name", "Maison Exemple", "--role", "brand", "--domain", "maison.example",
        "--prefix", "952123", "--since", "2024-01-01",
    )  # fmt: skip
    shell.run(
        "org", "add", "--slug", "luxcheck", "--name", "Lux Check", "--role", "authenticator", "--domain", "lux.example"
    )
    shell.run("org", "accredit", "luxcheck", "--wait")
    rows = "\n".join(f"{GTIN};;Sac Lune 25;black" for _ in range(10))
    made = shell.json(
        "import", shell.file("items.csv", f"gtin;serial;model_ref;colour\n{rows}\n"), "--org", "maison", "--yes"
    )
    batch = made["batch"]["id"]
    cards = str(shell.folder / "cards.csv")
    shell.run("cards", batch, "--out", cards, "--csv")
    shell.run("cards", batch, "--out", cards, "--confirm", "--yes", "--wait")
    lines = Path(cards).read_text(encoding="utf-8-sig").splitlines()
    names = lines[0].split(",")
    items = [dict(zip(names, line.split(","), strict=True)) for line in lines[1:]]
    pairs = [part for item in items for part in (item["gtin"], item["serial"])]
    shell.run("activate", *pairs, "--org", "maison")
    return Story(batch, items)

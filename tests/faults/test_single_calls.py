"""Each single system call of a registration and of a save fails once: refused or done, never half, and then it works.

After transparency-dev/tessera's integration/fault: the calls of one act are counted, then the act is run again for
each of them with that call failing. Needs strace; all of them in the long run, a few in the gate.
"""

from __future__ import annotations

import io
import json
import random
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import text

from ledger.bootstrap import build
from ledger.chain.saves import newest_whole
from ledger.services import import_items
from ledger.settings import Settings
from ledger.worker import run_jobs_once
from tests.support.faults_after import expect_files_and_batches
from tests.support.faults_rig import wait_until
from tests.support.faults_single import BROKEN, REFUSED, register
from tests.support.faults_table import LONG, SEED, figure
from tests.support.world import GTIN, World

CALLS = ("openat", "read", "pread64", "write", "pwrite64", "fsync", "fdatasync", "rename", "unlink", "mkdir", "close")
ERRORS = {"write": "ENOSPC", "pwrite64": "ENOSPC", "openat": "EMFILE", "mkdir": "ENOSPC"}
IN_GATE = 3

pytestmark = pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")


@dataclass
class Server:
    """The process that forks for each act."""

    process: subprocess.Popen[str]
    folder: Path
    count: int = 0
    broken: list[str] = field(default_factory=list)
    """Acts that ended neither well nor in a sentence."""

    def run(self, inject: str | None, **told: str) -> tuple[int, Counter[str]]:
        """One act, traced, with a failing call: its exit code, and how often it made each call."""
        self.count += 1
        go, trace, log = (self.folder / f"{self.count}.{kind}" for kind in ("go", "trace", "log"))
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps({**told, "go": str(go), "trace": str(trace)}) + "\n")
        self.process.stdin.flush()
        child = int(self.process.stdout.readline())
        wait_until(go.with_suffix(".ready").exists, "the act is ready")
        command = ["strace", "-f", "-qq", "-p", str(child), "-o", str(log), "-e", f"trace={','.join(CALLS)}"]
        tracer = subprocess.Popen(
            [*command, *(["-e", f"inject={inject}"] if inject else [])], stderr=subprocess.DEVNULL
        )
        status = Path(f"/proc/{child}/status")
        wait_until(lambda: not re.search(r"TracerPid:\t0\n", status.read_text()), "strace is attached", 30)
        go.touch()
        code = int(self.process.stdout.readline())
        tracer.wait(30)
        if code == BROKEN:
            self.broken.append(f"{told['act']} with {inject}: {trace.read_text()[-600:]}")
        return code, Counter(re.findall(r"^\d+ +(\w+)\(", log.read_text(), re.MULTILINE))


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    folder = tmp_path / "acts"
    folder.mkdir()
    command = [sys.executable, "-m", "tests.support.faults_single"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield Server(process, folder)
        finally:
            process.kill()


def faults(counts: Counter[str], name: str) -> list[str]:
    """Every call, or a few drawn from the seed, as strace takes them."""
    every = [f"{call}:error={ERRORS.get(call, 'EIO')}:when={n}" for call in CALLS for n in range(1, counts[call] + 1)]
    return every if LONG else random.Random(f"{SEED} {name}").sample(every, IN_GATE)


def test_every_single_call_of_a_registration_may_fail(sqlite_world: World, server: Server, tmp_path: Path) -> None:
    world = sqlite_world
    caller = world.caller("maison")
    rows = f"gtin;serial;model_ref\n{GTIN};;Sac\n{GTIN};;Sac two\n"
    sent = import_items.upload(world.ledger, caller, "a.csv", io.BytesIO(rows.encode()))
    assert run_jobs_once(world.ledger)
    batch = import_items.confirm(world.ledger, caller, sent.id).id
    world.ledger.store.close()
    told: dict[str, Any] = {"act": "register", "batch": batch, "url": world.node.url}

    def fresh(number: int) -> Path:
        folder = tmp_path / f"data{number}"
        shutil.copytree(world.settings.data, folder, ignore=shutil.ignore_patterns("node", "logs"))
        return folder

    code, counts = server.run(None, **told, folder=str(fresh(0)))
    assert code == 0
    codes = Counter[int]()
    for number, fault in enumerate(tried := faults(counts, "register"), start=1):
        folder = fresh(number)
        code, _ = server.run(fault, **told, folder=str(folder))
        codes[code] += 1
        _mend(folder, batch, code)
        shutil.rmtree(folder)
    # Reading fails in places that have no sentence for it; the API then says that it is our fault (500).
    ends = f"refused {codes[REFUSED]}, done all the same {codes[0]}, our fault {codes[BROKEN]}"
    figure("single syscall failure", f"a registration: k/k faults, corrupt 0 ({ends})", faults=len(tried))


def _mend(folder: Path, batch: str, code: int) -> None:
    """Nothing is damaged; the same once more comes to its end, and is whole."""
    ledger = build(Settings(data=folder))
    with ledger.store.read() as tx:
        assert tx.connection.scalar(text("PRAGMA integrity_check")) == "ok"  # type: ignore[attr-defined]
        assert tx.connection.execute(text("PRAGMA foreign_key_check")).first() is None  # type: ignore[attr-defined]
    if code == 0:
        with ledger.store.read() as tx:
            assert tx.batches.get(batch).statement is not None  # type: ignore[union-attr]
    else:
        with ledger.store.write() as tx:
            # The minute that a job is left alone whose worker could not even say that it gave up.
            tx.connection.execute(text("UPDATE jobs SET beat_at = 0 WHERE state = 'running'"))  # type: ignore[attr-defined]
        register(ledger, batch)
    expect_files_and_batches(SimpleNamespace(ledger=ledger))  # type: ignore[arg-type]
    ledger.store.close()


def test_every_single_call_of_a_save_may_fail(worlds: Callable[[str], World], server: Server, tmp_path: Path) -> None:
    world = worlds("sqlite")
    saves = world.settings.data / "node" / "saves"
    told = {"act": "save", "url": world.node.url}

    def fresh(number: int) -> Path:
        return Path(shutil.copytree(saves, tmp_path / f"saves{number}"))

    code, counts = server.run(None, **told, folder=str(fresh(0)))
    assert code == 0
    before = newest_whole(saves)
    assert before is not None
    codes = Counter[int]()
    for number, fault in enumerate(tried := faults(counts, "save"), start=1):
        folder = fresh(number)
        code, _ = server.run(fault, **told, folder=str(folder))
        codes[code] += 1
        found = newest_whole(folder)
        assert found is not None
        assert found.generation == before.generation + 1 if code == 0 else found.generation >= before.generation
        shutil.rmtree(folder)
    assert not server.broken, "\n".join(server.broken)
    figure(
        "single syscall failure",
        f"a save of the local chain: k/k faults, corrupt 0 (refused {codes[REFUSED]}, done all the same {codes[0]})",
        faults=len(tried),
    )

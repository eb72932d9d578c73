"""`touchmark serve` as a person runs it: started, watched from outside, stopped as Ctrl-C stops it."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx

ROOT: Final = Path(__file__).resolve().parents[2]
STORY: Final = ROOT / "scripts" / "demo" / "tell.py"
PATIENCE: Final = 240
_MARKS: Final = {"worker": ("ledger.cli", "worker"), "web": ("gunicorn",), "node": ("--port", "--no-mining")}


def wait_until(done: Callable[[], Any], what: str, seconds: float = 60) -> Any:
    """What `done` gives, as soon as it is true; fails with `what` after `seconds`."""
    deadline = time.monotonic() + seconds
    while not (found := done()):
        assert time.monotonic() < deadline, f"{what}: not within {seconds} seconds"
        time.sleep(0.1)
    return found


@dataclass(frozen=True)
class Process:
    """One process as /proc shows it; `started` tells it from a later one with the same number."""

    pid: int
    parent: int
    started: int
    arguments: tuple[str, ...]

    def runs(self) -> bool:
        """Whether it still does."""
        return any(one.pid == self.pid and one.started == self.started for one in all_processes())


def all_processes() -> Iterator[Process]:
    """Every process that runs (proc(5))."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            arguments = (folder / "cmdline").read_bytes().decode(errors="replace").rstrip("\0").split("\0")
        except OSError:
            continue
        if fields[0] not in "ZX":
            yield Process(int(folder.name), int(fields[1]), int(fields[19]), tuple(arguments))


class Running:
    """A ledger in a folder, served on a port."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.folder = folder
        self.output = folder.with_suffix(".out")
        self._command = [sys.executable, "-m", "ledger.cli", "serve", "--data", str(folder), *options]
        self._process: subprocess.Popen[bytes] | None = None
        self.address = ""

    def start(self) -> float:
        """Start it and wait for “ready”; the seconds that took."""
        begun = time.monotonic()
        environment = {name: value for name, value in os.environ.items() if not name.startswith("TOUCHMARK_")}
        with self.output.open("wb") as out:
            self._process = subprocess.Popen(
                self._command,
                cwd=ROOT,
                env=environment | {"PYTHONUNBUFFERED": "1"},
                stdout=out,
                stderr=out,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        found = wait_until(self._ready, "ready", PATIENCE)
        self.address = found[1]
        return time.monotonic() - begun

    def _ready(self) -> re.Match[str] | None:
        assert self._process is not None
        assert self._process.poll() is None, f"it ended:\n{self.said()}"
        return re.search(r"^ready (http://\S+)$", self.said(), re.MULTILINE)

    def said(self) -> str:
        """All that it printed since its start."""
        return self.output.read_text(errors="replace")

    def family(self) -> list[Process]:
        """It and every process under it."""
        assert self._process is not None
        everyone = list(all_processes())
        known, found = {self._process.pid}, [one for one in everyone if one.pid == self._process.pid]
        while more := [one for one in everyone if one.parent in known and one.pid not in known]:
            found += more
            known |= {one.pid for one in more}
        return found

    def part(self, name: str) -> Process:
        """Its worker, web server or node: the process that it started itself."""
        assert self._process is not None
        for one in self.family():
            if one.parent == self._process.pid and all(mark in one.arguments for mark in _MARKS[name]):
                return one
        raise AssertionError(f"there is no {name} among {[one.arguments[:6] for one in self.family()]}")

    def interrupt(self) -> int:
        """Ctrl-C; its exit code. Fails where it does not end."""
        assert self._process is not None
        self._process.send_signal(signal.SIGINT)
        return self._process.wait(60)

    def end(self) -> None:
        """End it whatever happens, for the sake of the next test."""
        if self._process is None or self._process.poll() is not None:
            return
        left = self.family()
        try:
            self.interrupt()
        except subprocess.TimeoutExpired:
            for one in left:
                if one.runs():
                    os.kill(one.pid, signal.SIGKILL)
            self._process.wait(10)

    def demo(self) -> dict[str, Any]:
        """What the story wrote down."""
        kept: dict[str, Any] = json.loads((self.folder / "demo.json").read_text())
        return kept

    def get(self, path: str, accept: str = "application/json") -> httpx.Response:
        """A page of it; `path` may be a whole address of its own."""
        return httpx.get(httpx.URL(self.address).join(path), headers={"Accept": accept}, timeout=10)

    def post(self, path: str, body: dict[str, Any]) -> Any:
        """What it answers to a request that it must not refuse."""
        answer = httpx.post(httpx.URL(self.address).join(path), json=body, timeout=10)
        assert answer.is_success, answer.text
        return answer.json()

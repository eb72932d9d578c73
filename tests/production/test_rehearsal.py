"""The shape of production as processes: PostgreSQL, two web processes, two workers; killed, and right throughout."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from ledger.domain.batches import Item
from tests.support.postgres import Postgres
from tests.web.stage import Stage, staged

ROOT: Final = Path(__file__).resolve().parents[2]
TOKEN: Final = "the-monitor-of-the-rehearsal"
SERIAL: Final = "REHEARSED-ITEM"
PATIENCE: Final = 240


def wait_for(found: Callable[[], Any], what: str) -> Any:
    """What `found` gives as soon as it is true."""
    deadline = time.monotonic() + PATIENCE
    while not (value := found()):
        assert time.monotonic() < deadline, f"{what}: not within {PATIENCE} seconds"
        time.sleep(0.1)
    return value


@dataclass
class House:
    """Everything that runs."""

    stage: Stage
    item: Item
    address: str
    environment: dict[str, str]
    folder: Path
    web: subprocess.Popen[bytes] | None = None
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self, name: str, *line: str) -> subprocess.Popen[bytes]:
        with (self.folder / f"{name}.log").open("ab") as out:
            return subprocess.Popen(
                [sys.executable, "-m", *line], cwd=ROOT, env=self.environment, stdout=out, stderr=out,
                stdin=subprocess.DEVNULL,
            )  # fmt: skip

    def start_worker(self) -> None:
        self.workers.append(self.start(f"worker{len(self.workers)}", "ledger.cli", "worker"))

    def get(self, path: str, **headers: str) -> httpx.Response:
        return httpx.get(self.address + path, headers={"Accept": "application/json", **headers}, timeout=30)

    def figures(self) -> dict[str, float]:
        text = self.get("/metrics", Authorization=f"Bearer {TOKEN}").text
        return {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in text.splitlines() if line[0] != "#"}

    def active(self) -> int | None:
        """The process id of the worker that holds the lease."""
        for name in self.figures():
            if match := re.fullmatch(r'touchmark_lease_seconds\{holder="[^":]*:(\d+):\w+"\}', name):
                return int(match[1])
        return None

    def ready(self) -> bool:
        try:
            return self.get("/readyz").status_code == 200
        except httpx.TransportError:
            return False

    def verdict(self) -> str:
        answer = self.get(f"/01/{self.item.gtin}/21/{self.item.serial}")
        assert answer.status_code == 200, answer.text
        return str(answer.json()["verdict"])

    def say_something(self, key: str, nth: int) -> str:
        """A statement through the interface; its id."""
        answer = httpx.post(
            f"{self.address}/v1/anchors", json={"sha256": f"{nth:064x}"}, timeout=30,
            headers={"Authorization": f"Bearer {key}"},
        )  # fmt: skip
        assert answer.status_code == 202, answer.text
        return str(answer.json()["id"])

    def is_final(self, key: str, id: str) -> bool:
        answer = self.get(f"/v1/statements/{id}", Authorization=f"Bearer {key}")
        return answer.status_code == 200 and answer.json()["state"] == "final"


@pytest.fixture(scope="module")
def house(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("rehearsal")
    url = postgres.url(postgres.create())
    with staged(folder / "data", url) as stage:
        [item] = stage.register([{"serial": SERIAL}])
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        environment = {name: value for name, value in os.environ.items() if not name.startswith("TOUCHMARK_")} | {
            "TOUCHMARK_DATA": str(folder / "data"),
            "TOUCHMARK_DATABASE_URL": url,
            "TOUCHMARK_NODE_URL": str(stage.settings.node_url),
            "TOUCHMARK_METRICS_TOKEN": TOKEN,
            "WEB_CONCURRENCY": "2",
            "PYTHONUNBUFFERED": "1",
        }
        made = House(stage, item, f"http://127.0.0.1:{port}", environment, folder)
        made.web = made.start(
            "web", "gunicorn", "--config", "python:ledger.web_server", "--bind", f"127.0.0.1:{port}", "web:create_app()"
        )
        try:
            made.start_worker()
            made.start_worker()
            wait_for(made.ready, "ready")
            yield made
        finally:
            running = [one for one in (made.web, *made.workers) if one.poll() is None]
            for one in running:
                one.terminate()
            for one in running:
                one.wait(60)


def test_a_stand_by_takes_over_and_every_answer_meanwhile_is_right(house: House) -> None:
    key = house.stage.key("maison")
    verdicts: list[str] = []
    trouble: list[BaseException] = []
    stop = threading.Event()

    def ask_on() -> None:
        try:
            while not stop.is_set():
                verdicts.append(house.verdict())
                stop.wait(0.05)
        except (AssertionError, httpx.HTTPError) as error:
            trouble.append(error)

    first = house.say_something(key, 1)
    wait_for(lambda: house.is_final(key, first), "the first statement is final")
    active = wait_for(house.active, "somebody is at work")
    assert active in {one.pid for one in house.workers}
    asking = threading.Thread(target=ask_on)
    asking.start()
    try:
        os.kill(active, signal.SIGKILL)
        next(one for one in house.workers if one.pid == active).wait(10)
        second = house.say_something(key, 2)
        other = wait_for(lambda: (pid := house.active()) and pid != active and pid, "the other takes over")
        assert other in {one.pid for one in house.workers}
        wait_for(lambda: house.is_final(key, second), "what was said meanwhile is final")
    finally:
        stop.set()
        asking.join()
    assert not trouble
    assert verdicts
    assert set(verdicts) == {"unclaimed"}
    assert house.ready()


def test_web_processes_count_together_and_one_that_dies_takes_no_count_along(house: House) -> None:
    assert house.get("/metrics").status_code == 403
    route = 'touchmark_requests_total{method="GET",route="/v1/label-formats",status="200"}'
    before = house.figures().get(route, 0)
    for _ in range(20):
        assert house.get("/v1/label-formats").status_code == 200
    assert house.figures()[route] == before + 20
    assert house.web is not None
    children = Path(f"/proc/{house.web.pid}/task/{house.web.pid}/children").read_text().split()
    assert len(children) == 2
    os.kill(int(children[0]), signal.SIGKILL)

    def renewed() -> bool:
        now = Path(f"/proc/{house.web.pid}/task/{house.web.pid}/children").read_text().split()  # type: ignore[union-attr]
        return len(now) == 2 and children[0] not in now

    wait_for(renewed, "another process in its place")
    wait_for(house.ready, "ready again")
    assert house.figures()[route] >= before + 20
    assert house.verdict() == "unclaimed"


def test_the_limit_holds_over_both_processes(house: House) -> None:
    statuses = [house.get("/v1/nothing-there").status_code for _ in range(3)]
    left = []
    for _ in range(12):
        answer = house.get("/v1/label-formats")
        left.append(int(re.search(r"r=(\d+)", answer.headers["RateLimit"])[1]))  # type: ignore[index]
    # Each answer leaves one less, whichever process gave it; what was asked a minute ago may come free meanwhile.
    assert statuses == [404] * 3
    steps = [before - after for before, after in pairwise(left)]
    assert all(step <= 1 for step in steps)
    assert steps.count(1) >= 8


def test_no_process_has_logged_what_or_who(house: House) -> None:
    key = house.stage.key("maison")
    house.get(f"/01/{house.item.gtin}/21/{SERIAL}?email=anna@example.org", Authorization=f"Bearer {key}")
    with socket.create_connection(house.address.removeprefix("http://").split(":"), 10) as raw:
        raw.sendall(f"GET /01/{SERIAL} HTTP/9.9\r\nX: {key}\r\n\r\n".encode())
        raw.recv(100)
    text = "".join(path.read_text() for path in sorted(house.folder.glob("*.log")))
    for secret in (SERIAL, str(house.item.gtin), key, TOKEN, "anna@", "127.0.0.1", "Maison Exemple"):
        assert secret not in text, next(line for line in text.splitlines() if secret in line)
    events = [json.loads(line) for line in text.splitlines()]
    assert {"/01/<path:_rest>", "/v1/statements/<id>"} <= {one.get("route") for one in events}
    assert all(one.keys() >= {"event", "level", "logger", "at"} for one in events)

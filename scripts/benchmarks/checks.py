"""Checks of platforms, through the production server: a thousand codes at a time, and a hundred thousand as lines.

A thousand are asked again and again, other ones each time, by one platform that waits for each answer. The lines are
sent as one request; the memory is that of the server's processes, beside what they held before.
"""

from __future__ import annotations

import http.client
import itertools
import json
import os
import random
import statistics
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from ledger.domain.batches import Item
from ledger.domain.organisations import Role, Scope
from ledger.services.organisations import add_organisation, issue_key
from scripts.benchmarks.figures import Figure, Plan, median_seconds
from scripts.benchmarks.house import House, house
from scripts.benchmarks.scanning import _OURS, _environment, _server

_AT_ONCE: Final = 1_000
_LIMIT: Final = 1_000.0
"""Milliseconds that a thousand checks may take at the 95th percentile."""
_LINES: Final = "application/x-ndjson"
_WATCHED: Final = 64 * 2**20
"""Bytes by which the server may grow while it answers lines: they are read and answered in pieces."""


def measure(plan: Plan) -> Iterator[Figure]:
    """The figures, one after the other."""
    count = plan.size(20_000, 200_000)
    plan.say(f"a ledger of {count:,} items …")
    with house(plan.folder / "checks") as opened:
        batch = opened.register(count)
        items = _items(opened, batch.id, count)
        add_organisation(opened.ledger, slug="bazar", name="Bazar", role=Role.PLATFORM, domain="bazar.example")
        with opened.ledger.store.read() as tx:
            bazar = tx.organisations.get("bazar")
        assert bazar is not None
        key = issue_key(opened.ledger, bazar.id, "bench", [Scope.CHECK])[1]
        with opened.attended(), _server(_OURS, opened.settings.data, _environment(opened)) as port:
            yield from _thousands(plan, port, key, items)
            yield from _lines(plan, port, key, items)


def _items(opened: House, batch: str, count: int) -> list[Item]:
    found: list[Item] = []
    with opened.ledger.store.read() as tx:
        while len(found) < count and (page := tx.batches.items_page(batch, len(found) - 1, 5_000)):
            found += page
    return found


def _thousands(plan: Plan, port: int, key: str, items: Sequence[Item]) -> Iterator[Figure]:
    rounds = plan.size(20, 60)
    chosen = random.Random(7)
    took: list[float] = []
    one: list[float] = []
    for n in range(rounds + 3):
        plan.say(f"a thousand checks, {n} of {rounds} …")
        body = _json(chosen.sample(items, _AT_ONCE))
        began = time.perf_counter()
        status, answered = _post(port, key, body, "application/json")
        spent = time.perf_counter() - began
        found = json.loads(answered)
        assert (status, found["summary"]) == (200, {"ok": _AT_ONCE, "problems": 0}), answered[:300]
        if n >= 3:
            took.append(spent * 1e3)
            single = _json(chosen.sample(items, 1))
            one.append(1e3 * median_seconds(lambda single=single: _post(port, key, single, "application/json"), 3))
    took.sort()
    size = f"{_AT_ONCE:,} checks in {len(items):,} items"
    for share in (50, 95):
        value = took[min(len(took) - 1, len(took) * share // 100)]
        limit = (_LIMIT, value / _LIMIT, 1.0) if share == 95 else (None, None, None)
        yield Figure(
            f"{size}, p{share}", value, "ms", "its limit" if share == 95 else "", limit[0], limit[1], at_most=limit[2]
        )
    each, alone = statistics.median(took) / _AT_ONCE, statistics.median(one)
    yield Figure("… each of them", each, "ms", "one asked alone", alone, each / alone)


def _lines(plan: Plan, port: int, key: str, items: Sequence[Item]) -> Iterator[Figure]:
    count = plan.size(20_000, 100_000)
    plan.say(f"{count:,} lines …")
    body = b"".join(_line(one) for one in itertools.islice(itertools.cycle(items), count))
    before = _memory(port)
    peak, ended = [before], threading.Event()

    def watch() -> None:
        while not ended.wait(0.1):
            peak.append(_memory(port))

    watching = threading.Thread(target=watch, daemon=True)
    watching.start()
    began = time.perf_counter()
    status, lines, first, wrong = _stream(port, key, body, began)
    spent = time.perf_counter() - began
    ended.set()
    watching.join()
    assert (status, lines, wrong) == (200, count, 0), (status, lines, wrong)
    yield Figure(f"{count:,} codes as lines", count / spent, "/s")
    yield Figure("… until the first answer", 1e3 * first, "ms")
    grown = (max(peak) - before) / 2**20
    limit = _WATCHED / 2**20
    yield Figure("… memory that the server grew by", grown, "MiB", "its limit", limit, grown / limit, at_most=1.0)


def _json(items: Sequence[Item]) -> bytes:
    asked = [{"ref": one.serial, "gtin": one.gtin, "serial": one.serial} for one in items]
    return json.dumps({"items": asked}).encode()


def _line(one: Item) -> bytes:
    return json.dumps({"ref": one.serial, "gtin": one.gtin, "serial": one.serial}).encode() + b"\n"


def _post(port: int, key: str, body: bytes, kind: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    connection.request("POST", "/v1/checks", body, {"Content-Type": kind, "Authorization": f"Bearer {key}"})
    response = connection.getresponse()
    answered = response.read()
    connection.close()
    return response.status, answered


def _stream(port: int, key: str, body: bytes, began: float) -> tuple[int, int, float, int]:
    """Status, lines, seconds until the first one, and how many were not answered as they should be."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
    connection.request("POST", "/v1/checks", body, {"Content-Type": _LINES, "Authorization": f"Bearer {key}"})
    response = connection.getresponse()
    lines, wrong, first = 0, 0, 0.0
    for line in response:
        first = first or time.perf_counter() - began
        lines += 1
        wrong += b'"verdict":"unclaimed"' not in line
    connection.close()
    return response.status, lines, first, wrong


def _memory(port: int) -> int:
    """Bytes that the server's processes hold, by what each holds for itself of what they share."""
    held = 0
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit() or int(folder.name) == os.getpid():
            continue
        try:
            if f"127.0.0.1:{port}".encode() in (folder / "cmdline").read_bytes():
                rollup = (folder / "smaps_rollup").read_text().splitlines()
                held += sum(1024 * int(line.split()[1]) for line in rollup if line.startswith("Pss:"))
        except (OSError, IndexError):
            continue
    return held

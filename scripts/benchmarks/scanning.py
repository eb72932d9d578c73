"""Scanning: the production server's answers beside a bare Flask route on it, and beside three `eth_call`s.

Twice: codes that are asked for again within seconds, as of an item that people talk about, and codes of which each is
asked for once. The first is what a load test of some addresses measures; the second is what a quiet shop window does.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from ledger.chain.calls import ContractCodec
from ledger.chain.node import artifact
from ledger.domain.batches import Item
from scripts.benchmarks.figures import ROOT, Figure, Plan, median_seconds
from scripts.benchmarks.house import House, house

_BARE = "scripts.benchmarks.bare:app"
_OURS = "scripts.benchmarks.ours:app()"
_HTML, _JSON = "text/html", "application/json"


def measure(plan: Plan) -> Iterator[Figure]:
    """The figures, one after the other."""
    small, large = 1_000, plan.size(10_000, 1_000_000 if plan.full else 100_000)
    plan.say("a bare Flask route …")
    with _server(_BARE, {}) as port:
        bare = _loaded(plan, port, ["/"], _JSON)
    told: dict[int, dict[str, dict[str, float]]] = {}
    for count in (small, large):
        plan.say(f"a ledger of {count:,} items …")
        with house(plan.folder / f"scan-{count}") as opened:
            batch = opened.register(count)
            with opened.ledger.store.read() as tx:
                items = tx.batches.items_page(batch.id, count // 2, 100)
                others = tx.batches.items_page(batch.id, -1, count // 2)
            with opened.attended(), _server(_OURS, _environment(opened)) as port:
                told[count] = _both(plan, port, items)
                if count == large:
                    yield from _rates(told[count], bare, "asked for again")
                    plan.say("codes that nobody asked for before …")
                    yield from _rates(_both(plan, port, others, once=True), bare, "each for the first time")
                    yield from _naive(opened, items[0], told[count]["json"])
                    yield from _histories(plan, opened, port, items)
    for kind in ("json", "page"):
        ratio = told[small][kind]["rate"] / told[large][kind]["rate"]
        yield Figure(
            f"cost of a scan ({kind}), {large:,} items against {small:,}", 1e3 / told[large][kind]["rate"], "ms",
            f"{small:,} items", 1e3 / told[small][kind]["rate"], ratio, at_most=1.1,
        )  # fmt: skip


def _both(plan: Plan, port: int, items: Sequence[Item], *, once: bool = False) -> dict[str, dict[str, float]]:
    return {
        "json": _loaded(plan, port, [f"/v1/items/{one.gtin}/{one.serial}" for one in items], _JSON, once=once),
        "page": _loaded(plan, port, [f"/01/{one.gtin}/21/{one.serial}" for one in items], _HTML, once=once),
    }


def _rates(told: dict[str, dict[str, float]], bare: dict[str, float], which: str) -> Iterator[Figure]:
    for kind, name in (("json", "JSON verdict"), ("page", "scan page")):
        found = told[kind]
        yield Figure(
            f"{name}, codes {which}", found["rate"], "/s", "a bare Flask route", bare["rate"],
            found["rate"] / bare["rate"], at_least=0.5,
        )  # fmt: skip
        for share in ("p50", "p95", "p99"):
            yield Figure(f"… {share}", 1e3 * found[share], "ms", "a bare Flask route", 1e3 * bare[share])


def _naive(opened: House, item: Item, told: dict[str, float]) -> Iterator[Figure]:
    """Item, batch and brand, asked of the node for each scan."""
    rpc, contract = opened.side.node.rpc, opened.side.node.client.address
    codec = ContractCodec(artifact("Touchmark")["abi"])
    batch = opened.brand.organisation.party or 0
    wanted = (("itemOf", item.item), ("batchFlagsOf", batch << 32 | 1), ("partyOf", batch))
    calls = [codec.encode(name, argument) for name, argument in wanted]

    def scan() -> None:
        for data in calls:
            rpc.call("eth_call", {"to": contract, "data": "0x" + data.hex()}, "latest")

    took = median_seconds(lambda: [scan() for _ in range(50)], 3) / 50
    yield Figure(
        "the naive way: three eth_calls a scan", 1 / took, "/s", "our JSON verdict", told["rate"], told["rate"] * took
    )


def _histories(plan: Plan, opened: House, port: int, items: Sequence[Item]) -> Iterator[Figure]:
    """Five events against five hundred: what lies beyond an item's own newest ones costs nothing."""
    few, many = items[10], items[11]
    for item, count in ((few, 5), (many, plan.size(60, 500))):
        plan.say(f"an item with {count} events …")
        for _ in range(count):
            opened.serve(item)
        opened.settle()
    rates = [_loaded(plan, port, [f"/v1/items/{one.gtin}/{one.serial}"], _JSON)["rate"] for one in (few, many)]
    yield Figure(
        f"cost of a scan, {plan.size(60, 500)} events against 5", 1e3 / rates[1], "ms", "5 events", 1e3 / rates[0],
        rates[0] / rates[1], at_most=1.5,
    )  # fmt: skip


def _loaded(plan: Plan, port: int, paths: list[str], accept: str, *, once: bool = False) -> dict[str, float]:
    """The median of several loads, by their rates; the first one only warms up. `once`: no address a second time."""
    duration = 1.0 if plan.quick else 5.0
    found = []
    rounds = 1 + (1 if plan.quick else 3)
    share = len(paths) // rounds
    for n in range(rounds):
        asked = paths[n * share : (n + 1) * share] if once else paths
        given = {
            "host": "127.0.0.1", "port": port, "paths": asked, "accept": accept, "once": once,
            "duration": duration if n or once else max(duration, 3.0),
        }  # fmt: skip
        done = subprocess.run(
            [sys.executable, "-m", "scripts.benchmarks.load"], input=json.dumps(given), cwd=ROOT,
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        found.append(json.loads(done.stdout))
    if wrong := [status for one in found for status in one["wrong"]]:
        raise RuntimeError(f"Some answers to addresses like {paths[0]} were not 200: {wrong[:5]}")
    middle = statistics.median_low([one["rate"] for one in found[1:]])
    return next(one for one in found[1:] if one["rate"] == middle)


@contextmanager
def _server(application: str, environment: dict[str, str]) -> Iterator[int]:
    """gunicorn as `touchmark serve` runs it: two workers of four threads."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    line = [
        sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--workers", "2", "--threads", "4",
        "--no-control-socket", "--log-level", "error", application,
    ]  # fmt: skip
    nowhere = subprocess.DEVNULL
    process = subprocess.Popen(
        line, cwd=ROOT, env={**os.environ, **environment}, start_new_session=True, stdout=nowhere, stderr=nowhere
    )
    try:
        _await(port)
        yield port
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(20)


def _await(port: int) -> None:
    for _ in range(300):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2):
                return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("The web server does not answer.")


def _environment(opened: House) -> dict[str, str]:
    return {
        "TOUCHMARK_DATA": str(Path(opened.settings.data).resolve()),
        "TOUCHMARK_NODE_URL": opened.node.url,
    }

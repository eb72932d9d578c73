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
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ledger.chain.calls import ContractCodec
from ledger.chain.node import artifact
from ledger.domain.batches import Item
from ledger.web_server import FOLDER as COUNTED
from scripts.benchmarks.figures import ROOT, Figure, Plan, median_seconds
from scripts.benchmarks.house import House, house

_BARE = "scripts.benchmarks.bare:app"
_OURS = "scripts.benchmarks.ours:app()"
_HTML, _JSON = "text/html", "application/json"
_SHARES = ("p50", "p95", "p99")

Told = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Load:
    """What one load asks: addresses of a server, again and again, each of them once, or each time in another form."""

    port: int
    paths: Sequence[str]
    accept: str
    once: bool = False
    anew: bool = False


@dataclass(frozen=True, slots=True)
class Opened:
    """A ledger of some size, its server, a hundred of its items, and all others."""

    house: House
    port: int
    items: Sequence[Item]
    others: Sequence[Item]


def measure(plan: Plan) -> Iterator[Figure]:
    """The figures, one after the other."""
    small, large = 1_000, plan.size(10_000, 1_000_000 if plan.full else 100_000)
    with _server(_BARE, plan.folder) as bare, _ledger(plan, small) as few, _ledger(plan, large) as many:
        # The cost of a scan is compared between two ledgers, and with the bare route, in turns: a machine that others
        # use, too, is as fast for the one as for the other.
        plan.say("codes that are asked for again …")
        told = _loaded(
            plan,
            {
                "bare": Load(bare, ["/"], _JSON),
                **{f"{kind} few": load for kind, load in _both(few.port, few.items).items()},
                **{f"{kind} many": load for kind, load in _both(many.port, many.items).items()},
            },
        )
        for kind, name in _KINDS:
            yield from _beside_bare(f"{name}, codes asked for again", told[f"{kind} many"], told["bare"])
        plan.say("codes that nobody asked for before …")
        anew = _loaded(plan, {"bare": Load(bare, ["/"], _JSON), **_both(many.port, many.others, once=True)})
        for kind, name in _KINDS:
            yield from _beside_bare(f"{name}, codes each for the first time", anew[kind], anew["bare"])
        yield from _naive(many.house, many.items[0], told["json many"])
        yield from _histories(plan, many)
    for kind, _ in _KINDS:
        yield _growth(
            f"cost of a scan ({kind}), {large:,} items against {small:,}", told[f"{kind} many"],
            f"{small:,} items", told[f"{kind} few"], 1.1,
        )  # fmt: skip


_KINDS = (("json", "JSON verdict"), ("page", "scan page"))


@contextmanager
def _ledger(plan: Plan, count: int) -> Iterator[Opened]:
    plan.say(f"a ledger of {count:,} items …")
    with house(plan.folder / f"scan-{count}") as opened:
        batch = opened.register(count)
        with opened.ledger.store.read() as tx:
            items = tx.batches.items_page(batch.id, count // 2, 100)
            others = tx.batches.items_page(batch.id, -1, count // 2)
        with opened.attended(), _server(_OURS, opened.settings.data, _environment(opened)) as port:
            yield Opened(opened, port, items, others)


def _both(port: int, items: Sequence[Item], *, once: bool = False) -> dict[str, Load]:
    return {
        "json": Load(port, [f"/v1/items/{one.gtin}/{one.serial}" for one in items], _JSON, once),
        "page": Load(port, [f"/01/{one.gtin}/21/{one.serial}" for one in items], _HTML, once),
    }


def _beside_bare(name: str, found: Sequence[Told], bare: Sequence[Told]) -> Iterator[Figure]:
    yield Figure(
        name, _middle(found, "rate"), "/s", "a bare Flask route", _middle(bare, "rate"),
        statistics.median(ours["rate"] / theirs["rate"] for ours, theirs in zip(found, bare, strict=True)),
        at_least=0.5,
    )  # fmt: skip
    for share in _SHARES:
        yield Figure(f"… {share}", 1e3 * _middle(found, share), "ms", "a bare Flask route", 1e3 * _middle(bare, share))


def _growth(
    name: str,
    larger: Sequence[Told],
    beside: str,
    smaller: Sequence[Told],
    at_most: float | None = None,
) -> Figure:
    grown = statistics.median(one["rate"] / other["rate"] for one, other in zip(smaller, larger, strict=True))
    return Figure(
        name, 1e3 / _middle(larger, "rate"), "ms", beside, 1e3 / _middle(smaller, "rate"), grown, at_most=at_most
    )


def _middle(found: Sequence[Told], name: str) -> float:
    return statistics.median(one[name] for one in found)


def _naive(opened: House, item: Item, told: Sequence[Told]) -> Iterator[Figure]:
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
    rate = _middle(told, "rate")
    yield Figure("the naive way: three eth_calls a scan", 1 / took, "/s", "our JSON verdict", rate, rate * took)


def _histories(plan: Plan, opened: Opened) -> Iterator[Figure]:
    """Five events against many: what lies beyond an item's own newest ones costs nothing, asked again or first."""
    most = plan.size(60, 500)
    few, many = opened.items[10], opened.items[11]
    for item, count in ((few, 5), (many, most)):
        plan.say(f"an item with {count} events …")
        for _ in range(count):
            opened.house.serve(item)
        opened.house.settle()
    for anew, how, at_most in ((False, "asked again", 1.5), (True, "first looks", None)):
        plan.say(f"items with 5 and {most} events, {how} …")
        loads = {
            f"{kind} {one.serial}": replace(load, anew=anew)
            for one in (few, many)
            for kind, load in _both(opened.port, [one]).items()
        }
        told = _loaded(plan, loads)
        for kind, _ in _KINDS:
            larger, smaller = told[f"{kind} {many.serial}"], told[f"{kind} {few.serial}"]
            name = f"cost of a scan ({kind}), {most} events against 5, {how}"
            yield _growth(name, larger, "5 events", smaller, at_most)
            for share in _SHARES:
                yield Figure(
                    f"… {share}", 1e3 * _middle(larger, share), "ms", "5 events", 1e3 * _middle(smaller, share)
                )


def _loaded(plan: Plan, loads: dict[str, Load]) -> dict[str, list[Told]]:
    """Several rounds of all loads in turns; the first round only warms up. Of `once`, no address comes twice."""
    rounds = 1 + (1 if plan.quick else 3)
    found: dict[str, list[Told]] = {name: [] for name in loads}
    for n in range(rounds):
        for name, load in loads.items():
            share = len(load.paths) // rounds
            given = {
                "host": "127.0.0.1", "port": load.port, "accept": load.accept, "once": load.once,
                "anew": load.anew,
                "paths": load.paths[n * share : (n + 1) * share] if load.once else load.paths,
                "duration": 1.0 if plan.quick or not n else 2.0,
            }  # fmt: skip
            done = subprocess.run(
                [sys.executable, "-m", "scripts.benchmarks.load"], input=json.dumps(given), cwd=ROOT,
                capture_output=True, text=True, check=True,
            )  # fmt: skip
            told = json.loads(done.stdout)
            if told["wrong"]:
                raise RuntimeError(f"Some answers to addresses like {load.paths[0]} were not 200: {told['wrong']}")
            if n:
                found[name].append(told)
    return found


@contextmanager
def _server(application: str, folder: Path, environment: Mapping[str, str] = MappingProxyType({})) -> Iterator[int]:
    """gunicorn as `touchmark serve` runs it: two workers of four threads, which count together in a folder."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    line = [
        sys.executable, "-m", "gunicorn", "--config", "python:ledger.web_server", "--bind", f"127.0.0.1:{port}",
        "--workers", "2", "--log-level", "error", application,
    ]  # fmt: skip
    nowhere, counted = subprocess.DEVNULL, {COUNTED: str(folder.resolve() / "counted")}
    process = subprocess.Popen(
        line, cwd=ROOT, env={**os.environ, **counted, **environment}, start_new_session=True,
        stdout=nowhere, stderr=nowhere,
    )  # fmt: skip
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

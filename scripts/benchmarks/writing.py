"""Writing: signed statements from the API to mined, beside what the same node takes of the very same bundles.

Web server, worker, node and the client that hands in share the cores. Afterwards the node is set back to where it was,
and gets the bytes of our own bundles directly, as fast as it mines them. What the worker's turn is to the local chain,
which is mined when the worker says so, a block's time is elsewhere.
"""

from __future__ import annotations

import http.client
import json
import os
import secrets
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import islice
from statistics import median
from typing import Any, Final

from ledger.chain.saves import mine
from ledger.domain.organisations import Scope
from ledger.services.organisations import issue_key
from ledger.worker import IDLE
from scripts.benchmarks.figures import ROOT, Figure, Plan
from scripts.benchmarks.house import House, house
from scripts.benchmarks.scanning import _OURS, _environment, _server
from scripts.benchmarks.signed import IN_ONE, Pen, carded, database, laboratory, requests

_WARM: Final = 3
"""Statements of each worker before the first that counts: it and the web server have to be up."""
_WORKERS: Final = 5
"""Each measurement has one of its own."""
_PATIENCE: Final = 900
_EVENTS: Final = ("Recorded", "Claimed", "HandedOver")
_AT_ONCE: Final = 8
"""Bundles that the node gets between two blocks, when it gets them directly."""
_TIMES: Final = 3
_LONG: Final = 20
"""Seconds from which one run of the node tells enough; of shorter ones there are several."""


@dataclass(slots=True)
class Run:
    """One measurement: how many statements, how long until all were mined, and where its bundles begin and end."""

    name: str
    count: int
    took: float
    snapshot: str
    nonces: range
    directly: float = 0.0


def measure(plan: Plan) -> Iterator[Figure]:
    """The figures, one after the other.

    What a node takes depends on how many items its chain carries: so inspections are measured on a young chain and on
    one that carries what was sold and looked at, tens of thousands of items as a minute of claims makes them.
    """
    sold_count, few = plan.size(400, 50_000 if plan.full else 20_000), plan.size(400, 4_000)
    with house(plan.folder / "writing") as opened:
        plan.say("items, their cards, a laboratory …")
        lab = laboratory(opened)
        items = carded(opened, 2 * sold_count)
        sold, looked_at = items[:sold_count], [one.item for one in items[sold_count:]]
        pen = Pen(opened)
        owners, buyers = ([secrets.token_bytes(32) for _ in sold] for _ in range(2))
        singles = pen.inspections(lab, looked_at, _WORKERS * _WARM + plan.size(20, 40), 1)
        warm, alone = iter(singles[: _WORKERS * _WARM]), singles[_WORKERS * _WARM :]
        young = pen.inspections(lab, looked_at[:few], 5 * few, len(singles) + 1)
        many = pen.inspections(lab, looked_at, plan.size(8_000, 140_000), len(singles) + len(young) + 1)
        _, key = issue_key(opened.ledger, lab.id, "bench", [Scope.SIGN, Scope.READ])
        with _server(_OURS, opened.settings.data, _environment(opened)) as port:

            def through(name: str, statements: list[dict[str, Any]]) -> Run:
                with _worker(opened, port, key, warm):
                    return _through(plan, opened, port, key, name, statements)

            plan.say("one at a time, on an idle system …")
            with _worker(opened, port, key, warm):
                waits = sorted(_latency(port, key, one) for one in alone)
            runs = [
                through(f"inspections of {few:,} items on a young chain", young),
                through("claims", pen.claims(sold, owners)),
                through("handovers", pen.handovers(sold, owners, buyers)),
                through(f"inspections of {sold_count:,} items", many),
            ]
        for run in reversed(runs):
            plan.say(f"the same {run.name}, directly …")
            run.directly = _directly(opened, run)
    for run in reversed(runs):
        ours, theirs = run.count / run.took, run.count / run.directly
        yield Figure(
            f"{run.count:,} signed {run.name}, API to mined", ours, "/s", "the same bundles, directly", theirs,
            ours / theirs, at_least=0.5,
        )  # fmt: skip
        yield Figure("… sustained for", run.took, "s", "bundles", float(len(run.nonces)))
    yield from _waits(waits)


def _waits(waits: Sequence[float]) -> Iterator[Figure]:
    limit = 1.5 * IDLE + 0.2
    p95 = waits[min(len(waits) - 1, len(waits) * 95 // 100)]
    yield Figure(
        "one inspection on an idle system, request to mined, p95", 1e3 * p95, "ms",
        "1.5 turns of the worker + 200 ms", 1e3 * limit, p95 / limit, at_most=1.0,
    )  # fmt: skip
    yield Figure("… p50", 1e3 * waits[len(waits) // 2], "ms")


def _through(plan: Plan, opened: House, port: int, key: str, name: str, statements: list[dict[str, Any]]) -> Run:
    """Hand them in for a minute at most, and wait until our copy has every one's event.

    Over one connection: with more, both cores take in faster than the worker sends, and what it still has to send when
    everything is handed in keeps hardly more than one of them busy.
    """
    bodies = requests(statements)
    snapshot = str(opened.side.node.rpc.call("evm_snapshot"))
    before, first = _accepted(opened), _nonce(opened)
    plan.say(f"{len(statements):,} {name}, {IN_ONE} in a request …")
    began = time.perf_counter()
    count = _hand_in(port, key, bodies, began + plan.size(10, 60))
    while (done := _accepted(opened) - before) < count:
        if time.perf_counter() - began > _PATIENCE:
            raise RuntimeError(f"Of {count} {name} only {done} were mined.")
        # Counting them takes its own part of the two cores.
        time.sleep(0.2)
    took = time.perf_counter() - began
    return Run(name, count, took, snapshot, range(first, _nonce(opened)))


def _hand_in(port: int, key: str, bodies: list[bytes], until: float) -> int:
    """Each request after the last one's answer; how many were taken until the time is up. Raises for a refused row."""
    taken = 0
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=120)) as connection:
        for body in bodies:
            if time.perf_counter() > until:
                break
            status, told = _post(connection, key, "/v1/statements/bulk", body)
            if status != 202 or told["refused"]:
                raise RuntimeError(f"The API refused: {str(told)[:500]}")
            taken += told["taken"]
    return taken


def _latency(port: int, key: str, statement: dict[str, Any]) -> float:
    """Seconds from the request to where the API says that a block has it."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    began = time.perf_counter()
    status, told = _post(connection, key, "/v1/statements", json.dumps(statement).encode())
    if status != 202:
        raise RuntimeError(f"The API refused: {told}")
    while told["state"] not in ("accepted", "final"):
        if told["state"] == "refused" or time.perf_counter() - began > 60:
            raise RuntimeError(f"An inspection did not arrive: {told}")
        time.sleep(0.01)
        connection.request("GET", f"/v1/statements/{told['id']}", headers=_headers(key))
        told = json.loads(connection.getresponse().read())
    took = time.perf_counter() - began
    connection.close()
    # Idle again: what the last one left to be saved is not the next one's burden, nor is its turn always met alike.
    time.sleep(0.6 + 0.3 * secrets.randbelow(1000) / 1000)
    return took


def _directly(opened: House, run: Run) -> float:
    """Seconds in which the node, set back, mines the same bytes from a client that does nothing else: of some times
    the middle one, since how fast a shared machine is changes from one to the next; of a long one the first.
    """
    rpc, relayer = opened.side.node.rpc, _relayer(opened)
    with opened.ledger.store.read() as tx:
        kept = [one for one in tx.outbox.transactions_from(relayer, run.nonces.start) if one.nonce in run.nonces]
    raws = ["0x" + one.raw.hex() for one in kept]
    took: list[float] = []
    while len(took) < _TIMES and sum(took) < _LONG:
        if not rpc.call("evm_revert", run.snapshot):
            raise RuntimeError("The node cannot be set back.")
        # Setting it back uses it up.
        run.snapshot = str(rpc.call("evm_snapshot"))
        began = time.perf_counter()
        for at in range(0, len(raws), _AT_ONCE):
            rpc.batch([("eth_sendRawTransaction", [raw]) for raw in raws[at : at + _AT_ONCE]])
            mine(rpc)
        took.append(time.perf_counter() - began)
        if _nonce(opened) != run.nonces.stop:
            raise RuntimeError("The node did not mine all bundles.")
    return median(took)


def _relayer(opened: House) -> str:
    with opened.ledger.store.read() as tx:
        key = opened.ledger.vault.open_key(tx.meta.get("relayer_key"))
    return opened.ledger.signing.address_of(key)


def _nonce(opened: House) -> int:
    """The relayer's next one. A node that is being saved answers late."""
    relayer = _relayer(opened)
    return int(opened.side.node.rpc.call("eth_getTransactionCount", relayer, "latest", timeout=_PATIENCE), 16)


def _accepted(opened: House) -> int:
    with closing(sqlite3.connect(database(opened.settings.data), timeout=30)) as db:
        marks = ", ".join("?" * len(_EVENTS))
        (count,) = db.execute(f"SELECT count(*) FROM events WHERE name IN ({marks})", _EVENTS).fetchone()
    return int(count)


def _await_quiet(opened: House) -> None:
    """Until nothing waits and everything is saved."""
    for _ in range(20 * _PATIENCE):
        with opened.ledger.store.read() as tx:
            if not tx.outbox.waiting()[0]:
                return
        time.sleep(0.05)
    raise RuntimeError("The worker does not come to rest.")


def _post(connection: http.client.HTTPConnection, key: str, path: str, body: bytes) -> tuple[int, Any]:
    connection.request("POST", path, body, {**_headers(key), "Content-Type": "application/json"})
    response = connection.getresponse()
    return response.status, json.loads(response.read())


def _headers(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


@contextmanager
def _worker(opened: House, port: int, key: str, warm: Iterator[dict[str, Any]]) -> Iterator[None]:
    """`touchmark worker`, a process of its own, that has saved what there was and mined a few statements."""
    environment = {**os.environ, **_environment(opened)}
    line = [sys.executable, "-m", "ledger.cli", "worker"]
    log = (opened.settings.data / "worker.log").open("ab")
    process = subprocess.Popen(line, cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True)
    try:
        # It saves first what the one before has left. Waiting for that after the first statements would be waiting for
        # their own save, too, which is put off the longer the more the chain holds.
        _await_quiet(opened)
        for one in islice(warm, _WARM):
            _latency(port, key, one)
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        # It ends when what the node has told is saved: the node, too, has nothing to do but what follows.
        process.wait(_PATIENCE)
        log.close()

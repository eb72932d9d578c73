"""Two workers as processes, one lease: the holder is frozen, the other takes over, the frozen one wakes."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import select

from ledger.domain.outbox import Queued, State
from ledger.domain.statements import Kind
from ledger.storage import tables
from ledger.worker import LEASE_SECONDS
from tests.support.faults_after import audit
from tests.support.faults_rig import wait_until
from tests.support.faults_table import LONG, SEED, figure, rounds
from tests.support.faults_truth import unsupported_ticks
from tests.support.world import World

ROUNDS = rounds(gate=1, long=20)


@contextmanager
def worker(world: World, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A `touchmark worker`."""
    environment = {
        **os.environ,
        "TOUCHMARK_DATA": str(world.settings.data),
        "TOUCHMARK_NODE_URL": world.node.url,
        **({"TOUCHMARK_DATABASE_URL": world.settings.database_url} if world.settings.database_url else {}),
    }
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "ledger.cli", "worker"], env=environment, stdout=out, stderr=out
        )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGCONT)
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def holder(world: World) -> int | None:
    """The process that holds the lease."""
    with world.ledger.store.read() as tx:
        held = tx.meta.get("lease")
    return None if held is None else int(held["holder"].split(":")[-2])


def expire(world: World) -> None:
    """The frozen holder's lease runs out, as after its 15 seconds; the long run waits for that."""
    if LONG:
        time.sleep(LEASE_SECONDS + 1)
        return
    with world.ledger.store.write() as tx:
        held = tx.meta.get("lease")
        if held is not None:
            tx.meta.set("lease", held | {"until": 0})


def test_a_frozen_holder_that_wakes_does_nothing_a_second_time(worlds: Callable[[str], World], tmp_path: Path) -> None:
    world = worlds("postgresql" if LONG and SEED % 2 else "sqlite")
    chance = random.Random(f"{SEED} frozen")
    queued: list[Queued] = []

    def say() -> None:
        queued.append(world.say("maison", Kind.ANCHOR, hash=chance.randbytes(32)))

    def all_final() -> bool:
        return all(world.progress(one).state is State.FINAL for one in queued)

    with worker(world, tmp_path / "a.log") as first, worker(world, tmp_path / "b.log") as second:
        both = {first.pid: first, second.pid: second}
        for _ in range(ROUNDS):
            wait_until(lambda: holder(world) in both, "one of them has the lease")
            for _ in range(chance.randrange(1, 4)):
                say()
            time.sleep(chance.random() * 0.4)
            frozen = holder(world)
            assert frozen is not None
            with world.ledger.store.write():
                # Between two of its transactions: one frozen inside of one keeps every writer waiting until it wakes.
                os.kill(frozen, signal.SIGSTOP)
            try:
                say()
                expire(world)
                wait_until(lambda frozen=frozen: holder(world) in both.keys() - {frozen}, "the other takes over")
                wait_until(all_final, "the other brings everything to its end")
                say()
            finally:
                os.kill(frozen, signal.SIGCONT)
            time.sleep(chance.random() * 0.4)
            say()
            wait_until(all_final, "everything comes to its end with both awake")
            _, wrong = unsupported_ticks(world.ledger, world.loop.side.node, world.cards()[:3])
            assert not wrong, wrong
    with world.ledger.store.read() as tx:
        connection = tx.connection  # type: ignore[attr-defined]
        sent = connection.execute(select(tables.transactions.c.sender, tables.transactions.c.nonce)).all()
        told = connection.scalars(select(tables.events.c.statement)).all()
    assert len(set(map(tuple, sent))) == len(sent), "one nonce was used twice"
    for one in queued:
        assert told.count(one.hash) == 1
    audit(world)
    for name in ("a", "b"):
        assert "Traceback" not in (tmp_path / f"{name}.log").read_text()
    figure(
        "nonce gap / drift",
        "two workers, the holder frozen and woken: nonces dense, 0 twice, 0 stuck",
        rounds=ROUNDS,
        statements=len(queued),
        transactions=len(sent),
    )

"""The parts of `touchmark serve` as processes of their own, to be killed and started again at any moment.

The node belongs to the world (its leash is ours), worker and web server are the very children that `serve` starts.
"""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

import httpx
from sqlalchemy import update

from ledger.domain.errors import LedgerError
from ledger.domain.organisations import Scope
from ledger.serve import Child, _children
from ledger.services.follow_chain import HALTED
from ledger.services.organisations import issue_key
from ledger.services.views_of_chain import final_height
from ledger.storage import tables
from tests.e2e.running import all_processes
from tests.support.world import World

VICTIMS: Final = ("worker", "node", "web", "one web process", "all")
PATIENCE: Final = 180
"""Seconds within which everything has to be well again: the machine may be loaded."""
_SPEAKERS: Final = ("maison", "rival", "luxcheck", "atelier")


def wait_until(done: Callable[[], Any], what: str, seconds: float = PATIENCE) -> Any:
    """What `done` gives, as soon as it is true; fails with `what` after `seconds`."""
    deadline = time.monotonic() + seconds
    while not (found := done()):
        assert time.monotonic() < deadline, f"{what}: not within {seconds:g} seconds"
        time.sleep(0.05)
    return found


def free_port() -> int:
    """A port of 127.0.0.1 that nobody has."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Rig:
    """One world whose worker and web server run as processes. `keys` are API keys, by the organisation's name."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.address = f"http://127.0.0.1:{(port := free_port())}"
        self._children = dict(zip(("worker", "web"), _children(world.settings, port), strict=True))
        self.keys: dict[str, str] = {}
        for slug in _SPEAKERS:
            organisation = world.caller(slug).organisation
            self.keys[slug] = issue_key(world.ledger, organisation.id, "rig", tuple(Scope))[1]
        self.kills = 0

    def start(self) -> None:
        """Start worker and web server, and wait until the pages answer."""
        for child in self._children.values():
            child.start()
        self._await_pages()

    def stop(self) -> None:
        """Ask both to end, as `serve` does."""
        for child in reversed(self._children.values()):
            # A frozen process hears nothing.
            with suppress(ProcessLookupError, AttributeError):
                child.process.send_signal(signal.SIGCONT)  # type: ignore[union-attr]
            child.stop()
            # Killed alone, gunicorn leaves its processes behind for a moment; they are of its group.
            if child.process is not None:
                _kill_group(child.process.pid)

    def child(self, name: str) -> Child:
        """“worker” or “web”."""
        return self._children[name]

    def log(self, name: str) -> str:
        """What a child has printed since it was first started."""
        log: Path = self._children[name].log
        return log.read_text(errors="replace") if log.exists() else ""

    def kill(self, victim: str, pick: Callable[[list[int]], int] = min) -> None:
        """`kill -9` of one of VICTIMS; `pick` chooses among the web server's processes."""
        self.kills += 1
        doomed = ("web", "worker", "node") if victim == "all" else (victim,)
        for one in doomed:
            if one == "node":
                if self.world.node.pid is not None:
                    os.kill(self.world.node.pid, signal.SIGKILL)
            elif one == "one web process":
                master = self._pid("web")
                found = [each.pid for each in all_processes() if each.parent == master]
                if found:
                    with suppress(ProcessLookupError):
                        os.kill(pick(found), signal.SIGKILL)
            else:
                _kill_group(self._pid(one))

    def mend(self) -> None:
        """Start again what has died, as `serve` would, and wait until the pages answer."""
        wait_until(lambda: self.world.node.pid is None or self._node_answers(), "the node is dead or alive", 30)
        if not self.world.node.is_alive():
            url = self.world.node.url
            self.world.node.start()
            assert self.world.node.url == url, "another program has taken the node's port"
        for child in self._children.values():
            if child.died():
                child.start()
        self._await_pages()

    def let_time_pass(self) -> None:
        """What a dead worker still holds is let go, as a minute would: its lease (15 s) and its job (60 s)."""
        with self.world.ledger.store.write() as tx:
            tx.meta.remove("lease")
            tx.connection.execute(  # type: ignore[attr-defined]
                update(tables.jobs).where(tables.jobs.c.state == "running").values(beat_at=0)
            )

    def converge(self) -> float:
        """Wait until nothing waits and everything is final; the seconds that took."""
        began = time.monotonic()
        wait_until(self._at_rest, "the world comes to rest")
        return time.monotonic() - began

    def _at_rest(self) -> bool:
        try:
            with self.world.ledger.store.read() as tx:
                assert tx.meta.get(HALTED) is None, tx.meta.get(HALTED)
                tip, final, queued = tx.chain.tip(), final_height(tx), tx.outbox.waiting()[0]
                jobs = tx.connection.execute(  # type: ignore[attr-defined]
                    tables.jobs.select().where(tables.jobs.c.state.in_(("waiting", "running")))
                ).first()
            node = int(self.world.rpc.call("eth_blockNumber"), 16)
        except LedgerError:
            return False
        return tip is not None and tip.number == final == node and not queued and jobs is None

    def _node_answers(self) -> bool:
        with suppress(LedgerError):
            return bool(self.world.rpc.call("eth_chainId"))
        return False

    def _await_pages(self) -> None:
        def answers() -> bool:
            with suppress(httpx.HTTPError):
                return httpx.get(self.address + "/healthz", timeout=2).status_code == 200
            for name, child in self._children.items():
                assert not child.died(), f"the {name} has ended by itself:\n{self.log(name)[-2000:]}"
            return False

        wait_until(answers, "the pages answer")

    def _pid(self, name: str) -> int:
        process = self._children[name].process
        assert process is not None
        return process.pid


def _kill_group(pid: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


@contextmanager
def running(world: World) -> Iterator[Rig]:
    """A rig over a world, stopped at the end."""
    rig = Rig(world)
    try:
        rig.start()
        yield rig
    finally:
        rig.stop()

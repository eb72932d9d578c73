"""Everything on one machine: the local node, the contracts, the worker and the web server, each a process of
its own, started in order, watched, and all stopped by one Ctrl-C.

1. Migrate the database.  2. Start the local node from its newest save.  3. Deploy the contracts, once.
4. Start worker and web server.  5. Wait until the pages answer.  6. Watch: what dies is started again.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Final

from ledger.bootstrap import build, deploy_once, migrate
from ledger.chain import leash
from ledger.chain.local_node import LocalNode
from ledger.domain.errors import Conflict, LedgerError, Unavailable
from ledger.domain.gtins import check_gtin
from ledger.domain.identity import digital_link
from ledger.files.qr import terminal
from ledger.services.ports import Ledger
from ledger.settings import Settings

Say = Callable[[str], None]
DEFAULT_PORT: Final = 8000
_PATIENCE: Final = 60
_MEMORY: Final = 16 * 2**30
_STORY_PATIENCE: Final = 600
_GRACE: Final = 15
_FEWEST_SECONDS: Final = 5
"""A process that lived shorter than this is started again only after a pause."""


class Child:
    """One of our processes, with its output in a file of the data folder."""

    def __init__(self, name: str, command: list[str], environment: dict[str, str], log: Path) -> None:
        self.name = name
        self._command = command
        self._environment = environment
        self.log = log
        self._started = 0.0
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, in a group of its own, so that Ctrl-C reaches it through us only and in order."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        if self.log.exists() and self.log.stat().st_size > 20 * 1024 * 1024:
            self.log.replace(self.log.with_suffix(".old.log"))
        # The leash ends it should we be killed without a chance to say goodbye.
        leashed = [sys.executable, "-I", "-S", leash.__file__, str(os.getpid()), str(_MEMORY), *self._command]
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(  # noqa: S603 - our own programs, no shell
                leashed,
                env=self._environment,
                stdout=out,
                stderr=out,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        self._started = time.monotonic()

    def died(self) -> bool:
        """Whether it has ended by itself."""
        return self.process is not None and self.process.poll() is not None

    def soon(self) -> bool:
        """Whether it ended almost at once."""
        return time.monotonic() - self._started < _FEWEST_SECONDS

    def stop(self) -> None:
        """Ask it to end, and end it where it does not."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(_GRACE)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


def run(
    settings: Settings,
    *,
    port: int | None = None,
    story: Path | None = None,
    say: Say = print,
) -> int:
    """Start everything and stay until told to stop.

    `story` is a program that fills a new ledger through its public interfaces; it runs once for a data
    folder, when the pages answer. Raises LedgerError, in a sentence, for what cannot be started.
    """
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    port = _port(port, settings.data / "port")
    if "public_url" not in settings.model_fields_set:
        settings = settings.model_copy(update={"public_url": f"http://localhost:{port}"})
    node: LocalNode | None = None
    children: list[Child] = []
    try:
        say("Preparing the database …")
        migrate(settings)
        ledger = build(settings)
        if settings.node_url is None:
            say("Starting the local chain …")
            node = LocalNode(settings.data)
            node.start()
            settings = settings.model_copy(update={"node_url": node.url})
        deploy_once(ledger, settings, local=node is not None)
        children = _children(settings, port)
        for child in children:
            say(f"Starting the {child.name} …")
            child.start()
        address = f"http://localhost:{port}"
        _await_pages(address, children, stop)
        if story is not None and not stop.is_set():
            _tell(story, address, settings, stop, say)
        if not stop.is_set():
            announce(ledger, address, say)
        _watch(node, children, stop, say)
        return 0
    finally:
        say("Stopping …")
        for child in reversed(children):
            child.stop()
        if node is not None:
            node.stop()
        say("Stopped. Everything is kept in " + str(settings.data) + ".")


def _children(settings: Settings, port: int) -> list[Child]:
    environment = {**os.environ, **_as_environment(settings), "PYTHONUNBUFFERED": "1"}
    logs = settings.data / "logs"
    worker = [sys.executable, "-m", "ledger.cli", "worker"]
    web = [
        sys.executable, "-m", "gunicorn", "--config", "python:ledger.web_server", "--bind", f"127.0.0.1:{port}",
        "--workers", "2", "web:create_app()",
    ]  # fmt: skip
    return [
        Child("worker", worker, environment, logs / "worker.log"),
        Child("web server", web, environment, logs / "web.log"),
    ]


def _as_environment(settings: Settings) -> dict[str, str]:
    values = {
        "DATA": str(settings.data.resolve()),
        "DATABASE_URL": settings.database_url,
        "PUBLIC_URL": settings.public_url,
        "NODE_URL": settings.node_url,
        "FINALITY_DEPTH": settings.finality_depth,
        "MAX_UPLOAD_BYTES": settings.max_upload_bytes,
        "MAX_EVIDENCE_BYTES": settings.max_evidence_bytes,
        "PASSPHRASE": settings.passphrase.get_secret_value() if settings.passphrase else None,
        "SESSION_SECRET": settings.session_secret.get_secret_value() if settings.session_secret else None,
    }
    return {f"TOUCHMARK_{name}": str(value) for name, value in values.items() if value is not None}


def _await_pages(address: str, children: list[Child], stop: threading.Event) -> None:
    deadline = time.monotonic() + _PATIENCE
    while not stop.is_set():
        for child in children:
            if child.died():
                raise Unavailable(f"The {child.name} ended at once. Its last words are in {child.log}.")
        try:
            with urllib.request.urlopen(address + "/healthz", timeout=2) as answer:  # noqa: S310 - our own address
                if answer.status == 200:
                    return
        except OSError:
            pass
        if time.monotonic() > deadline:
            raise Unavailable(f"The pages do not answer after {_PATIENCE} seconds. Look into {children[-1].log}.")
        stop.wait(0.1)


def _watch(node: LocalNode | None, children: list[Child], stop: threading.Event, say: Say) -> None:
    while not stop.wait(0.5):
        if node is not None and not node.is_alive():
            say("The local chain has ended; starting it again from its newest save …")
            _again(node.start, say, stop)
        for child in children:
            if child.died():
                say(f"The {child.name} has ended; starting it again …")
                if child.soon():
                    stop.wait(2)
                _again(child.start, say, stop)


def _again(start: Callable[[], None], say: Say, stop: threading.Event) -> None:
    try:
        start()
    except (LedgerError, OSError) as error:
        say(getattr(error, "detail", str(error)))
        stop.wait(2)


def _tell(story: Path, address: str, settings: Settings, stop: threading.Event, say: Say) -> None:
    """Run the story once. Cut short, it is run again: it is told so that what was done is not done twice."""
    told = settings.data / "story-told"
    if told.exists():
        return
    environment = {**os.environ, **_as_environment(settings), "TOUCHMARK_ADDRESS": address}
    process = subprocess.Popen([sys.executable, str(story)], env=environment)  # noqa: S603 - the operator's own choice
    deadline = time.monotonic() + _STORY_PATIENCE
    while process.poll() is None:
        if stop.wait(0.2) or time.monotonic() > deadline:
            process.terminate()
            process.wait(_GRACE)
            return
    if process.returncode == 0:
        told.write_text("done\n")
    else:
        say("The demo story stopped halfway; it will be told again at the next start. The ledger works all the same.")


def announce(ledger: Ledger, address: str, say: Say) -> None:
    """Tell where to look, with a code to scan."""
    say(f"\nready {address}")
    say(f"  {address}/check      type a code")
    say(f"  {address}/my         an owner's items")
    say(f"  {address}/console    sign in for brands, authenticators and platforms")
    say(f"  {ledger.sign_url}  the signing page, where passkeys are used")
    say(f"  {address}/docs       the programming interface")
    with ledger.store.read() as tx:
        item = tx.batches.newest_on_sale()
    if item is not None:
        link = digital_link(ledger.public_url, check_gtin(item.gtin), item.serial)
        say(f"\nOne item to look at: {link}\n{terminal(link)}")
    say("Ctrl-C stops everything; the next start takes seconds and has it all.")


def _port(wanted: int | None, kept: Path) -> int:
    """The port asked for; else the one of last time, so that codes stay good; else the first free one from 8000 up."""
    choices = [wanted] if wanted else [*_last(kept), *range(DEFAULT_PORT, DEFAULT_PORT + 100)]
    for port in choices:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            kept.write_text(f"{port}\n")
            return port
    raise Conflict(f"Port {wanted or DEFAULT_PORT} is taken by another program. Choose another with --port.")


def _last(kept: Path) -> list[int]:
    try:
        return [int(kept.read_text())]
    except (OSError, ValueError):
        return []

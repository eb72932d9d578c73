"""The local node: Anvil as a child process that mines when told, and forgets nothing that was saved.

In `data_dir/node`: `chain.json` (the chain id), `saves/` (ledger.chain.saves), `lock`, `pid`, `log`.
What Anvil holds between two saves is gone when it is killed; callers call only what was saved final.

The node believes whoever reaches its port: it listens on 127.0.0.1, sends no CORS headers, and so
answers programs of this machine, not web pages. It holds no keys and no funded account.
"""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Final

from ledger.chain import leash, saves
from ledger.chain.anvil import anvil_command
from ledger.chain.processes import POLL, FolderLock, end_orphan, note_process
from ledger.chain.rpc import Rpc, WrongChain
from ledger.chain.saves import SavedState, StateLost
from ledger.chain.whole_files import write_whole
from ledger.domain.errors import Conflict, Unavailable

_MACHINE: Final = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
MEMORY: Final = min(max(6 * 2**30, _MACHINE * 2 // 3), 16 * 2**30)
"""Bytes of address space, of which it uses a third: a wedged Anvil has been seen to grow by 90 MB a second until the
machine died.
"""
LARGEST_SAVE: Final = min(MEMORY // 8, 1_100 * 2**20)
"""Bytes of the largest save that is sure to be made. To give it away Anvil takes 6.2 to 7.3 times as much address
space, measured from 19,000 to 77,000 inspections of as many items; at 96,000 the answer was longer than
`saves.MAX_DUMP`.
"""
START_TIMEOUT: Final = 60.0
STOP_TIMEOUT: Final = 5.0
PORT_TRIES: Final = 5
MAX_LOG: Final = 2**20
LOG_CHECK: Final = 2.0


class LocalNode:
    """One Anvil for one data folder, on `port` of 127.0.0.1 or on a free one. Not for two threads at once."""

    def __init__(self, data_dir: Path, port: int | None = None) -> None:
        self.folder = data_dir.resolve() / "node"
        self.saves_folder = self.folder / "saves"
        self.log_file = self.folder / "log"
        self.restored: SavedState | None = None
        """What `start` loaded; None for a chain that began empty."""
        self._fixed_port = port
        self._port = port
        self._chain_id: int | None = None
        self._lock: FolderLock | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> LocalNode:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """Where the node listens. Raises Unavailable before `start`."""
        if self._port is None:
            raise Unavailable("The local node has not been started.")
        return f"http://127.0.0.1:{self._port}"

    @property
    def chain_id(self) -> int:
        """The random chain id of this data folder. Raises Unavailable before `start`."""
        if self._chain_id is None:
            raise Unavailable("The local node has not been started.")
        return self._chain_id

    @property
    def pid(self) -> int | None:
        """The process id while the node runs."""
        return self._process.pid if self._process is not None and self.is_alive() else None

    def is_alive(self) -> bool:
        """Whether the process runs; whether it answers is for a call to find out."""
        return self._process is not None and self._process.poll() is None

    def start(self, *, begin_again: bool = False) -> None:
        """Starts Anvil with the newest whole save and returns when it answers on the right chain.

        1. Take the folder; end what an earlier run left.  2. Find the chain id and the newest whole save.
        3. Start Anvil on a leash.  4. Check chain id and tip.  5. Save a chain that has just begun, so
        that from now on *no save* can only mean *lost*.

        Raises StateLost where a chain was saved and no save is whole; `begin_again` then starts an empty
        chain with the same id, the broken saves set aside as `saves-lost-…`. Raises Conflict where the
        folder or the port is taken, WrongChain where another node answers, Unavailable otherwise.
        """
        if self.is_alive():
            return
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._lock = self._lock or FolderLock(self.folder)
        try:
            end_orphan(self.folder / "pid", str(self._cache))
            self.restored, begun = self._remember(begin_again)
            self._launch()
            with Rpc(self.url, timeout=START_TIMEOUT) as rpc:
                self._expect_restored(rpc)
                if not begun:
                    saves.save(rpc, self.saves_folder)
                    self._write_identity(begun=True)
        except BaseException:
            self.stop()
            raise

    def stop(self, grace: float = STOP_TIMEOUT) -> None:
        """Ends the process (SIGTERM, then SIGKILL after `grace` seconds) and lets the folder go.

        Does not save: whoever mines does that first.
        """
        self._end(grace)
        if self._lock is not None:
            (self.folder / "pid").unlink(missing_ok=True)
            self._lock.release()
            self._lock = None

    def _end(self, grace: float) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(grace)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._process = None

    @property
    def _cache(self) -> Path:
        return self.folder / "cache"

    def _remember(self, begin_again: bool) -> tuple[SavedState | None, bool]:
        """The save to load, and whether this chain began in an earlier run; sets the chain id."""
        identity = self._read_identity()
        begun = bool(identity.get("begun"))
        try:
            saved = saves.newest_whole(self.saves_folder)
            if saved is None and begun:
                raise StateLost(saves.lost_message(self.saves_folder, []))
        except StateLost:
            if not begin_again:
                raise
            saved, begun = None, False
            if self.saves_folder.exists():
                self.saves_folder.rename(self.folder / f"saves-lost-{time.time_ns()}")
        if saved is not None:
            saves.set_aside_after(self.saves_folder, saved.generation)
        known = identity.get("chain_id")
        if saved is not None and isinstance(known, int) and known != saved.chain_id:
            raise StateLost(f"{self.folder} is of chain {known}, but its save is of chain {saved.chain_id}.")
        # Fifteen digits: no development chain has so many, and JavaScript still counts them exactly.
        fresh = 10**14 + secrets.randbelow(9 * 10**14)
        self._chain_id = saved.chain_id if saved else known if isinstance(known, int) else fresh
        self._write_identity(begun=begun)
        return saved, begun

    def _read_identity(self) -> dict[str, object]:
        try:
            identity = json.loads((self.folder / "chain.json").read_bytes())
        except FileNotFoundError:
            return {}
        except (OSError, ValueError):
            identity = None
        # Unreadable: suppose that a chain has begun. Its save, if there is one, knows the id.
        return identity if isinstance(identity, dict) else {"begun": True}

    def _write_identity(self, *, begun: bool) -> None:
        identity = {"chain_id": self._chain_id, "begun": begun}
        write_whole(self.folder / "chain.json", json.dumps(identity).encode())

    def _launch(self) -> None:
        for attempt in range(PORT_TRIES):
            # A node started again keeps its port, so that whoever knows the address need not be told.
            # Between finding a free port and using it another program may take it: then try another.
            again = attempt == 0 and self._port is not None
            self._port = self._fixed_port or (self._port if again else _free_port())
            self._spawn()
            try:
                self._await_answer()
            except (Conflict, WrongChain):
                self._end(0)
                if self._fixed_port is not None or attempt == PORT_TRIES - 1:
                    raise
            else:
                return

    def _spawn(self) -> None:
        saved = self.restored
        state = None if saved is None else saves.state_file(self.saves_folder, saved.generation)
        anvil = anvil_command(self._port or 0, self.chain_id, self._cache, state)
        command = [sys.executable, "-I", "-S", leash.__file__, str(os.getpid()), str(MEMORY), *anvil]
        if self.log_file.exists():
            # Two runs' words are kept: those of one that died are what somebody will look for.
            self.log_file.replace(self.folder / "log.earlier")
        self._process = None
        started = threading.Event()
        threading.Thread(target=self._keep, args=(command, started), name="local-node", daemon=True).start()
        started.wait()
        if self._process is None:
            raise Unavailable(f"The local node could not be started: {command[0]} does not run.")
        note_process(self.folder / "pid", self._process.pid)

    def _keep(self, command: list[str], started: threading.Event) -> None:
        """Starts the process and stays with it: the leash breaks when the thread that started it ends."""
        try:
            with self.log_file.open("ab") as log:
                # A session of its own: Ctrl-C in a terminal reaches us, and we stop it after the last save.
                process = subprocess.Popen(  # noqa: S603 - our own node, its arguments made here
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    cwd=self.folder,
                    env={"HOME": str(self.folder)},
                    start_new_session=True,
                )
            self._process = process
        finally:
            started.set()
        while True:
            _bound(self.log_file)
            try:
                process.wait(LOG_CHECK)
            except subprocess.TimeoutExpired:
                continue
            return

    def _await_answer(self) -> None:
        deadline = time.monotonic() + START_TIMEOUT
        with Rpc(self.url, timeout=2.0) as rpc:
            while True:
                # Asked before the call: a stranger on the port could answer in place of a dead child.
                alive = self.is_alive()
                try:
                    rpc.expect_chain(self.chain_id)
                except WrongChain:
                    raise
                except Unavailable:
                    if not alive:
                        raise self._died() from None
                    if time.monotonic() > deadline:
                        raise
                else:
                    if self.is_alive():
                        return
                    raise self._died()
                time.sleep(POLL)

    def _died(self) -> Conflict | Unavailable:
        said = self.log_file.read_bytes()[-600:].decode(errors="replace").strip()
        if "Address already in use" in said:
            return Conflict(f"Port {self._port} of 127.0.0.1 is taken. Free it, or name another.")
        return Unavailable(f"The local node ended at once. Its last words are in {self.log_file}: {said}")

    def _expect_restored(self, rpc: Rpc) -> None:
        if self.restored is None:
            return
        # By its height: a worker that waited for this node may have mined on top of it already.
        block = rpc.call("eth_getBlockByNumber", hex(self.restored.block_number), False)
        if not isinstance(block, dict) or block.get("hash") != "0x" + self.restored.block_hash.hex():
            raise StateLost(
                f"The local node loaded its save but does not hold block {self.restored.block_number} "
                f"(0x{self.restored.block_hash.hex()})."
            )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _bound(log_file: Path) -> None:
    """Cuts the log where it has grown too long; it is opened for appending, so writing goes on behind."""
    try:
        content = log_file.read_bytes() if log_file.stat().st_size > MAX_LOG else None
        if content is not None:
            log_file.write_bytes(content[-MAX_LOG // 2 :])
    except OSError:
        # A log that cannot be cut is no reason to let go of the node.
        return

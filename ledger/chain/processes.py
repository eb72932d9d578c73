"""One node for one folder: who holds the folder, and what an earlier holder left running.

Linux only: a process is recognised by what /proc says of it (proc(5)).
"""

from __future__ import annotations

import fcntl
import json
import os
import signal
import time
from pathlib import Path
from typing import Final

from ledger.chain.whole_files import write_whole
from ledger.domain.errors import Conflict

POLL: Final = 0.02


class FolderLock:
    """Held while this process works in `folder`; given back by the system if the process dies."""

    def __init__(self, folder: Path) -> None:
        """Raises Conflict if another process holds the folder."""
        self._descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(self._descriptor)
            raise Conflict(
                f"Another process already runs a local node in {folder}. Stop it, or use another data folder."
            ) from error

    def release(self) -> None:
        """Lets the next one have the folder."""
        os.close(self._descriptor)


def note_process(pid_file: Path, pid: int) -> None:
    """Writes down a started process so that a later run can recognise it."""
    write_whole(pid_file, json.dumps({"pid": pid, "started": _started(pid)}).encode())


def end_orphan(pid_file: Path, mark: str, *, grace: float = 5.0) -> int | None:
    """Ends the process an earlier run noted, if it still runs and is ours; answers its pid if so.

    Ours means: the same start time as was noted, so that a number used again is not mistaken for
    it, and `mark` among its arguments. SIGTERM, then SIGKILL after `grace` seconds.
    """
    try:
        noted = json.loads(pid_file.read_bytes())
        pid, started = int(noted["pid"]), noted["started"]
    except (OSError, ValueError, TypeError, KeyError):
        return None
    if started is None or _started(pid) != started or mark not in _arguments(pid):
        return None
    for number, wait in ((signal.SIGTERM, grace), (signal.SIGKILL, grace)):
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            break
        deadline = time.monotonic() + wait
        while time.monotonic() < deadline and _started(pid) == started:
            time.sleep(POLL)
    if _started(pid) == started:
        raise Conflict(f"A local node of an earlier run (process {pid}) does not end. End it by hand.")
    return pid


def _started(pid: int) -> int | None:
    """Clock ticks after boot at which `pid` started; None if it is gone or only its exit code is left."""
    try:
        # The name, in parentheses, may hold anything, parentheses too.
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] in "ZX" else int(fields[19])


def _arguments(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")
    except OSError:
        return []

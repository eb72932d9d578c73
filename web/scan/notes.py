"""Counts scans beside the requests: best effort, so that no page waits for it or fails by it."""

from __future__ import annotations

import queue
import threading
import time
from typing import Final

import structlog
from flask import current_app

from ledger.services.note_scan import Seen, note_scans
from ledger.services.ports import Ledger

log = structlog.get_logger("scans")

_ROOM: Final = 5_000
_AT_ONCE: Final = 1_000
_GAP: Final = 0.2
"""Seconds between two writes, so that a busy site writes many looks at once instead of each by itself."""
_IDLE: Final = 3.0
"""Seconds without a scan after which the thread ends, and holds nothing of an application that is gone."""


class Notes:
    """A queue with one thread that writes it down; where it is full, scans go uncounted."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._waiting: queue.Queue[Seen] = queue.Queue(_ROOM)
        self._starting = threading.Lock()
        self._hurry = threading.Event()
        self._thread: threading.Thread | None = None

    def add(self, seen: Seen) -> None:
        """Note a scan soon. Never waits, never raises."""
        try:
            self._waiting.put_nowait(seen)
        except queue.Full:
            return
        # Begun by the first scan, not with the app: a server forks its workers after the app is made.
        if self._thread is None:
            with self._starting:
                if self._thread is None:
                    self._thread = threading.Thread(target=self._write, name="scan-notes", daemon=True)
                    self._thread.start()

    def settle(self) -> None:
        """Wait until everything added so far is written down, or given up."""
        self._hurry.set()
        self._waiting.join()
        self._hurry.clear()

    def _write(self) -> None:
        written_at = float("-inf")
        while True:
            try:
                seen = [self._waiting.get(timeout=_IDLE)]
            except queue.Empty:
                if self._may_end():
                    return
                continue
            self._hurry.wait(max(0.0, written_at + _GAP - time.monotonic()))
            while len(seen) < _AT_ONCE and not self._waiting.empty():
                seen.append(self._waiting.get())
            try:
                note_scans(self._ledger, seen)
            except Exception as error:  # noqa: BLE001 - see below
                # Whatever it was, the thread must live on: a count is not worth a page.
                log.warning("scans.uncounted", count=len(seen), reason=type(error).__name__)
            finally:
                written_at = time.monotonic()
                for _ in seen:
                    self._waiting.task_done()

    def _may_end(self) -> bool:
        """Whether nothing waits; from then on the next scan begins another thread."""
        with self._starting:
            here, self._thread = self._thread, None
            # First absent, then looked: a scan that comes in between finds nobody and waits for the lock.
            if self._waiting.empty():
                return True
            self._thread = here
            return False


def notes() -> Notes:
    """The notes of the present application."""
    found: Notes = current_app.extensions["scan_notes"]
    return found

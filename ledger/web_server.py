"""Settings of the web server: `gunicorn -c python:ledger.web_server "web:create_app()"`.

gunicorn reads them before any process of ours begins, so that all log in one form and count in one folder; that is
also why this is no part of `web`, which must not be loaded before. The command line can say otherwise;
`WEB_CONCURRENCY` is gunicorn's own name for the number of processes.
"""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path
from typing import Any, Final

import gunicorn.glogging  # type: ignore[import-untyped] # it has no types
import gunicorn.workers.gthread  # type: ignore[import-untyped] # as above

from ledger.logs import configure

FOLDER: Final = "PROMETHEUS_MULTIPROC_DIR"
"""prometheus-client's own name for the folder in which several processes count together."""


_AFTER_YOU: Final = 0.0003
"""Seconds, in which a sibling that the same connections woke takes one; its own threads go on meanwhile."""


class Logger(gunicorn.glogging.Logger):  # type: ignore[misc] # as above
    """gunicorn's own words in our form, without what they quote of a request; its access log is never written.

    `web/logs.py` tells of each request without naming whom or what it was about.
    """

    def setup(self, cfg: Any) -> None:
        """Take our handlers in place of gunicorn's."""
        self.cfg = cfg
        self.loglevel = self.LOG_LEVELS.get(cfg.loglevel.lower(), self.LOG_LEVELS["info"])
        self.error_log.setLevel(self.loglevel)
        configure()

    @property
    def access_log_enabled(self) -> bool:
        """Never."""
        return False


class Worker(gunicorn.workers.gthread.ThreadWorker):  # type: ignore[misc] # as above
    """Threads that answer. A process that has taken a connection leaves the next one to its siblings, if they are idle.

    A proxy opens several in the same instant and keeps them: whoever woke first took all of them, and one core worked
    while the others stood idle.
    """

    def accept(self, listener: Any) -> None:
        """Take one connection."""
        super().accept(listener)
        time.sleep(_AFTER_YOU)


def on_starting(_arbiter: Any) -> None:
    """Make the folder, before there are processes that count in it; what an earlier run counted there is forgotten."""
    if FOLDER not in os.environ:
        os.environ[FOLDER] = tempfile.mkdtemp(prefix="touchmark-web-")
    ours = Path(os.environ[FOLDER])
    ours.mkdir(parents=True, exist_ok=True)
    for path in (*ours.glob("*.db"), *ours.glob("limits")):
        path.unlink()


def child_exit(_arbiter: Any, worker: Any) -> None:
    """What a process that is gone measured of itself is no longer true; what it counted is."""
    from prometheus_client.multiprocess import mark_process_dead

    mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]


logger_class: Final = Logger
worker_class: Final = Worker
threads: Final = 4
timeout: Final = 120
graceful_timeout: Final = 10
limit_request_line: Final = 8190
control_socket_disable: Final = True

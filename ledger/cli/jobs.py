"""Long jobs seen through from the command line: done here, or watched where the worker is at it already."""

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path
from time import sleep

import structlog

from ledger.cli.base import Cli
from ledger.domain.errors import Conflict, Unavailable
from ledger.domain.imports import Job


def see_through(cli: Cli, kind: str, subject: str, what: str, total: int | None = None) -> Job:
    """The job once it is done. Stopped by Ctrl-C, it goes back to whoever comes next: nothing is half-done.

    Raises Conflict with the job's own sentence where it failed, Unavailable where there is no such job.
    """
    from ledger.worker import take_job_of, work_off

    # What the worker would write into its log goes beside the result, never into it.
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    ledger = cli.ledger
    with cli.screen.progress(what, total) as bar:
        while True:
            taken = take_job_of(ledger, kind, subject)
            if taken is not None:
                work_off(ledger, taken, bar)
            with ledger.store.read() as tx:
                job = tx.imports.job(kind, subject)
            if job is None:
                raise Unavailable("The job is gone from the list. Run the command again.")
            if job.state == "done":
                return job
            if job.state == "failed":
                raise Conflict(job.problem or "The job failed.")
            bar(job.done)
            # The worker is at it, or it was postponed: look again rather than do it twice.
            sleep(0.2)


def lines_of(path: Path) -> int | None:
    """About how many rows a CSV file has under its header; None for what is not one."""
    with suppress(OSError), path.open("rb") as file:
        if file.read(2) == b"PK":
            return None
        return sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(1 << 20), b"")) or None
    return None

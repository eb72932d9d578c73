"""The worker: turns of the chain's loop, jobs, and what else has to be seen to from time to time.

One worker is active; a lease in the database decides which, others stand by. The loop never gives up on
a node that is away: it says so, and tries again.
"""

from __future__ import annotations

import gc
import os
import secrets
import signal
import socket
import threading
import time
from collections.abc import Callable
from typing import Final

import structlog

from ledger.bootstrap import build, connect
from ledger.chain_loop import ChainLoop
from ledger.domain.errors import LedgerError, Unavailable
from ledger.domain.imports import Job
from ledger.post_room import PostRoom
from ledger.services.ask_photo import sweep_photos
from ledger.services.credential_metadata import tell_contract
from ledger.services.credential_status import Looked, settle_credentials
from ledger.services.desk.case_turn import forget_case_texts, settle_due, sweep_sent_files
from ledger.services.desk.clues import sweep_clues
from ledger.services.desk.listings_change import sweep_listings
from ledger.services.desk.orders_turns import settle_orders
from ledger.services.desk.rights_reminders import remind_of_rights
from ledger.services.desk.screen_look import look_at_next
from ledger.services.desk.signals_share import share_signals
from ledger.services.follow_chain import Halted
from ledger.services.import_items import CHECK, PREPARE, check_import
from ledger.services.keep_looks import LookKeeper
from ledger.services.ports import Ledger
from ledger.services.prepare_batch import prepare
from ledger.services.propose_carry_out import carry_out_next
from ledger.services.propose_tell import tell_next
from ledger.services.sessions import sweep_people
from ledger.settings import Settings

log = structlog.get_logger("worker")

LEASE_SECONDS: Final = 15
IDLE: Final = 0.15
_ABANDONED: Final = 60
_OUR_FAULT: Final = "Something went wrong on our side and was noted. Nothing was changed; please tell the operator."
_SHARE_EVERY: Final = 20
"""Seconds between two looks at what brands share."""
_LEFT_FOR: Final = 86_400
"""Seconds after which nobody is still writing a file."""
_SWEEP_EVERY: Final = 3_600
"""Seconds between two sweeps of sessions, links and errands that are over."""


class Lease:
    """The right to be the active worker, kept by renewing it in time."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self.name = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
        self._until = 0.0

    def hold(self) -> bool:
        """Take or renew the lease; False while another worker has it."""
        now = self._ledger.clock()
        if now < self._until - LEASE_SECONDS / 2:
            return True
        with self._ledger.store.write() as tx:
            held = tx.meta.get("lease")
            if held and held["holder"] != self.name and held["until"] > now:
                self._until = 0.0
                return False
            self._until = now + LEASE_SECONDS
            tx.meta.set("lease", {"holder": self.name, "until": self._until})
        return True

    def holds(self) -> bool:
        """Whether nobody else can have taken it yet, by our clock and without asking."""
        return self._ledger.clock() < self._until

    def release(self) -> None:
        """Let another worker start at once."""
        with self._ledger.store.write() as tx:
            held = tx.meta.get("lease")
            if held and held["holder"] == self.name:
                tx.meta.remove("lease")


def run_jobs_once(ledger: Ledger) -> bool:
    """Do the oldest waiting job; False where there is none, or where it has to wait for something."""
    now = ledger.now()
    with ledger.store.read() as tx:
        # Who only looks takes no turn from those who write.
        if not tx.imports.job_waits(now - _ABANDONED):
            return False
    with ledger.store.write() as tx:
        job = tx.imports.take_job(now, now - _ABANDONED)
    if job is None:
        return False
    return work_off(ledger, job)


def take_job_of(ledger: Ledger, kind: str, subject: str) -> Job | None:
    """The job on one subject, for whoever wants to do it now; None while somebody is at work on it, or after."""
    now = ledger.now()
    with ledger.store.write() as tx:
        return tx.imports.take_job_of(kind, subject, now, now - _ABANDONED)


def work_off(ledger: Ledger, job: Job, on_progress: Callable[[int], None] | None = None) -> bool:
    """Do a job that was taken; False where it has to wait. Stopped halfway, it waits again for whoever comes next."""
    last = 0.0
    done = True

    def note(done: int) -> None:
        nonlocal last
        if on_progress is not None:
            on_progress(done)
        if time.monotonic() - last > 0.5:
            last = time.monotonic()
            with ledger.store.write() as tx:
                tx.imports.change_job(job.id, done=done, beat_at=ledger.now())

    kinds: dict[str, Callable[[str, Callable[[int], None]], object]] = {
        CHECK: lambda subject, note: check_import(ledger, subject, note),
        PREPARE: lambda subject, note: prepare(ledger, subject, note),
    }
    try:
        kinds[job.kind](job.subject, note)
        outcome: dict[str, object] = {"state": "done", "problem": None}
    except Unavailable as error:
        # Something we need is away: the job waits and is begun again.
        log.warning("job.postponed", kind=job.kind, subject=job.subject, reason=error.detail)
        outcome = {"state": "waiting"}
        done = False
    except LedgerError as error:
        outcome = {"state": "failed", "problem": error.detail}
    except (KeyboardInterrupt, SystemExit):
        with ledger.store.write() as tx:
            tx.imports.change_job(job.id, state="waiting")
        raise
    except OSError as error:
        # A disk that fails or is full passes; a file that is gone does not come back.
        log.exception("job.disk", kind=job.kind, subject=job.subject)
        outcome = {"state": "waiting"}
        done = False
        if isinstance(error, FileNotFoundError):
            outcome = {"state": "failed", "problem": _OUR_FAULT}
    except Exception:
        # One file that we cannot cope with must not end the work on everybody else's.
        log.exception("job.broken", kind=job.kind, subject=job.subject)
        outcome = {"state": "failed", "problem": _OUR_FAULT}
    with ledger.store.write() as tx:
        now = tx.imports.job(job.kind, job.subject)
        # We may have been away so long that somebody else has begun it anew.
        if now is not None and (now.id, now.started_at) == (job.id, job.started_at):
            tx.imports.change_job(job.id, beat_at=ledger.now(), **outcome)
    return done


def run(settings: Settings, stop: threading.Event) -> None:
    """Work until told to stop."""
    ledger = build(settings)
    lease = Lease(ledger)
    jobs = threading.Thread(target=_jobs, args=(settings, stop), name="jobs", daemon=True)
    jobs.start()
    post = PostRoom(settings, stop)
    loop: ChainLoop | None = None
    said = ""
    while not stop.is_set():
        pause = IDLE
        try:
            if not lease.hold():
                pause = 1.0
            else:
                loop = loop or ChainLoop(ledger, connect(ledger, settings), lease.holds)
                if loop.turn():
                    pause = 0.0
                elif loop.side.miner is None:
                    # A chain of others makes a block every few seconds; asking more often tells us nothing.
                    pause = 1.0
                if said:
                    log.info("chain.back")
                    said = ""
        except (LedgerError, Halted) as error:
            reason = error.detail if isinstance(error, LedgerError) else str(error)
            if reason != said:
                log.error("chain.away" if isinstance(error, Unavailable) else "chain.halted", reason=reason)
                said = reason
            pause = 1.0
        stop.wait(pause)
    jobs.join(timeout=5)
    post.close(2)
    lease.release()
    if loop is not None:
        loop.side.close()


def _jobs(settings: Settings, stop: threading.Event) -> None:
    ledger = build(settings)
    looks, looked = LookKeeper(ledger), Looked()
    swept = shared = float("-inf")
    while not stop.is_set():
        try:
            busy = run_jobs_once(ledger) or carry_out_next(ledger) or tell_next(ledger)
            busy = (
                busy
                or settle_credentials(ledger, looked)
                or tell_contract(ledger)
                or settle_due(ledger)
                or _tend(looks)
            )
            busy = settle_orders(ledger) or busy or look_at_next(ledger)
            if time.monotonic() - shared > _SHARE_EVERY:
                shared = time.monotonic()
                share_signals(ledger)
            if time.monotonic() - swept > _SWEEP_EVERY:
                swept = time.monotonic()
                sweep_people(ledger)
                ledger.files.sweep(ledger.clock() - _LEFT_FOR)
                sweep_photos(ledger)
                sweep_listings(ledger)
                sweep_clues(ledger)
                forget_case_texts(ledger)
                sweep_sent_files(ledger)
                remind_of_rights(ledger)
        except LedgerError as error:
            log.error("jobs.away", reason=error.detail)
            busy = False
        except Exception:
            # This thread has nobody who would start it again: what breaks once must not end everybody's work.
            log.exception("jobs.broken")
            busy = False
        if not busy:
            stop.wait(0.3)


def _tend(looks: LookKeeper) -> bool:
    try:
        return looks.turn()
    except LedgerError:
        raise
    except Exception:
        # What cannot be compared must not end the work on everybody's files.
        log.exception("looks.broken")
        return False


def main(settings: Settings) -> None:
    """Run as a process: stops cleanly on SIGTERM and SIGINT."""
    stop = threading.Event()
    # What was imported stays: it need not be searched for cycles again and again.
    gc.collect()
    gc.freeze()
    # Statements, events and rows, of which a turn makes tens of thousands, have no cycles to be searched for.
    gc.set_threshold(50_000, 10, 10)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    run(settings, stop)

"""Statements on their way: what a command says about one that it has queued, and waiting until it is final."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Final

import click

from ledger.cli.base import Cli
from ledger.cli.screen import when
from ledger.domain.errors import Conflict, Unavailable
from ledger.domain.outbox import Progress, Queued, State
from ledger.domain.statements import type_name
from ledger.services.ports import Ledger
from ledger.services.progress_of import progress_of

LONGEST: Final = 120
_WORDS: Final = {
    State.QUEUED: "is queued and goes out with the next turn of the worker",
    State.SENT: "is on its way to the chain",
    State.ACCEPTED: "is accepted; it is final in a moment",
    State.FINAL: "is final",
    State.REFUSED: "was refused for good",
}

wait_option = click.option("--wait", is_flag=True, help="Wait until the ledger has it for good.")


def worker_runs(ledger: Ledger) -> bool:
    """Whether some worker holds the lease now."""
    with ledger.store.read() as tx:
        lease = tx.meta.get("lease")
    return lease is not None and lease["until"] > ledger.clock()


def wait_for(cli: Cli, what: str, done: Callable[[], bool], seconds: float = LONGEST) -> bool:
    """Ask until `done`, for at most `seconds`; whether it came true. Shows that it waits."""
    deadline = time.monotonic() + seconds
    with cli.screen.progress(what, None):
        while not done():
            if time.monotonic() > deadline:
                return False
            time.sleep(0.1)
    return True


def where_is(ledger: Ledger, queued: Queued) -> Progress:
    """The statement's progress now."""
    with ledger.store.read() as tx:
        return progress_of(ledger, tx, [queued])[queued.id]


def wait_until_settled(cli: Cli, queued: Queued, seconds: float = LONGEST) -> Progress:
    """The statement's progress once it is final or refused for good.

    Raises Unavailable where that takes longer, Conflict where it was refused.
    """
    ledger = cli.ledger
    settled = (State.FINAL, State.REFUSED)
    if not wait_for(cli, "Waiting until it is final", lambda: where_is(ledger, queued).state in settled, seconds):
        hint = "" if worker_runs(ledger) else " No worker runs: start `touchmark worker` or `touchmark serve`."
        raise Unavailable(
            f"The statement {queued.id} is not final after {seconds:g} seconds. It is not lost: "
            f"`touchmark statements wait {queued.id}` goes on waiting.{hint}"
        )
    progress = where_is(ledger, queued)
    if progress.state is State.REFUSED:
        raise Conflict(f"The ledger refused the statement for good: {progress.reason}.")
    return progress


def report_sent(cli: Cli, queued: Queued, *, wait: bool = False, **more: Any) -> dict[str, Any]:
    """Say where the statement is, after waiting where that was asked for; returns its document."""
    progress = wait_until_settled(cli, queued) if wait else where_is(cli.ledger, queued)
    cli.screen.say(f"{type_name(queued.statement.kind)} {queued.id} {_WORDS[progress.state]}.")
    if progress.state not in (State.FINAL, State.REFUSED):
        cli.screen.hint(f"`touchmark statements wait {queued.id}` waits until it is final.")
    return statement_view(queued, progress) | more


def statement_view(queued: Queued, progress: Progress) -> dict[str, Any]:
    """A statement and where it is, as JSON carries it."""
    return {
        "id": queued.id,
        "kind": type_name(queued.statement.kind),
        "hash": "0x" + queued.hash.hex(),
        "state": progress.state.value,
        "reason": progress.reason,
        "block": progress.block,
        "transaction": None if progress.transaction is None else "0x" + progress.transaction.hex(),
        "accepted_at": when(progress.time),
        "signer": queued.signer,
        "created_at": queued.created_at,
    }

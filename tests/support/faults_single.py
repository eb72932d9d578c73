"""One act in a process of its own, so that one single system call of it can be made to fail (Tessera's way).

`python -m tests.support.faults_single` has everything loaded, reads one JSON line for each act, and forks: the child
says its number, waits to be traced and told to go, acts, and ends with 0 (done), 3 (refused in a sentence) or 1.
"""

from __future__ import annotations

import io
import json
import os
import sys
import time
import traceback
from pathlib import Path
from typing import Any

from ledger.bootstrap import build
from ledger.chain.node import LocalMiner
from ledger.chain.rpc import Rpc
from ledger.domain.errors import LedgerError, Unavailable
from ledger.services import hand_out_cards, import_items
from ledger.services.organisations import operator_as
from ledger.services.ports import Ledger
from ledger.services.read_batch import own_batch
from ledger.settings import Settings
from ledger.worker import run_jobs_once

REFUSED, BROKEN = 3, 1


def register(ledger: Ledger, batch: str) -> None:
    """From the confirmed import to the queued registration. Raises Unavailable where the job has to wait."""
    caller = operator_as(ledger, "maison")
    run_jobs_once(ledger)
    with ledger.store.read() as tx:
        job = tx.imports.job(import_items.PREPARE, batch)
        if not own_batch(tx, caller, batch).ready:
            # A job that failed is told to a person and not begun again: a passing fault must not end there.
            assert job is not None
            assert job.state != "failed", job.problem
            raise Unavailable("It is not ready yet.")
    with ledger.store.read() as tx:
        found = own_batch(tx, caller, batch)
    if found.statement is not None:
        return
    # Whoever has the cards confirms them once more: their codes may be destroyed, or half destroyed, already.
    sha256 = found.cards_sha256 or hand_out_cards.write_cards(ledger, caller, batch, "csv", io.BytesIO())
    hand_out_cards.confirm_cards(ledger, caller, batch, sha256)


def _act(told: dict[str, Any]) -> int:
    # What the act logs is nobody's answer.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    # What is loaded at the start of a process is not part of the act.
    ledger, rpc = build(Settings(data=Path(told["folder"]))) if told["act"] == "register" else None, Rpc(told["url"])
    go = Path(told["go"])
    go.with_suffix(".ready").touch()
    while not go.exists():
        time.sleep(0.005)
    try:
        if ledger is None:
            LocalMiner(rpc, Path(told["folder"])).save()
        else:
            register(ledger, told["batch"])
    except LedgerError:
        return REFUSED
    except BaseException:  # noqa: BLE001 - said to whoever looks, as an exit code and a text
        Path(told["trace"]).write_text(traceback.format_exc())
        return BROKEN
    return 0


def main() -> None:
    """Serve until there is no more to do."""
    for line in sys.stdin:
        told = json.loads(line)
        child = os.fork()
        if child == 0:
            os._exit(_act(told))
        print(child, flush=True)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


if __name__ == "__main__":
    main()

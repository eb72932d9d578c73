"""What time does to cases, done by the worker: windows that close, days of the law that are over, texts to forget.

Each case is a transaction of its own and is asked anew within it, so that two workers do nothing twice and a worker
that was killed has done it whole or not at all. Nothing depends on being punctual: an act on a case does first what
time had to do by then, and dates that follow are counted from when it was due.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import structlog

from ledger.domain.errors import Unavailable
from ledger.services.desk.case_act import on_case
from ledger.services.desk.rights_files import SHELF
from ledger.services.ports import Ledger, Tx

log = structlog.get_logger("desk")

TEXTS_KEPT: Final = 180 * 86_400
"""Seconds after a case was closed for which what people wrote and sent in it is kept."""
SENT_KEPT: Final = 30 * 86_400
"""Seconds for which a file that was sent waits for a notice, an answer or a test purchase to name it."""
_MOST: Final = 50
_FORGOTTEN: Final = 1_000


def settle_due(ledger: Ledger, limit: int = _MOST) -> bool:
    """Do to some cases what time has to do; False where nothing was left to do. Raises Unavailable."""
    with ledger.store.read() as tx:
        waiting = tx.cases.due(ledger.now(), limit)
    done = 0
    for id in waiting:
        try:
            on_case(ledger, id, "", lambda _tx, _kept, _case, _now: (), lambda _tx, _kept: True)
        except Unavailable:
            raise
        except Exception:
            # A case that we cannot cope with must not hold up everybody else's.
            log.exception("case.broken", case=id)
        else:
            done += 1
    return done > 0


def forget_case_texts(ledger: Ledger) -> None:
    """Forget what people wrote and sent in cases that have long been closed; the log keeps names that tell nothing."""
    with ledger.store.write() as tx:
        tx.cases.forget_texts(ledger.now() - TEXTS_KEPT, _FORGOTTEN)
    before = ledger.now() - TEXTS_KEPT
    with ledger.store.read() as tx:
        over = tx.cases.files_over(before, _FORGOTTEN)
    _remove(ledger, over, lambda tx, name: tx.cases.forget_file(name, before))


def sweep_sent_files(ledger: Ledger) -> int:
    """Delete files that were sent for a case long ago and that nothing has named; how many."""
    before = ledger.now() - SENT_KEPT
    with ledger.store.read() as tx:
        over = tx.cases.sent_over(before, _FORGOTTEN)
    return _remove(ledger, over, lambda tx, name: tx.cases.forget_sent(name, before))


def _remove(ledger: Ledger, names: Sequence[str], forget: Callable[[Tx, str], bool]) -> int:
    """Forget files one by one, each destroyed in the transaction that forgets it; how many were destroyed.

    So whoever keeps the same bytes meanwhile finds them whole or gone, and what could not be destroyed has its row
    still, by which it is found again.
    """
    count = 0
    for name in names:
        try:
            with ledger.store.write() as tx:
                if forget(tx, name):
                    _destroy(ledger, name)
                    count += 1
        except _Stays as stays:
            log.error("case.file_stays", file=name, reason=str(stays))
    return count


def _destroy(ledger: Ledger, name: str) -> None:
    try:
        ledger.files.remove(SHELF, name)
    except Unavailable as error:
        raise _Stays(error.detail) from error


class _Stays(Exception):
    """One file could not be destroyed, which must not hold up the others; a database that is away does."""

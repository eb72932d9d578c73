"""The marks that listings are screened for: the rights vault's, brands' names, and the names of their lines.

Made into an automaton once for what there is, and kept by the process until any of it changes. It holds so many and no
more (`MOST_MARKS`): lines are left out first, for the name of a model alone is an ordinary word, and then the youngest
names and marks. Whatever is left out is said in the log, at `/readyz`, and where a mark or a name is, in the facts of
every listing (`left_out`): of its words nothing can be told then, so it is never simply allowed.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from weakref import WeakKeyDictionary

import structlog

from ledger.domain.organisations import Role
from ledger.screening.marks import MOST_MARKS, Marks
from ledger.screening.matches import KnownMark
from ledger.services.ports import Ledger, Tx


@dataclass(frozen=True, slots=True)
class Looked:
    """What is looked for, and how many marks and names there was no room for."""

    marks: Marks
    left_out: int


log = structlog.get_logger("screening")
_kept: WeakKeyDictionary[Any, tuple[Any, tuple[KnownMark, ...], Looked]] = WeakKeyDictionary()
"""By the store that they were read from: as of when, which, and what was made of them."""
_making = threading.Lock()


def marks_now(ledger: Ledger) -> Looked:
    """The marks as of now."""
    now = ledger.now()
    day = datetime.fromtimestamp(now, UTC).date()
    # Organisations and lines move the shared stamp; rights have a version of their own, and begin and end by the day.
    shared = ledger.store.stamp()[0]
    with ledger.store.read() as tx:
        state = (shared, tx.rights.marks_version(), day)
        kept = _kept.get(ledger.store)
        if kept is not None and kept[0] == state:
            return kept[2]
        marks, models = _stated(tx, day), _models(tx)
    read = (*marks, *models)
    with _making:
        kept = _kept.get(ledger.store)
        # The shared stamp moves with every block: what is the same is not made again.
        looked = kept[2] if kept is not None and kept[1] == read else _made(marks, models)
        _kept[ledger.store] = (state, read, looked)
    return looked


def left_out_now(ledger: Ledger) -> int:
    """How many marks, brands' names and lines there is no room for: counted, for monitors."""
    day = datetime.fromtimestamp(ledger.now(), UTC).date()
    with ledger.store.read() as tx:
        brands = sum(one.role is Role.BRAND for one in tx.organisations.all())
        return max(0, tx.rights.count_marks(day) + brands + tx.listings.count_lines() - MOST_MARKS)


def _made(marks: Sequence[KnownMark], models: Sequence[KnownMark]) -> Looked:
    known = (*marks, *models)[:MOST_MARKS]
    looked = Looked(Marks(known), len(marks) - len(marks[:MOST_MARKS]))
    if len(known) < len(marks) + len(models):
        lines = len(marks) + len(models) - len(known) - looked.left_out
        log.warning("screening.left_out", room=MOST_MARKS, marks=looked.left_out, lines=lines)
    return looked


def _stated(tx: Tx, day: date) -> list[KnownMark]:
    """The vault's marks, then brands' names."""
    vault = tx.rights.marks_in_force(day)
    brands = [one for one in tx.organisations.all() if one.role is Role.BRAND]
    marks = [KnownMark(one.id, one.name, one.owner, one.classes, one.territories) for one in vault]
    return marks + [KnownMark(one.id, one.name, one.id) for one in brands]


def _models(tx: Tx) -> list[KnownMark]:
    return [KnownMark(gtin, name, owner, model=gtin) for gtin, owner, name in tx.listings.brand_lines()]

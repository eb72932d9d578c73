"""The marks that listings are screened for: the rights vault's, brands' names, and the names of their lines.

Made into an automaton once for what there is, and kept by the process until any of it changes.
"""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from typing import Any
from weakref import WeakKeyDictionary

from ledger.domain.organisations import Role
from ledger.screening.marks import Marks
from ledger.screening.matches import KnownMark
from ledger.services.ports import Ledger, Tx

_kept: WeakKeyDictionary[Any, tuple[Any, Marks]] = WeakKeyDictionary()
"""By the store that they were read from."""
_making = threading.Lock()


def marks_now(ledger: Ledger) -> Marks:
    """The marks as of now."""
    now = ledger.now()
    day = datetime.fromtimestamp(now, UTC).date()
    # Organisations and lines move the shared stamp; rights have a version of their own, and begin and end by the day.
    shared = ledger.store.stamp()[0]
    with ledger.store.read() as tx:
        state = (shared, tx.rights.marks_version(), day)
        known = _kept.get(ledger.store)
        if known is not None and known[0] == state:
            return known[1]
        marks = [
            *(
                KnownMark(one.id, one.name, one.owner, one.classes, one.territories)
                for one in tx.rights.marks_in_force(day)
            ),
            *_names(tx),
        ]
    with _making:
        made = Marks(marks)
        _kept[ledger.store] = (state, made)
    return made


def _names(tx: Tx) -> list[KnownMark]:
    brands = [one for one in tx.organisations.all() if one.role is Role.BRAND]
    named = [KnownMark(one.id, one.name, one.id) for one in brands]
    return named + [KnownMark(gtin, name, owner, model=gtin) for gtin, owner, name in tx.listings.brand_lines()]

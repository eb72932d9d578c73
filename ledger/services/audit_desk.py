"""Audit: the desk's log is whole, every entry as it was sealed."""

from __future__ import annotations

from typing import Final

from ledger.domain.desk_log import GENESIS, faults
from ledger.services.audit_findings import PAGE, Findings
from ledger.services.checking import Checked
from ledger.services.ports import Ledger

_MEND: Final = "Put the database back from a backup; figures that rest on these entries are not to be trusted."


def the_desks_log_is_whole(ledger: Ledger) -> Checked:
    """Numbers are dense, every entry is what was sealed, and follows the one before it."""
    found = Findings("the desk’s log is whole", _MEND)
    number, previous = 0, GENESIS
    while True:
        with ledger.store.read() as tx:
            page = tx.desk_log.entries(number, PAGE)
            head = tx.desk_log.head()
        if not page:
            if head != (number, previous):
                found.note(f"entry {number + 1} of the desk’s log is missing, or its head is not the one that was kept")
            return found.line(f"{number:,} {'entry' if number == 1 else 'entries'}.")
        found.note_all(faults(page, number, previous))
        number, previous = page[-1].number, page[-1].hash

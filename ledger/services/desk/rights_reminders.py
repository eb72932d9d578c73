"""Letters before a right ends: 90, 30 and 7 days ahead, each once, to the admins of whoever holds it."""

from __future__ import annotations

from contextlib import suppress
from datetime import date

from ledger.domain.desk.rights import Right, reminder_due
from ledger.domain.errors import Invalid
from ledger.domain.people import StaffRole
from ledger.services.desk.rights import today
from ledger.services.ports import Ledger, Tx
from ledger.services.send_mail import queue_mail


def remind_of_rights(ledger: Ledger) -> int:
    """Write the letters that are due; how many rights were reminded of. Raises Unavailable.

    That a reminder was sent is noted in the letters' own transaction, so that no worker sends it again.
    """
    day = today(ledger)
    count = 0
    # Whoever was reminded is not found again, so that every round comes further.
    while due := _due(ledger, day):
        for id in due:
            with ledger.store.write() as tx:
                right = tx.rights.get(id)
                left = None if right is None else reminder_due(right, day)
                if right is not None and left is not None:
                    tx.rights.change(id, reminded=left)
                    _write(ledger, tx, right, (right.expires_on - day).days if right.expires_on else left)
                    count += 1
    return count


def _due(ledger: Ledger, day: date) -> list[str]:
    with ledger.store.read() as tx:
        return [one.id for one in tx.rights.to_remind(day) if reminder_due(one, day) is not None]


def _write(ledger: Ledger, tx: Tx, right: Right, days: int) -> None:
    text = (
        f"Your right “{right.name}” ({right.office} {right.number}) ends on {right.expires_on}, in {days} days.\n\n"
        "After that day no notice can rest on it. If it was renewed, write its new last day here:\n\n"
        f"{ledger.public_url}/console/rights\n"
    )
    for member in tx.people.members(right.owner):
        person = tx.people.get(member.person)
        if StaffRole.ADMIN in member.roles and person is not None and person.email:
            # An address that we cannot write to must not keep the others from hearing.
            with suppress(Invalid):
                queue_mail(ledger, tx, person.email, "One of your rights ends soon", text)

"""Mark an item that is shown to the public: its many visitors are no sign of copies."""

from __future__ import annotations

from ledger.domain.batches import Item
from ledger.domain.errors import Invalid, Unknown
from ledger.domain.gtins import check_gtin
from ledger.domain.looks import DAY, Display
from ledger.domain.organisations import Caller, Role
from ledger.domain.said import said
from ledger.services.ports import Ledger, Tx

LONGEST = 5 * 365 * DAY


def set_display(
    ledger: Ledger, caller: Caller, gtin: str, serial: str, since: int | None = None, until: int | None = None
) -> Display:
    """Mark one of the brand's items as shown to the public, from now or `since`, until told otherwise or `until`.

    Marking it again changes the dates. Raises Unknown for an item that is not the caller's, Invalid for dates that
    cannot be.
    """
    now = ledger.now()
    start = now if since is None else since
    if until is not None and until <= start:
        raise Invalid(said("The display ends before it begins. Give an end that is later."))
    if abs(start - now) > LONGEST or (until is not None and until - now > LONGEST):
        raise Invalid(said("A display begins and ends within five years of today."))
    made = Display(start, until)
    with ledger.store.write() as tx:
        item = own_item(tx, caller, gtin, serial)
        tx.scans.set_display(item.item, caller.organisation.id, made, now)
    return made


def end_display(ledger: Ledger, caller: Caller, gtin: str, serial: str) -> None:
    """Take the mark away; looks are compared again, those of the time before too. Raises Unknown."""
    with ledger.store.write() as tx:
        item = own_item(tx, caller, gtin, serial)
        tx.scans.set_display(item.item, caller.organisation.id, None, ledger.now())


def own_item(tx: Tx, caller: Caller, gtin: str, serial: str) -> Item:
    """One of the caller's items. Raises Unknown for none, and for somebody else's."""
    caller.need_role(Role.BRAND)
    for item in tx.batches.find(check_gtin(gtin), serial):
        batch = tx.batches.get(item.batch_id)
        if batch is not None and batch.organisation == caller.organisation.id:
            return item
    raise Unknown(said("You have no item with this GTIN and serial."))

"""What a platform says of a listing after it was screened: that it has ended. What has ended is forgotten in time."""

from __future__ import annotations

from typing import Final

from ledger.domain.desk.listings import KEPT, Kept, ListingStatus
from ledger.domain.errors import Unknown
from ledger.domain.organisations import Caller, Role, Scope
from ledger.domain.said import said
from ledger.services.desk.screen_photos import SHELF
from ledger.services.ports import Ledger, Tx

_AT_ONCE: Final = 500


def own_listing(tx: Tx, caller: Caller, ref: str) -> Kept:
    """A platform's own listing. Raises Unknown where it has none of that name, Forbidden."""
    caller.need_role(Role.PLATFORM)
    found = tx.listings.by_refs(caller.organisation.id, {ref}).get(ref)
    if found is None:
        raise Unknown(said("You have sent no listing of that name, or it ended so long ago that it is forgotten."))
    return found


def end_listing(ledger: Ledger, caller: Caller, ref: str) -> Kept:
    """Note that a listing has ended, once; it counts no more against others. Raises Unknown, Forbidden."""
    caller.need(Scope.SCREEN)
    with ledger.store.write() as tx:
        found = own_listing(tx, caller, ref)
        if found.ended_at is None:
            values = {"status": ListingStatus.ENDED.value, "ended_at": ledger.now(), "look_due": None}
            tx.listings.change(found.id, **values)
            tx.desk_log.append("screen.ended", caller.organisation.id, f"screen:{found.id}", {}, ledger.now())
        return own_listing(tx, caller, ref)


def sweep_listings(ledger: Ledger) -> bool:
    """Forget some of what ended long ago, with the photos that nothing shows any more; whether there was any."""
    with ledger.store.write() as tx:
        gone = tx.listings.forget(ledger.now() - KEPT, _AT_ONCE)
    for name in gone:
        ledger.files.remove(SHELF, name)
    return bool(gone)

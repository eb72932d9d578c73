"""Put items on sale: until then the page says so, and the activation half stays with the brand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ledger.domain.errors import Fault, Invalid, TooLarge
from ledger.domain.gtins import check_gtin
from ledger.domain.organisations import Caller, Role, Scope
from ledger.domain.said import said
from ledger.files.pairs import Named
from ledger.services.ports import Ledger
from ledger.services.views_of_chain import listed

MOST = 100_000


@dataclass(frozen=True, slots=True)
class Activation:
    """What came of it."""

    activated: int
    already: int


def activate(ledger: Ledger, caller: Caller, items: Iterable[Named]) -> Activation:
    """Put items on sale: all of them or, where one is wrong, none.

    Raises Invalid listing, with its place, every one that is not an item of the caller's, TooLarge beyond 100,000.
    """
    caller.need(Scope.ACTIVATE)
    caller.need_role(Role.BRAND)
    faults: list[Fault] = []
    names: list[bytes] = []
    with ledger.store.write() as tx:
        for count, one in enumerate(items, start=1):
            if count > MOST:
                raise TooLarge(
                    said("At most %(most)s items can be put on sale at once. Send them in parts.", most=f"{MOST:,}")
                )
            try:
                found = tx.batches.find(check_gtin(one.gtin), one.serial)
            except Invalid as wrong:
                faults.append(Fault(one.where, wrong.detail))
                continue
            own = [each for each in found if listed(tx, each.item).batch.organisation == caller.organisation.id]
            if own:
                names.append(own[0].item.to_bytes(32, "big"))
            else:
                what = f"{caller.organisation.name} has no item {one.gtin} with serial {one.serial[:20]}."
                faults.append(Fault(one.where, what, said("Check the serial.")))
        if faults:
            raise Invalid(said("Nothing was put on sale: %(faults)s", faults=faults[0]), faults=faults[:1000])
        wanted = list(dict.fromkeys(names))
        new = tx.batches.activate(wanted, caller.organisation.id, ledger.now())
    return Activation(new, len(wanted) - new)

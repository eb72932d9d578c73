"""Begin an errand anew for somebody who signed in halfway: the same act, with their own keys."""

from __future__ import annotations

from ledger.domain.errors import Conflict
from ledger.domain.people import Errand
from ledger.domain.said import said
from ledger.services.errand_ask import begin_proof
from ledger.services.errand_own import begin_claim, begin_recovery_end
from ledger.services.errand_state import begin_accept
from ledger.services.errands import Visit
from ledger.services.ports import Ledger


def resume(ledger: Ledger, visit: Visit, errand: Errand) -> Errand:
    """The errand as it would have begun, had they been signed in then. Raises Conflict where it cannot be."""
    keep = errand.keep
    if errand.purpose == "claim":
        return begin_claim(ledger, visit, keep["gtin"], keep["serial"])
    if errand.purpose == "recover":
        return begin_recovery_end(ledger, visit, keep["gtin"], keep["serial"])
    if errand.purpose == "accept":
        return begin_accept(ledger, visit, keep["offer"], keep["code"])
    if errand.purpose == "prove":
        with ledger.store.read() as tx:
            ask = tx.asks.ask(keep["ask"])
        if ask is not None:
            return begin_proof(ledger, visit, ask)
    raise Conflict(said("This cannot be taken up again. Go back to the item’s page and begin anew."))

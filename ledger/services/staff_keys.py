"""The address under which a member of staff signs for their organisation: their passkey, blinded for that one part.

The blind is made from the vault, so that a person's address with one organisation tells nothing of another's, and
needs no row of its own. The address speaks once the organisation has added it to its keys.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass

from ledger.domain.errors import Conflict
from ledger.domain.people import Person
from ledger.domain.said import said
from ledger.services.ports import Ledger, Tx


@dataclass(frozen=True, slots=True)
class StaffKey:
    """A member's address for their organisation, and what it is made of."""

    address: str
    passkey: str
    blind: bytes


def staff_key(ledger: Ledger, tx: Tx, organisation: str, person: Person) -> StaffKey:
    """The member's address, made of their oldest passkey. Raises Conflict where they have none."""
    passkeys = tx.people.passkeys(person.id)
    if not passkeys:
        raise Conflict(said("You have no passkey yet. Make one under “My account”, then come back."))
    first = passkeys[0]
    purpose = ledger.vault.derive("staff keys")
    blind = hmac.digest(purpose, f"{organisation}:{person.id}:{first.id}".encode(), hashlib.sha256)
    return StaffKey(ledger.signing.passkey_address(first.x, first.y, blind), first.id, blind)

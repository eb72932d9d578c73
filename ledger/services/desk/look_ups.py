"""Look-ups by authorities: read only, each with a purpose and a reference, each logged and counted.

Entry in the desk's log: `authority.looked_up` (purpose, the reference and each code under a key of this ledger, how
many lines, how often each verdict, how many lines of which brand). A brand reads how many look-ups touched its items,
day by day, and not whose they were.
"""

from __future__ import annotations

import hashlib
import hmac
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

from ledger.domain.desk.look_ups import MOST_LINES, Line, Purpose, risk_order
from ledger.domain.errors import Invalid, TooLarge
from ledger.domain.organisations import Caller, Role, Scope
from ledger.domain.said import said
from ledger.services.check_items import check_items
from ledger.services.ports import Ledger, Tx
from ledger.services.scanned import Scan

_KEPT: Final = timedelta(days=400)
"""How far back a brand reads its counts."""


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom an officer may ask about an item: the brand and its web domain."""

    name: str
    domain: str


@dataclass(frozen=True, slots=True)
class LookedUp:
    """The answers in the manifest's order, whom to ask about each, and the places of the lines, riskiest first."""

    id: str
    lines: Sequence[Line]
    scans: Sequence[Scan]
    contacts: Sequence[Contact | None]
    order: Sequence[int]


def look_up(ledger: Ledger, caller: Caller, purpose: Purpose, reference: str, lines: Sequence[Line]) -> LookedUp:
    """Look up codes for an authority. Raises Invalid without a reference, TooLarge beyond 1,000 lines."""
    caller.need(Scope.LOOK_UP)
    caller.need_role(Role.AUTHORITY)
    told = reference.strip()
    if not 1 <= len(told) <= 120 or not told.isprintable():
        raise Invalid(said("Give the reference of the case or the consignment, in 1 to 120 characters."))
    if not lines:
        raise Invalid(said("Name what to look up."))
    if len(lines) > MOST_LINES:
        raise TooLarge(said("A manifest has 1,000 lines at most. Send it in parts."))
    scans = check_items(ledger, [one.asked for one in lines])
    with ledger.store.write() as tx:
        contacts, brands = _contacts(tx, scans)
        id, now = ledger.new_id("lku"), ledger.now()
        touched = Counter(brand for brand in brands if brand is not None)
        body = {
            "purpose": purpose.value,
            "reference": _keyed(ledger, told),
            "lines": len(lines),
            "codes": [_keyed(ledger, _code(one, scan)) for one, scan in zip(lines, scans, strict=True)],
            "verdicts": dict(sorted(Counter(scan.standing.key.value for scan in scans).items())),
            "brands": dict(sorted(touched.items())),
        }
        tx.desk_log.append("authority.looked_up", caller.organisation.id, id, body, now)
        tx.look_ups.count(_day(now).isoformat(), touched)
    return LookedUp(id, lines, scans, contacts, risk_order([scan.standing for scan in scans]))


def look_ups_of(ledger: Ledger, caller: Caller) -> list[tuple[str, int, int]]:
    """On which days how many look-ups touched a brand's items, with how many lines; newest first."""
    caller.need(Scope.READ)
    caller.need_role(Role.BRAND)
    with ledger.store.read() as tx:
        return tx.look_ups.days(caller.organisation.id, (_day(ledger.now()) - _KEPT).isoformat())


def _contacts(tx: Tx, scans: Sequence[Scan]) -> tuple[list[Contact | None], list[str | None]]:
    """Whom to ask about each line, and the id of the brand that it touches."""
    contacts: list[Contact | None] = []
    brands: list[str | None] = []
    holders = tx.organisations.prefix_holders({scan.gtin for scan in scans if scan.gtin is not None})
    for scan in scans:
        found = holders.get(scan.gtin or "")
        contacts.append(None if found is None else Contact(found.name, found.domain))
        brands.append(None if found is None else found.id)
    return contacts, brands


def _code(line: Line, scan: Scan) -> str:
    """A code in one way of writing, where it can be read."""
    return f"{scan.gtin}/{scan.serial}" if scan.gtin and scan.serial else str(line.code or f"{line.gtin}/{line.serial}")


def _keyed(ledger: Ledger, text: str) -> str:
    return hmac.digest(ledger.vault.derive("look-ups"), text.encode("utf-8", "replace"), hashlib.sha256).hex()


def _day(now: int) -> date:
    return datetime.fromtimestamp(now, UTC).date()

"""The block of Schema.org that a scan page carries for machines; see `ledger.domain.schema_org` for what is in it."""

from __future__ import annotations

from typing import Any

from ledger.domain.gtins import Gtin
from ledger.domain.identity import digital_link
from ledger.domain.inspections import Authenticity
from ledger.domain.lines import WIDTHS, Line
from ledger.domain.schema_org import Certificate, individual_product
from ledger.domain.standing_facts import Undone
from ledger.domain.standing_headlines import BAD_NEWS, Key
from ledger.services.ports import Ledger
from ledger.services.scanned import Recorded, Scan

_NOTHING_SAID = frozenset({*BAD_NEWS, Key.UNKNOWN, Key.UNAVAILABLE, Key.WRONG_ITEM, Key.SLOW_DOWN, Key.BAD_CODE})


def product_of(ledger: Ledger, scan: Scan, line: Line | None) -> dict[str, Any] | None:
    """The item as JSON-LD; None where there is none, where the record warns of it, and where we cannot tell."""
    facts, got = scan.facts, scan.standing
    if scan.subject is None or scan.gtin is None or scan.serial is None or scan.public_fields is None:
        return None
    if got.key in _NOTHING_SAID or any(one.grave for one in got.lines):
        return None
    photo = line.photos[0] if line is not None and line.photos else None
    return individual_product(
        digital_link(ledger.public_url, Gtin(scan.gtin), scan.serial),
        scan.gtin,
        scan.serial,
        scan.public_fields,
        brand=facts.brand.name if facts.brand else None,
        site=f"https://{facts.brand.domain}" if facts.brand and facts.brand.domain else None,
        image=f"{ledger.public_url}/photos/{photo.sha256}/{WIDTHS[-1]}" if photo else None,
        certificates=[_certificate(ledger, one) for one in scan.listed if _stands(one)],
    )


def _stands(one: Recorded) -> bool:
    found = one.facts is not None and one.facts.authenticity is Authenticity.CONSISTENT
    return found and one.final and one.undone is Undone.NO


def _certificate(ledger: Ledger, one: Recorded) -> Certificate:
    return Certificate(one.by, one.on, f"{ledger.public_url}/authenticators/{one.slug}" if one.slug else None)

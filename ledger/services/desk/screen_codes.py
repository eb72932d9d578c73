"""The codes of listings, given, in their words and in their photos, and what the ledger shows of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ledger.domain.desk.listings import MOST_CODES, Listing
from ledger.domain.organisations import Organisation
from ledger.screening.codes_in_text import codes_in
from ledger.services.check_items import check_items
from ledger.services.desk.listings_port import Photo
from ledger.services.desk.orders import held_now
from ledger.services.desk.screen_facts import Coded, code_name
from ledger.services.ports import Ledger, Tx
from ledger.services.scanned import Scan


def codes_of(ledger: Ledger, listings: Sequence[Listing], tried: Mapping[str, Photo]) -> list[list[Coded]]:
    """Each listing's codes, given, in its words and in its photos, with what the ledger shows of them."""
    with ledger.store.read() as tx:
        pictured = tx.listings.photos({name for one in listings for name in one.photos}) | dict(tried)
    asked: list[tuple[int, str, str]] = []
    for number, one in enumerate(listings):
        sources = [("given", code) for code in one.codes]
        sources += [("text", code) for code in codes_in(f"{one.title}\n{one.text}\n{one.url}", MOST_CODES)]
        sources += [("photo", code) for name in one.photos if name in pictured for code in pictured[name].codes]
        first = {code: source for source, code in reversed(sources)}
        asked += [(number, source, code) for code, source in list(reversed(first.items()))[:MOST_CODES]]
    scans = check_items(ledger, [code for _, _, code in asked]) if asked else []
    told: list[dict[Any, Coded]] = [{} for _ in listings]
    with ledger.store.read() as tx:
        holders = tx.organisations.prefix_holders({one.gtin for one in scans if one.subject is None and one.gtin})
    for (number, source, code), scan in zip(asked, scans, strict=True):
        coded = _coded(ledger, source, scan, holders)
        told[number].setdefault(coded.name or code, coded)
    return [list(one.values()) for one in told]


def placed(tx: Tx, listings: Sequence[Listing], codes: Sequence[Sequence[Coded]], now: int) -> list[list[Coded]]:
    """The codes as they stand where each listing is offered, by the orders of courts of this very second."""
    asked = [(code.scan, one.territory) for one, coded in zip(listings, codes, strict=True) for code in coded]
    scans = iter(held_now(tx, asked, now))
    return [[replace(code, scan=next(scans)) for code in coded] for coded in codes]


def _coded(ledger: Ledger, source: str, scan: Scan, holders: Mapping[str, Organisation | None]) -> Coded:
    holder = holders.get(scan.gtin or "")
    brand = scan.subject.batch.organisation if scan.subject is not None else None if holder is None else holder.id
    named = scan.gtin is not None and scan.serial is not None
    return Coded(source, scan, code_name(ledger, str(scan.gtin), str(scan.serial)) if named else None, brand)

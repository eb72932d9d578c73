"""Where links lead: addresses of pages that are no codes, so that a query passed on asks for no link again."""

from __future__ import annotations

from flask import Response, redirect

from ledger.domain.errors import Unknown
from ledger.domain.gtins import check_gtin
from ledger.domain.said import said
from ledger.domain.standing_headlines import Key
from ledger.services.scan_item import scan_item
from ledger.services.views_of_chain import listed
from web.languages import in_language
from web.resolver import bp
from web.resolver.links import PARTS
from web.scan.item import ledger_here
from web.scan.page import item_href


@bp.get("/items/<sealed:item>/show/<part>")
def part_of_item(item: int, part: str) -> Response:
    """To the part of the item's page. Raises Unknown for an item or a part that is not there."""
    ledger = ledger_here()
    with ledger.store.read() as tx:
        there = part in PARTS and tx.batches.item(item) is not None
        subject = listed(tx, item).item if there else None
    if subject is None or scan_item(ledger, subject.gtin, subject.serial).standing.key is Key.UNKNOWN:
        raise Unknown(said("There is no item at this address. Scan its code, or type it."))
    place = PARTS[part][0]
    return _to(item_href(subject.gtin, subject.serial) + (f"#{place}" if place else ""))


@bp.get("/products/<gtin>")
def product(gtin: str) -> Response:
    """To the page of a product. Raises Invalid for a GTIN that is none."""
    return _to(in_language(f"/01/{check_gtin(gtin)}"))


def _to(href: str) -> Response:
    # werkzeug's annotation forgets the class it is given.
    return redirect(href, 303, Response)  # type: ignore[return-value]

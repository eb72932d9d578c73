"""Where copies of a brand's items may come from: its own clone alerts, and the live listings that show their codes.

Bounded: the newest `MOST_ITEMS` suspicions, fifty live listings of each. A seller is told to a brand by a keyed name,
never by the platform's own; of an identifier only that two sellers have it in common.
"""

from __future__ import annotations

from typing import Final

from ledger.domain.desk.sellers import DAY
from ledger.domain.desk.tracing import Cluster, Sighting, clusters
from ledger.domain.organisations import Caller, Role, Scope
from ledger.services.desk.screen_facts import code_name, seller_name
from ledger.services.ports import Ledger

MOST_ITEMS: Final = 500
_LINKS: Final = 50


def trace(ledger: Ledger, caller: Caller, limit: int) -> list[Cluster]:
    """Clusters of copies of the caller's own items, the best supported first. Raises Forbidden for all but brands."""
    caller.need(Scope.CHECK)
    caller.need_role(Role.BRAND)
    with ledger.store.read() as tx:
        suspected = tx.signals.suspected(caller.organisation.id, 0, MOST_ITEMS)
        items = [one for one in map(tx.batches.item, suspected) if one is not None]
        names = {code_name(ledger, one.gtin, one.serial): f"{one.gtin}/{one.serial}" for one in items}
        beside = tx.listings.same_code(list(names))
        listings = tx.listings.several({one.id for some in beside.values() for one in some})
        photos = tx.listings.photos_of(list(listings))
        common = tx.listings.in_catalogue({one for some in photos.values() for one in some})
        platforms = {one.platform: tx.organisations.get(one.platform) for one in listings.values()}
        sightings = []
        for code, some in beside.items():
            for one in some:
                kept, platform = listings[one.id], platforms[one.platform]
                assert platform is not None
                shown = tuple(photo for photo in photos.get(one.id, ()) if photo not in common)
                seller = seller_name(ledger, one.platform, one.seller)
                listing = f"{platform.slug}/{kept.ref}"
                sightings.append(Sighting(listing, seller, names[code], kept.created_at // DAY, shown))
        marks = set()
        for platform_id, ref in {(one.platform, one.seller) for one in listings.values()}:
            own = seller_name(ledger, platform_id, ref)
            for other, _, mark in tx.sellers.linked(platform_id, ref, _LINKS):
                # The identifier itself, under another key: what very many share has to be seen to be shared by them.
                identifier = seller_name(ledger, platform_id, mark.hex())
                marks |= {(own, identifier), (seller_name(ledger, platform_id, other), identifier)}
        seen = {}
        for item in items:
            _, at, country = tx.scans.count_of(item.item)
            if at is not None and country:
                seen[f"{item.gtin}/{item.serial}"] = (country, at // DAY)
    return clusters(sightings, sorted(marks), seen)[:limit]

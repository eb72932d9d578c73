"""What a platform itself has told us of a listing, by having it screened: its names, its seller, and its codes.

A listing has two names: the platform's own reference, and its address (`address_name`). Whoever knows one of them means
the same listing as whoever knows the other, where the platform has told us both and no two listings have the address.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from ledger.domain.desk.listings import Kept
from ledger.domain.desk.notices import address_name
from ledger.services.desk.screen_facts import code_name
from ledger.services.ports import Ledger, Tx


@dataclass(frozen=True, slots=True)
class ToldListing:
    """A listing as its platform had it screened last: how many codes it shows, and which of those asked about.

    `models` are the GTINs that the platform itself gave for it, without a serial: what it is sold as.
    """

    seller: str
    codes: int
    shows: frozenset[tuple[str, str]]
    models: frozenset[str]


def named_listings(tx: Tx, platform: str, names: Collection[str]) -> dict[str, tuple[Kept, tuple[str, ...]]]:
    """The listings of a platform by either of their names, each with all its names; a reference counts first."""
    found = tx.listings.by_addresses(platform, names) | tx.listings.by_refs(platform, names)
    addresses = {one.id: address_name(one.url) for one in found.values()}
    alone = tx.listings.by_addresses(platform, {one for one in addresses.values() if one is not None})
    named: dict[str, tuple[Kept, tuple[str, ...]]] = {}
    for name, one in found.items():
        address = addresses[one.id]
        theirs = address is not None and address in alone and alone[address].id == one.id
        named[name] = (one, (one.ref, address) if theirs and address is not None else (one.ref,))
    return named


def listing_names(tx: Tx, platform: str, name: str) -> tuple[str, ...]:
    """The names of a listing, of which one is known."""
    known = named_listings(tx, platform, {name}).get(name)
    return (name,) if known is None else tuple(dict.fromkeys((name, *known[1])))


def told_of(
    ledger: Ledger, tx: Tx, platform: str, asked: Mapping[str, Sequence[tuple[str, str]]]
) -> dict[str, ToldListing]:
    """What is known of listings of a platform, by their references; `asked` names for each the codes to look for."""
    found, listings = {}, tx.listings.by_refs(platform, list(asked))
    decisions = tx.listings.decided([one.decision_id for one in listings.values()])
    for ref, kept in listings.items():
        decided = decisions.get(kept.decision_id)
        codes = [] if decided is None else json.loads(decided.facts).get("codes", [])
        names = {one["code"] for one in codes if one["code"] is not None}
        shows = frozenset(one for one in asked[ref] if code_name(ledger, *one).hex()[:32] in names)
        models = {one["gtin"] for one in codes if one["from"] == "given" and one["code"] is None and one["gtin"]}
        found[ref] = ToldListing(kept.seller, len(names), shows, frozenset(models))
    return found

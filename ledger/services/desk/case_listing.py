"""What a platform itself has told us of a listing, by having it screened: its seller, and the codes that it shows."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

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


def told_of(
    ledger: Ledger, tx: Tx, platform: str, asked: Mapping[str, Sequence[tuple[str, str]]]
) -> dict[str, ToldListing]:
    """What is known of listings of a platform, by their references; `asked` names for each the codes to look for."""
    found = {}
    for ref, kept in tx.listings.by_refs(platform, list(asked)).items():
        decided = tx.listings.decision(kept.decision_id)
        codes = [] if decided is None else json.loads(decided.facts).get("codes", [])
        names = {one["code"] for one in codes if one["code"] is not None}
        shows = frozenset(one for one in asked[ref] if code_name(ledger, *one).hex()[:32] in names)
        models = {one["gtin"] for one in codes if one["from"] == "given" and one["code"] is None and one["gtin"]}
        found[ref] = ToldListing(kept.seller, len(names), shows, frozenset(models))
    return found

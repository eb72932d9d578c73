"""A platform's listings looked through, and one of them with all that is known of it; and a decision made again."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from ledger.domain.desk.listings import Decided, Kept
from ledger.domain.errors import Unknown
from ledger.domain.organisations import Caller, Role, Scope
from ledger.domain.said import said
from ledger.screening.decide import Outcome, Reason, decide, not_looked_for
from ledger.screening.packs import Pack
from ledger.services.desk.listings_find_port import Wanted
from ledger.services.desk.listings_port import Challenge, Photo
from ledger.services.desk.screen_packs import all_packs, pack_in_force
from ledger.services.desk.screen_photos import SHELF
from ledger.services.desk.screen_replay import made_again
from ledger.services.ports import Ledger, Tx

MOST_DECISIONS: Final = 100
"""Of one listing, that are shown."""
_PIECE: Final = 500


@dataclass(frozen=True, slots=True)
class Seen:
    """A listing with its decision, all decisions, newest first, its newest challenge, and the photos in it."""

    listing: Kept
    decided: tuple[Decided, Sequence[Reason]]
    facts: Mapping[str, Any]
    """What the decision rests on."""
    decisions: Sequence[Decided]
    challenge: Challenge | None
    photos: Sequence[Photo]


@dataclass(frozen=True, slots=True)
class Again:
    """A decision made again: by its own pack (None where that is gone), and by the one in force now."""

    decided: Decided
    reasons: Sequence[Reason]
    same: bool | None
    pack: Pack
    now: Outcome
    cannot_tell: Sequence[str]
    """Detectors of the pack in force whose facts were not gathered then."""


def find_listings(ledger: Ledger, caller: Caller, wanted: Wanted, start: int, limit: int) -> list[Kept]:
    """The caller's own listings. Raises Forbidden for all but platforms."""
    _may(caller)
    with ledger.store.read() as tx:
        return tx.listings.find(caller.organisation.id, wanted, start, limit)


def count_listings(ledger: Ledger, caller: Caller) -> dict[tuple[str, str], int]:
    """How many the caller has, by (status, decision). Raises Forbidden."""
    _may(caller)
    with ledger.store.read() as tx:
        return tx.listings.counts(caller.organisation.id)


def all_listings(
    ledger: Ledger, caller: Caller, wanted: Wanted, most: int
) -> Iterator[tuple[Kept, Sequence[Reason], int]]:
    """The caller's own listings as of one moment, at most so many, for an export; take them without a pause.

    With each are the reasons of its decision and how many stand after it, so that the last tells what is left out.
    """
    _may(caller)
    with ledger.store.read() as tx:
        ids, left = tx.listings.find_ids(caller.organisation.id, wanted, most)
        for start in range(0, len(ids), _PIECE):
            some = ids[start : start + _PIECE]
            found = tx.listings.several(some)
            decided = tx.listings.decided([one.decision_id for one in found.values()])
            for one in (found[id] for id in some):
                left -= 1
                yield one, reasons_of(decided[one.decision_id]) if one.decision_id in decided else (), left


def see_listing(ledger: Ledger, caller: Caller, id: str) -> Seen:
    """One listing of the caller's own, by our id. Raises Unknown for another's, Forbidden."""
    with ledger.store.read() as tx:
        kept = _own(tx, caller, id)
        decided, decisions = tx.listings.decision(kept.decision_id), tx.listings.decisions_of(id, MOST_DECISIONS)
        names = list(tx.listings.photos_of({id}).get(id, ()))
        photos = tx.listings.photos(names)
        challenge = tx.listings.challenges({id}).get(id)
    assert decided is not None  # kept with the listing, in one transaction
    return Seen(
        kept,
        (decided, reasons_of(decided)),
        json.loads(decided.facts),
        decisions,
        challenge,
        [photos[name] for name in names if name in photos],
    )


def read_listing_photo(ledger: Ledger, caller: Caller, id: str, sha256: str) -> bytes:
    """A photo that stands in a listing of the caller's own, or answered its challenge. Raises Unknown, Forbidden."""
    with ledger.store.read() as tx:
        _own(tx, caller, id)
        challenge = tx.listings.challenges({id}).get(id)
        shown = sha256 in tx.listings.photos_of({id}).get(id, ()) or (
            challenge is not None and challenge.photo == sha256
        )
    if not shown or not ledger.files.has(SHELF, sha256):
        raise Unknown(said("This listing has no such photo."))
    return ledger.files.read(SHELF, sha256)


def decide_again(ledger: Ledger, caller: Caller, id: str, decision: str) -> Again:
    """Make one decision of a listing of the caller's own again; changes nothing. Raises Unknown, Forbidden."""
    with ledger.store.read() as tx:
        _own(tx, caller, id)
        decided = tx.listings.decision(decision)
        if decided is None or decided.listing != id:
            raise Unknown(said("This listing has no such decision."))
        pack, before = pack_in_force(tx), all_packs(tx).get(decided.pack)
    facts = json.loads(decided.facts)
    same = None if before is None else made_again(decide(before, facts), decided)
    return Again(decided, reasons_of(decided), same, pack, decide(pack, facts), not_looked_for(pack, facts))


def rules_in_force(ledger: Ledger, caller: Caller) -> Pack:
    """The rule pack that decides the caller's listings now. Raises Forbidden."""
    _may(caller)
    with ledger.store.read() as tx:
        return pack_in_force(tx)


def reasons_of(decided: Decided) -> list[Reason]:
    """The reasons that were kept with a decision."""
    return [Reason(*one) for one in json.loads(decided.reasons)]


def _own(tx: Tx, caller: Caller, id: str) -> Kept:
    _may(caller)
    found = tx.listings.several({id}).get(id)
    if found is None or found.platform != caller.organisation.id:
        raise Unknown(said("You have sent no such listing, or it ended so long ago that it is forgotten."))
    return found


def _may(caller: Caller) -> None:
    caller.need(Scope.SCREEN)
    caller.need_role(Role.PLATFORM)

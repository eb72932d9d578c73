"""A tap bound into a handover: the tag answered to whoever accepts, within the last minutes, before they signed.

An owner may ask for that with the offer; then nobody accepts without it. Where nobody asked, a tap that was made is
kept all the same. It is our note beside the handover, and the ledger's contract knows nothing of it.
"""

from __future__ import annotations

from typing import Final

from ledger.domain.errors import Conflict
from ledger.domain.papers import StoredOffer
from ledger.domain.said import said
from ledger.domain.tags import TagState
from ledger.services.ports import Tx
from ledger.services.tag_tap import fresh_tap

SIGNED_WITHIN: Final = 3_600
"""Seconds from the tap to the signed acceptance: as long as an errand lives."""


def has_tag(tx: Tx, item: int) -> bool:
    """Whether the item's tag is in service, so that an owner may ask for its answer."""
    newest = tx.tags.of_item(item, 1)
    return bool(newest) and newest[0].state is TagState.IN_SERVICE


def ask_for_tap(tx: Tx, offer: StoredOffer) -> None:
    """Accept this offer only once the tag has answered. Raises Conflict for an item without a tag in service."""
    if not has_tag(tx, offer.item):
        raise Conflict(said("This item has no tag that could answer. Hand it over without."))
    tx.tags.need_tap(offer.id, offer.item)


def note_tap(tx: Tx, offer: StoredOffer, by: bytes, now: int) -> None:
    """Bind the visitor's fresh tap to the offer that they begin to accept.

    Raises Conflict where the owner asks for one and there is none, or the tag's seal was opened.
    """
    tap = fresh_tap(tx, offer.item, by, now)
    if tap is not None:
        tx.tags.note_handover(offer.id, offer.item, tap)
        return
    known = tx.tags.needed(offer.id)
    if known is not None and known.needed:
        raise Conflict(
            said("The owner asks you to hold your phone to the item's tag first. Then accept within 15 minutes.")
        )


def waits_for_tap(tx: Tx, offer: StoredOffer, by: bytes | None, now: int) -> bool:
    """Whether this visitor has to tap the tag before they can accept."""
    known = tx.tags.needed(offer.id)
    return known is not None and known.needed and (by is None or fresh_tap(tx, offer.item, by, now) is None)


def need_tap(tx: Tx, offer: str, now: int) -> None:
    """Refuse to take a signed acceptance where the tag should have answered and has not. Raises Conflict."""
    known = tx.tags.needed(offer)
    if known is None or not known.needed:
        return
    if known.tapped_at is None or now - known.tapped_at > SIGNED_WITHIN:
        raise Conflict(said("The item's tag has not answered within the last hour. Tap it, and accept again."))

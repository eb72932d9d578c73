"""Challenges of listings: three words to be shown in a new photo, and what was decided of it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, insert, select, update

from ledger.services.desk.listings_port import Challenge
from ledger.storage.desk_photos import chunks
from ledger.storage.tables_listings import listing_challenges


class ListingChallenges:
    """Reads and writes of challenges."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def add_challenge(self, challenge: Challenge) -> None:
        """Keep a challenge."""
        self._db.execute(insert(listing_challenges).values(**asdict(challenge)))

    def challenges(self, listings: Collection[str]) -> dict[str, Challenge]:
        """The newest challenge of each of these listings."""
        found: dict[str, Challenge] = {}
        for some in chunks(listings):
            query = select(listing_challenges).where(listing_challenges.c.listing.in_(some))
            for row in self._db.execute(query.order_by(listing_challenges.c.id)):
                found[row.listing] = Challenge(**row._mapping)
        return found

    def decided_challenges(self, listings: Collection[str]) -> dict[str, Challenge]:
        """The challenge of each of these listings that was decided last, where one was."""
        found: dict[str, Challenge] = {}
        decided = listing_challenges.c.decided_at
        for some in chunks(listings):
            query = select(listing_challenges).where(listing_challenges.c.listing.in_(some), decided.is_not(None))
            for row in self._db.execute(query.order_by(decided, listing_challenges.c.id)):
                found[row.listing] = Challenge(**row._mapping)
        return found

    def change_challenge(self, id: str, **values: Any) -> None:
        """Set fields of a challenge."""
        self._db.execute(update(listing_challenges).where(listing_challenges.c.id == id).values(**values))

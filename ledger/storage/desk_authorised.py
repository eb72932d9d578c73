"""Sellers of platforms that brands let use their marks."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict

from sqlalchemy import Connection, func, insert, select, update

from ledger.domain.desk.listings import AuthorisedSeller
from ledger.storage.desk_photos import chunks
from ledger.storage.tables_listings import authorised_sellers


class AuthorisedSellers:
    """Reads and writes of brands' words for sellers."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def authorised(self, platform: str, sellers: Collection[str], day: str) -> dict[str, set[str]]:
        """By seller: the brands that let them use their marks that day."""
        found: dict[str, set[str]] = {}
        for some in chunks(sellers):
            query = select(authorised_sellers.c.seller, authorised_sellers.c.brand).where(
                authorised_sellers.c.platform == platform,
                authorised_sellers.c.seller.in_(some),
                authorised_sellers.c.until >= day,
                authorised_sellers.c.ended_at.is_(None),
            )
            for row in self._db.execute(query):
                found.setdefault(row.seller, set()).add(row.brand)
        return found

    def authorise(self, new: AuthorisedSeller) -> None:
        """Keep a brand's word for a seller."""
        self._db.execute(insert(authorised_sellers).values(**asdict(new)))

    def authorisations(self, brand: str, after: str | None, limit: int) -> list[AuthorisedSeller]:
        """A brand's words for sellers, newest first, from beyond an id."""
        query = select(authorised_sellers).where(authorised_sellers.c.brand == brand)
        if after is not None:
            query = query.where(authorised_sellers.c.id < after)
        rows = self._db.execute(query.order_by(authorised_sellers.c.id.desc()).limit(limit))
        return [AuthorisedSeller(**row._mapping) for row in rows]

    def authorisation(self, brand: str, id: str) -> AuthorisedSeller | None:
        """A brand's word by id."""
        mine = (authorised_sellers.c.brand == brand, authorised_sellers.c.id == id)
        row = self._db.execute(select(authorised_sellers).where(*mine)).first()
        return None if row is None else AuthorisedSeller(**row._mapping)

    def authorised_count(self, brand: str, day: str) -> int:
        """How many of a brand's words hold that day."""
        open_ = (authorised_sellers.c.ended_at.is_(None), authorised_sellers.c.until >= day)
        query = select(func.count()).where(authorised_sellers.c.brand == brand, *open_)
        return self._db.scalar(query) or 0

    def end_authorisation(self, brand: str, id: str, at: int) -> bool:
        """Take it back; whether there was one."""
        mine = (authorised_sellers.c.brand == brand, authorised_sellers.c.id == id)
        open_ = authorised_sellers.c.ended_at.is_(None)
        return bool(self._db.execute(update(authorised_sellers).where(*mine, open_).values(ended_at=at)).rowcount)

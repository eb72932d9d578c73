"""Listings, their decisions, and rule packs; see also `desk_authorised`, `desk_photos` and `desk_challenges`."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, fields
from typing import Any, Final, TypeVar

from sqlalchemy import Row, bindparam, delete, func, insert, literal, select, tuple_, update

from ledger.domain.desk.listings import Decided, Kept, ListingDecision
from ledger.domain.desk.notices import address_name
from ledger.services.desk.listings_port import Beside, Priced, Shop
from ledger.storage.desk_authorised import AuthorisedSellers
from ledger.storage.desk_challenges import ListingChallenges
from ledger.storage.desk_listings_find import ListingSearch
from ledger.storage.desk_photos import ListingPhotos, chunks
from ledger.storage.tables_lines import lines
from ledger.storage.tables_listings import (
    listing_addresses,
    listing_codes,
    listing_decisions,
    listing_photos,
    listings,
    rule_packs,
)

_CHUNK: Final = 400
_MOST_BESIDE: Final = 50
_LIVE: Final = "live"
_T = TypeVar("_T")


class Listings(AuthorisedSellers, ListingChallenges, ListingPhotos, ListingSearch):
    """Reads and writes of listings and what belongs to them."""

    def by_refs(self, platform: str, refs: Collection[str]) -> dict[str, Kept]:
        """A platform's listings by the platform's names."""
        query = select(listings).where(listings.c.platform == platform)
        rows = (row for some in chunks(refs) for row in self._db.execute(query.where(listings.c.ref.in_(some))))
        return {row.ref: _kept(row) for row in rows}

    def by_addresses(self, platform: str, addresses: Collection[str]) -> dict[str, Kept]:
        """By the name of an address the one listing that has it: the only live one, or the only one where none is."""
        live, one = listings.c.status == _LIVE, dict[str, str]()
        for some in chunks(addresses):
            query = (
                select(
                    listing_addresses.c.address,
                    func.count().filter(live),
                    func.max(listings.c.id).filter(live),
                    func.count(),
                    func.max(listings.c.id),
                )
                .join(listings, listings.c.id == listing_addresses.c.listing)
                .where(listings.c.platform == platform, listing_addresses.c.address.in_(some))
                .group_by(listing_addresses.c.address)
            )
            for address, lives, newest_live, all_, newest in self._db.execute(query):
                if 1 in (lives, all_):
                    one[address] = newest_live if lives == 1 else newest
        found = self.several(one.values())
        return {address: found[id] for address, id in one.items()}

    def several(self, ids: Collection[str]) -> dict[str, Kept]:
        """Listings by id."""
        rows = (
            row for some in chunks(ids) for row in self._db.execute(select(listings).where(listings.c.id.in_(some)))
        )
        return {row.id: _kept(row) for row in rows}

    def page(self, platform: str, after: str | None, limit: int, *, decision: str | None = None) -> list[Kept]:
        """A platform's listings, newest first, from beyond an id."""
        query = select(listings).where(listings.c.platform == platform).order_by(listings.c.id.desc()).limit(limit)
        if after is not None:
            query = query.where(listings.c.id < after)
        if decision is not None:
            query = query.where(listings.c.decision == decision)
        return [_kept(row) for row in self._db.execute(query)]

    def under(
        self, codes: Collection[bytes], sellers: Collection[tuple[str, str]], after: str, limit: int
    ) -> list[Kept]:
        """Live listings that name one of these codes, or of one of these sellers, as (platform, its ref), by their
        ids from beyond one."""
        coded = select(listing_codes.c.listing)
        sold = tuple_(listings.c.platform, listings.c.seller)
        meant = [listings.c.id.in_(coded.where(listing_codes.c.code.in_(some))) for some in chunks(codes)]
        meant += [sold.in_(some) for some in chunks(sellers)]
        found: dict[str, Kept] = {}
        for one in meant:
            query = select(listings).where(one, listings.c.status == _LIVE, listings.c.id > after)
            found |= {row.id: _kept(row) for row in self._db.execute(query.order_by(listings.c.id).limit(limit))}
        return [found[id] for id in sorted(found)[:limit]]

    def shops(self, platform: str, sellers: Collection[str], since: int) -> dict[str, Shop]:
        """What is known of sellers; lately is from `since` on."""
        found: dict[str, Shop] = {}
        for some in chunks(sellers):
            query = (
                select(
                    listings.c.seller,
                    func.count().filter(listings.c.status == _LIVE),
                    func.count().filter(listings.c.created_at >= since),
                    func.min(listings.c.created_at),
                )
                .where(listings.c.platform == platform, listings.c.seller.in_(some))
                .group_by(listings.c.seller)
            )
            found |= {row[0]: Shop(row[1], row[2], row[3]) for row in self._db.execute(query)}
        return found

    def same_code(self, codes: Collection[bytes]) -> dict[bytes, list[Beside]]:
        """The live listings (at most 50 of each) that name these codes."""
        return self._beside(listing_codes, listing_codes.c.code, literal(0), codes)

    def same_photo(self, photos: Collection[str]) -> dict[str, list[Beside]]:
        """The live listings (at most 50 of each, those first that showed it first) that show these photos."""
        return self._beside(listing_photos, listing_photos.c.sha256, listing_photos.c.since, photos)

    def next_look(self) -> Kept | None:
        """The live listing whose photos have waited longest to be compared."""
        due = (listings.c.look_due.is_not(None), listings.c.status == _LIVE)
        row = self._db.execute(
            select(listings).where(*due).order_by(listings.c.look_due, listings.c.id).limit(1)
        ).first()
        return None if row is None else _kept(row)

    def prices(self, wanted: Collection[tuple[str, str]], most: int) -> dict[tuple[str, str], list[Priced]]:
        """By (GTIN, currency): of each seller the newest live listing that is allowed, at most `most`, newest first."""
        found: dict[tuple[str, str], list[Priced]] = {}
        model = (listings.c.gtin, listings.c.currency)
        for some in chunks(wanted):
            newest = (
                select(func.max(listings.c.id))
                .where(
                    tuple_(*model).in_(some),
                    listings.c.status == _LIVE,
                    listings.c.decision == ListingDecision.ALLOW.value,
                    listings.c.amount.is_not(None),
                )
                .group_by(*model, listings.c.platform, listings.c.seller)
            )
            place = func.row_number().over(partition_by=model, order_by=listings.c.id.desc()).label("place")
            ranked = select(listings, place).where(listings.c.id.in_(newest)).subquery()
            for row in self._db.execute(select(ranked).where(ranked.c.place <= most).order_by(ranked.c.place)):
                one = Priced(row.platform, row.seller, row.amount)
                found.setdefault((row.gtin, row.currency), []).append(one)
        return found

    def keep(
        self,
        kept: Sequence[Kept],
        known: Collection[str],
        codes: Sequence[tuple[str, bytes]],
        photos: Sequence[tuple[str, str, int]],
        decided: Sequence[Decided],
    ) -> None:
        """Keep listings, new ones or (`known` ids) as they are now, with all their codes, photos and decisions.

        A photo comes with when it came into the listing.
        """
        # Of a listing that ended and is live again, those who came to its photos meanwhile are called anew.
        calls = self._calls(known) if photos else {}
        for some in chunks(list(known)):
            for table in (listing_addresses, listing_codes, listing_photos):
                self._db.execute(delete(table).where(table.c.listing.in_(some)))
        new = [_values(one) for one in kept if one.id not in known]
        if new:
            self._db.execute(insert(listings), new)
        again = [_values(one) | {"of": one.id} for one in kept if one.id in known]
        if again:
            self._db.execute(update(listings).where(listings.c.id == bindparam("of")), again)
        named = [{"listing": one.id, "address": name} for one in kept if (name := address_name(one.url)) is not None]
        if named:
            self._db.execute(insert(listing_addresses), named)
        if codes:
            self._db.execute(insert(listing_codes), [{"listing": one, "code": code} for one, code in codes])
        if photos:
            shown = [
                {"listing": one, "sha256": name, "since": since, "called_at": calls.get((one, name))}
                for one, name, since in photos
            ]
            self._db.execute(insert(listing_photos), shown)
        if decided:
            self._db.execute(insert(listing_decisions), [_values(one) for one in decided])

    def change(self, id: str, **values: Any) -> None:
        """Set fields of a listing, by their names in `Kept`."""
        self._db.execute(update(listings).where(listings.c.id == id).values(**values))

    def decide(self, decided: Decided) -> None:
        """Keep a decision, and have its listing bear it."""
        self._db.execute(insert(listing_decisions).values(**asdict(decided)))
        self.change(decided.listing, decision=decided.decision, decision_id=decided.id)

    def decision(self, id: str) -> Decided | None:
        """By id."""
        row = self._db.execute(select(listing_decisions).where(listing_decisions.c.id == id)).first()
        return None if row is None else Decided(**row._mapping)

    def decisions(self, platform: str | None, after: str | None, limit: int) -> list[Decided]:
        """Decisions of a platform, or of all, oldest first, from beyond an id."""
        query = select(listing_decisions).order_by(listing_decisions.c.id).limit(limit)
        if platform is not None:
            query = query.where(listing_decisions.c.platform == platform)
        if after is not None:
            query = query.where(listing_decisions.c.id > after)
        return [Decided(**row._mapping) for row in self._db.execute(query)]

    def packs(self) -> Mapping[int, str]:
        """Rule packs by version, without the product's own."""
        return {row.version: row.body for row in self._db.execute(select(rule_packs))}

    def newest_pack(self) -> tuple[int, str] | None:
        """The newest of them."""
        row = self._db.execute(select(rule_packs).order_by(rule_packs.c.version.desc()).limit(1)).first()
        return None if row is None else (row.version, row.body)

    def add_pack(self, version: int, body: str, now: int) -> None:
        """Keep a rule pack."""
        self._db.execute(insert(rule_packs).values(version=version, body=body, added_at=now))

    def brand_lines(self) -> list[tuple[str, str, str]]:
        """Every line that is not retired: GTIN, organisation and name."""
        query = select(lines.c.gtin, lines.c.organisation, lines.c.name).where(lines.c.retired.is_(False))
        return [(row.gtin, row.organisation, row.name) for row in self._db.execute(query.order_by(lines.c.gtin))]

    def count_lines(self) -> int:
        """How many those are."""
        return self._db.scalar(select(func.count()).where(lines.c.retired.is_(False))) or 0

    def forget(self, before: int, limit: int) -> list[str]:
        """Forget listings that ended before then; returns the photos that nothing shows any more."""
        query = select(listings.c.id).where(listings.c.ended_at < before).limit(limit)
        gone = list(self._db.scalars(query))
        shown = [sha256 for names in self.photos_of(gone).values() for sha256 in names]
        self._db.execute(delete(listings).where(listings.c.id.in_(gone)))
        return self._forget_photos(shown)

    def _beside(self, table: Any, column: Any, since: Any, values: Collection[_T]) -> dict[_T, list[Beside]]:
        found: dict[_T, list[Beside]] = {}
        for some in chunks(values):
            query = (
                select(column, listings.c.id, listings.c.platform, listings.c.seller, since.label("since"))
                .join(listings, listings.c.id == table.c.listing)
                .where(column.in_(some), listings.c.status == _LIVE)
                .order_by(since, listings.c.id)
                .limit(_MOST_BESIDE * _CHUNK)
            )
            for row in self._db.execute(query):
                beside = found.setdefault(row[0], [])
                if len(beside) < _MOST_BESIDE:
                    beside.append(Beside(row.id, row.platform, row.seller, row.since))
        return found


def _kept(row: Row[Any]) -> Kept:
    return Kept(**row._mapping)


def _values(one: Kept | Decided) -> dict[str, Any]:
    return {field.name: getattr(one, field.name) for field in fields(one)}

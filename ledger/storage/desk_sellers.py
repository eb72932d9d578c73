"""Sellers of platforms; origin cards and clues."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from ledger.domain.desk.clues import Answer, Card, Clue
from ledger.domain.desk.sellers import Fact, Field, Sales, Seller, SellerKind
from ledger.storage.desk_photos import chunks
from ledger.storage.tables_sellers import clues, origin_cards, seller_marks, seller_sales, sellers


class Sellers:
    """Reads and writes of sellers."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def get(self, platform: str, ref: str) -> Seller | None:
        """One seller of a platform."""
        query = select(sellers).where(sellers.c.platform == platform, sellers.c.ref == ref)
        row = self._db.execute(query).first()
        return None if row is None else _seller(row)

    def put(self, seller: Seller, now: int) -> None:
        """Keep a seller as it is now."""
        values = {
            "kind": seller.kind.value,
            "country": seller.country,
            "since": seller.since,
            "registered": seller.registered,
            "facts": {name.value: [one.stated_at, one.verified_at] for name, one in seller.facts.items()},
            "changed_at": now,
        }
        mine = (sellers.c.platform == seller.platform, sellers.c.ref == seller.ref)
        if not self._db.execute(update(sellers).where(*mine).values(**values)).rowcount:
            self._db.execute(insert(sellers).values(platform=seller.platform, ref=seller.ref, **values))

    def page(self, platform: str, after: str, limit: int) -> list[Seller]:
        """A platform's sellers by their names, beyond one."""
        query = select(sellers).where(sellers.c.platform == platform, sellers.c.ref > after)
        return [_seller(row) for row in self._db.execute(query.order_by(sellers.c.ref).limit(limit))]

    def count(self, platform: str) -> int:
        """How many sellers a platform keeps here."""
        return self._db.scalar(select(func.count()).where(sellers.c.platform == platform)) or 0

    def sales_of(self, platform: str, refs: Collection[str], since_day: int) -> dict[str, list[Sales]]:
        """Sellers' sales from a day on, by seller."""
        found: dict[str, list[Sales]] = {}
        for some in chunks(refs):
            query = select(seller_sales).where(
                seller_sales.c.platform == platform, seller_sales.c.ref.in_(some), seller_sales.c.day >= since_day
            )
            for row in self._db.execute(query.order_by(seller_sales.c.day)):
                sold = Sales(row._mapping["day"], row._mapping["count"], row._mapping["cents"])
                found.setdefault(row.ref, []).append(sold)
        return found

    def set_sales(self, platform: str, ref: str, sales: Iterable[Sales], forget_before: int) -> None:
        """Keep these days in place of what was known of them, and forget those before a day."""
        mine = (seller_sales.c.platform == platform, seller_sales.c.ref == ref)
        days = {one.day: one for one in sales}
        self._db.execute(delete(seller_sales).where(*mine, seller_sales.c.day.in_(list(days))))
        self._db.execute(delete(seller_sales).where(*mine, seller_sales.c.day < forget_before))
        rows = [
            {"platform": platform, "ref": ref, "day": one.day, "count": one.count, "cents": one.cents}
            for one in days.values()
            if one.count or one.cents
        ]
        if rows:
            self._db.execute(insert(seller_sales), rows)

    def set_marks(self, platform: str, ref: str, marks: Iterable[tuple[str, bytes]], now: int) -> None:
        """Keep these marks of a seller, as (kind, mark), in place of those before."""
        mine = (seller_marks.c.platform == platform, seller_marks.c.ref == ref)
        known = {(row.kind, row.mark): row.seen_at for row in self._db.execute(select(seller_marks).where(*mine))}
        self._db.execute(delete(seller_marks).where(*mine))
        rows = [
            {"platform": platform, "ref": ref, "kind": kind, "mark": mark, "seen_at": known.get((kind, mark), now)}
            for kind, mark in dict.fromkeys(marks)
        ]
        if rows:
            self._db.execute(insert(seller_marks), rows)

    def forget(self, platform: str, ref: str) -> None:
        """Forget a seller, its marks and sales."""
        for table in (seller_marks, seller_sales, sellers):
            self._db.execute(delete(table).where(table.c.platform == platform, table.c.ref == ref))

    def linked_to(self, platform: str, refs: Collection[str], limit: int) -> dict[str, list[tuple[str, str]]]:
        """By seller the others of the platform with one of its marks, as (ref, kind); at most so many of each."""
        found: dict[str, list[tuple[str, str]]] = {}
        other = seller_marks.alias("other")
        for some in chunks(refs):
            place = func.row_number().over(
                partition_by=seller_marks.c.ref, order_by=(other.c.ref, other.c.kind, other.c.mark)
            )
            ranked = (
                select(seller_marks.c.ref.label("of"), other.c.ref, other.c.kind, place.label("place"))
                .join(other, (other.c.platform == seller_marks.c.platform) & (other.c.mark == seller_marks.c.mark))
                .where(
                    seller_marks.c.platform == platform, seller_marks.c.ref.in_(some), other.c.ref != seller_marks.c.ref
                )
                .subquery()
            )
            query = select(ranked).where(ranked.c.place <= limit).order_by(ranked.c.of, ranked.c.place)
            for row in self._db.execute(query):
                found.setdefault(row.of, []).append((row.ref, row.kind))
        return found

    def linked(self, platform: str, ref: str, limit: int) -> list[tuple[str, str, bytes]]:
        """Other sellers of the same platform with one of this one's marks, as (ref, kind, mark)."""
        mine = select(seller_marks.c.mark).where(seller_marks.c.platform == platform, seller_marks.c.ref == ref)
        query = (
            select(seller_marks.c.ref, seller_marks.c.kind, seller_marks.c.mark)
            .where(seller_marks.c.platform == platform, seller_marks.c.ref != ref, seller_marks.c.mark.in_(mine))
            .order_by(seller_marks.c.ref, seller_marks.c.kind, seller_marks.c.mark)
            .limit(limit)
        )
        return [(row.ref, row.kind, row.mark) for row in self._db.execute(query)]


def _seller(row: Row[Any]) -> Seller:
    facts = {Field(name): Fact(*told) for name, told in row.facts.items()}
    return Seller(row.platform, row.ref, SellerKind(row.kind), row.country, row.since, row.registered, facts)


class Clues:
    """Reads and writes of origin cards and clues."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def add_card(self, new: Card) -> None:
        """Keep a card."""
        self._db.execute(
            insert(origin_cards).values(
                id=new.id, item=_key(new.item), owner=new.owner, made_at=new.made_at, looks=new.looks
            )
        )

    def card(self, id: str) -> Card | None:
        """By id."""
        row = self._db.execute(select(origin_cards).where(origin_cards.c.id == id)).first()
        return None if row is None else Card(row.id, int.from_bytes(row.item), row.owner, row.made_at, row.looks)

    def count_look(self, id: str) -> None:
        """One more look at a card."""
        self._db.execute(update(origin_cards).where(origin_cards.c.id == id).values(looks=origin_cards.c.looks + 1))

    def of_item_since(self, item: int, since: int) -> int:
        """How many cards and clues of an item there are from a moment on."""
        made = select(func.count()).where(origin_cards.c.item == _key(item), origin_cards.c.made_at >= since)
        sent = select(func.count()).where(clues.c.item == _key(item), clues.c.created_at >= since)
        return (self._db.scalar(made) or 0) + (self._db.scalar(sent) or 0)

    def add(self, new: Clue) -> None:
        """Keep a clue."""
        values = {column.name: getattr(new, column.name) for column in clues.c}
        self._db.execute(insert(clues).values(**values | {"item": None if new.item is None else _key(new.item)}))

    def get(self, id: str) -> Clue | None:
        """By id."""
        row = self._db.execute(select(clues).where(clues.c.id == id)).first()
        return None if row is None else _clue(row)

    def sent_since(self, organisation: str, since: int) -> int:
        """How many clues a brand was sent from a moment on."""
        sent = select(func.count()).where(clues.c.organisation == organisation, clues.c.created_at >= since)
        return self._db.scalar(sent) or 0

    def page(self, organisation: str, before: str | None, limit: int, *, open_only: bool = False) -> Sequence[Clue]:
        """A brand's clues, newest first."""
        query = select(clues).where(clues.c.organisation == organisation)
        if before is not None:
            query = query.where(clues.c.id < before)
        if open_only:
            query = query.where(clues.c.answer.is_(None))
        return [_clue(row) for row in self._db.execute(query.order_by(clues.c.id.desc()).limit(limit))]

    def answer(self, id: str, answer: Answer, now: int) -> None:
        """Note the brand's answer, in place of an earlier one."""
        self._db.execute(update(clues).where(clues.c.id == id).values(answer=answer.value, answered_at=now))

    def add_photo(self, id: str, photo: str) -> None:
        """Put another photo to a clue, which waits for an answer again."""
        self._db.execute(update(clues).where(clues.c.id == id).values(photo=photo, answer=None, answered_at=None))

    def has_photo(self, photo: str) -> bool:
        """Whether any clue has this photo."""
        return self._db.execute(select(clues.c.id).where(clues.c.photo == photo).limit(1)).first() is not None

    def forget(self, before: int, limit: int) -> list[str]:
        """Forget cards and clues made before a moment; the photos that only they had."""
        old = select(origin_cards.c.id).where(origin_cards.c.made_at < before).limit(limit)
        self._db.execute(delete(origin_cards).where(origin_cards.c.id.in_(list(self._db.scalars(old)))))
        gone = self._db.execute(select(clues.c.id, clues.c.photo).where(clues.c.created_at < before).limit(limit)).all()
        self._db.execute(delete(clues).where(clues.c.id.in_([row.id for row in gone])))
        photos = {row.photo for row in gone if row.photo}
        left = set(self._db.scalars(select(clues.c.photo).where(clues.c.photo.in_(photos)))) if photos else set()
        return sorted(photos - left)


def _clue(row: Row[Any]) -> Clue:
    return Clue(
        id=row.id,
        organisation=row.organisation,
        item=None if row.item is None else int.from_bytes(row.item),
        card=row.card,
        text=row.text,
        where=row.where,
        photo=row.photo,
        created_at=row.created_at,
        answer=None if row.answer is None else Answer(row.answer),
        answered_at=row.answered_at,
    )


def _key(item: int) -> bytes:
    return item.to_bytes(32, "big")

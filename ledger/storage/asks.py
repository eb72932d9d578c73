"""Questions to owners, entrustments, and acceptances that a platform holds back."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import fields
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from ledger.domain.asks import Ask, AskState, Entrustment, Escrow, Message
from ledger.storage.tables_asks import asks, entrustments, escrows, messages

_CHUNK: Final = 400
_T = TypeVar("_T")


class Asks:
    """Reads and writes of asks, entrustments and escrows."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def add_ask(self, ask: Ask) -> None:
        """Keep a question."""
        self._db.execute(insert(asks).values(**_values(ask)))

    def ask(self, id: str) -> Ask | None:
        """By id."""
        return self._ask(asks.c.id == id)

    def ask_by_link(self, hash: bytes) -> Ask | None:
        """By the hash of what its link carries."""
        return self._ask(asks.c.link == hash)

    def asked_since(self, item: int, since: int) -> int:
        """How many questions about an item were asked lately."""
        query = select(func.count()).where(asks.c.item == _key(item), asks.c.created_at > since)
        return int(self._db.execute(query).scalar_one())

    def asks_of(self, item: int, most: int = 50) -> list[Ask]:
        """The questions about an item, newest first."""
        query = select(asks).where(asks.c.item == _key(item)).order_by(asks.c.created_at.desc()).limit(most)
        return [_ask(row) for row in self._db.execute(query)]

    def asks_by(self, session: bytes, item: int, since: int) -> list[Ask]:
        """What one session asked about an item lately, newest first (at most 10)."""
        query = select(asks).where(asks.c.session == session, asks.c.item == _key(item), asks.c.created_at > since)
        return [_ask(row) for row in self._db.execute(query.order_by(asks.c.created_at.desc()).limit(10))]

    def several(self, ids: Collection[str]) -> dict[str, Ask]:
        """Questions by id."""
        query = select(asks)
        rows = (row for some in _chunks(ids) for row in self._db.execute(query.where(asks.c.id.in_(some))))
        return {row.id: _ask(row) for row in rows}

    def asked_of(self, items: Collection[int], since: int) -> dict[int, list[Ask]]:
        """By item what was asked lately, newest first."""
        found: dict[int, list[Ask]] = {}
        for some in _chunks([_key(item) for item in items]):
            query = select(asks).where(asks.c.item.in_(some), asks.c.created_at > since)
            for row in self._db.execute(query.order_by(asks.c.created_at.desc())):
                found.setdefault((one := _ask(row)).item, []).append(one)
        return found

    def entrusted_of(self, items: Collection[int]) -> dict[int, list[Entrustment]]:
        """By item its entrustments, newest first."""
        found: dict[int, list[Entrustment]] = {}
        for some in _chunks([_key(item) for item in items]):
            query = select(entrustments).where(entrustments.c.item.in_(some))
            for row in self._db.execute(query.order_by(entrustments.c.created_at.desc())):
                found.setdefault((one := _entrustment(row)).item, []).append(one)
        return found

    def answer(
        self, id: str, state: AskState, now: int, signer: str | None, by: str | None, photo: str | None = None
    ) -> bool:
        """Close a question that still waits; False where it was closed already."""
        query = update(asks).where(asks.c.id == id, asks.c.state == AskState.WAITING)
        values = {"state": state, "answered_at": now, "signer": signer, "by": by, "photo": photo}
        return self._db.execute(query.values(**values)).rowcount == 1

    def forget_photos(self, before: int) -> None:
        """Forget the photos of answers given before a time."""
        query = update(asks).where(asks.c.photo.is_not(None), asks.c.answered_at < before)
        self._db.execute(query.values(photo=None))

    def add_entrustment(self, one: Entrustment) -> None:
        """Keep an entrustment."""
        self._db.execute(insert(entrustments).values(**_values(one)))

    def entrustments(self, item: int) -> list[Entrustment]:
        """The entrustments of an item, newest first (at most 50)."""
        query = select(entrustments).where(entrustments.c.item == _key(item))
        return [
            _entrustment(row) for row in self._db.execute(query.order_by(entrustments.c.created_at.desc()).limit(50))
        ]

    def entrusted_to(self, organisation: str, now: int) -> list[Entrustment]:
        """What an organisation is entrusted with now, newest first (at most 500)."""
        query = select(entrustments).where(
            entrustments.c.organisation == organisation,
            entrustments.c.ended_at.is_(None),
            entrustments.c.until > now,
        )
        return [
            _entrustment(row) for row in self._db.execute(query.order_by(entrustments.c.created_at.desc()).limit(500))
        ]

    def end_entrustment(self, id: str, now: int) -> bool:
        """Take an entrustment back; whether it was open."""
        query = update(entrustments).where(entrustments.c.id == id, entrustments.c.ended_at.is_(None))
        return self._db.execute(query.values(ended_at=now)).rowcount == 1

    def hold_in_escrow(self, offer: str, organisation: str, now: int) -> None:
        """Note that a platform decides when an offer's acceptance counts; again changes nothing."""
        if self.escrow(offer) is None:
            self._db.execute(insert(escrows).values(offer=offer, organisation=organisation, created_at=now))

    def escrow(self, offer: str) -> Escrow | None:
        """The escrow of an offer."""
        row = self._db.execute(select(escrows).where(escrows.c.offer == offer)).first()
        return None if row is None else Escrow(**row._mapping)

    def escrows_of(self, organisation: str) -> list[Escrow]:
        """What a platform has to decide, newest first (at most 500)."""
        query = select(escrows).where(escrows.c.organisation == organisation)
        return [
            Escrow(**row._mapping) for row in self._db.execute(query.order_by(escrows.c.created_at.desc()).limit(500))
        ]

    def change_escrow(self, offer: str, **values: Any) -> None:
        """Note an acceptance, a release or a refusal."""
        self._db.execute(update(escrows).where(escrows.c.offer == offer).values(**values))

    def add_message(self, new: Message) -> None:
        """Keep what somebody wrote about an item."""
        self._db.execute(insert(messages).values(**_values(new)))

    def messages_of(self, item: int, since: int, *, to_owner: bool) -> list[Message]:
        """What was written about an item to its owner, or to its brand, newest first (at most 50)."""
        mine = messages.c.organisation.is_(None) if to_owner else messages.c.organisation.is_not(None)
        query = select(messages).where(messages.c.item == _key(item), messages.c.created_at > since, mine)
        return [_message(row) for row in self._db.execute(query.order_by(messages.c.created_at.desc()).limit(50))]

    def messages_to(self, organisation: str, before: str | None, limit: int) -> list[Message]:
        """What was written to an organisation, newest first."""
        query = select(messages).where(messages.c.organisation == organisation)
        query = query if before is None else query.where(messages.c.id < before)
        return [_message(row) for row in self._db.execute(query.order_by(messages.c.id.desc()).limit(limit))]

    def forget_messages(self, item: int) -> None:
        """Delete what was written to an item's owner."""
        self._db.execute(delete(messages).where(messages.c.item == _key(item), messages.c.organisation.is_(None)))

    def messages_since(self, item: int, since: int) -> int:
        """How many were written about an item lately."""
        query = select(func.count()).where(messages.c.item == _key(item), messages.c.created_at > since)
        return int(self._db.execute(query).scalar_one())

    def _ask(self, where: Any) -> Ask | None:
        row = self._db.execute(select(asks).where(where)).first()
        return None if row is None else _ask(row)


def _key(item: int) -> bytes:
    return item.to_bytes(32, "big")


def _values(one: Any) -> dict[str, Any]:
    found = {field.name: getattr(one, field.name) for field in fields(one)}
    return found | {"item": _key(found["item"])}


def _ask(row: Row[Any]) -> Ask:
    found = dict(row._mapping)
    return Ask(**found | {"item": int.from_bytes(found["item"], "big"), "state": AskState(found["state"])})


def _entrustment(row: Row[Any]) -> Entrustment:
    return Entrustment(**dict(row._mapping) | {"item": int.from_bytes(row.item, "big")})


def _message(row: Row[Any]) -> Message:
    return Message(**dict(row._mapping) | {"item": int.from_bytes(row.item, "big")})


def _chunks(values: Collection[_T]) -> Iterator[list[_T]]:
    known = list(values)
    for start in range(0, len(known), _CHUNK):
        yield known[start : start + _CHUNK]

"""Marks of parts, parts put in by services, and questions about them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, union

from ledger.services.components_port import NewPart, PartMark, Question
from ledger.storage.tables_components import new_parts, part_marks, part_questions

_MOST = 2_000


class Components:
    """Reads and writes of what is kept of parts."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def add_marks(self, marks: Sequence[PartMark]) -> None:
        """Keep marks; those that are kept already stay as they are."""
        rows = [
            {"item": _bytes(one.item), "record": one.record, "part": one.part, "mark": one.mark}
            for one in dict.fromkeys(marks)
        ]
        if rows:
            self._db.execute(insert(part_marks), rows)

    def marks(self, item: int) -> list[PartMark]:
        """The marks of an item, of all its descriptions."""
        query = select(part_marks).where(part_marks.c.item == _bytes(item)).order_by(part_marks.c.part)
        return [PartMark(item, row.part, row.mark, row.record) for row in self._db.execute(query.limit(_MOST))]

    def add_new_part(self, new: NewPart) -> None:
        """Keep a part that a service puts in."""
        values = {name: getattr(new, name) for name in NewPart.__slots__}
        self._db.execute(insert(new_parts).values(**values | {"item": _bytes(new.item)}))

    def new_parts(self, item: int) -> list[NewPart]:
        """The parts that services put into an item, whether or not the chain has the services (at most 2,000)."""
        query = select(new_parts).where(new_parts.c.item == _bytes(item)).order_by(new_parts.c.created_at.desc())
        return [NewPart(**dict(row._mapping) | {"item": item}) for row in self._db.execute(query.limit(_MOST))]

    def items_with(self, mark: bytes, most: int) -> list[int]:
        """Items that any description or service names the part for."""
        both = union(
            select(part_marks.c.item).where(part_marks.c.mark == mark),
            select(new_parts.c.item).where(new_parts.c.mark == mark),
        )
        return [int.from_bytes(item, "big") for item in self._db.scalars(both.limit(most))]

    def ask(self, question: Question) -> None:
        """Note a question."""
        values = {name: getattr(question, name) for name in Question.__slots__}
        self._db.execute(insert(part_questions).values(**values | {"item": _bytes(question.item)}))

    def asked_since(self, organisation: str, since: int, item: int | None = None) -> tuple[int, int | None]:
        """How many questions an organisation asked after a time, about an item or at all, and when the first."""
        table = part_questions.c
        query = select(func.count(), func.min(table.at)).where(table.organisation == organisation, table.at > since)
        if item is not None:
            query = query.where(table.item == _bytes(item))
        count, first = self._db.execute(query).one()
        return count, first

    def questions(self, item: int, before: str | None, limit: int) -> list[Question]:
        """The questions about an item, newest first, older than the cursor."""
        query = select(part_questions).where(part_questions.c.item == _bytes(item))
        if before is not None:
            query = query.where(part_questions.c.id < before)
        query = query.order_by(part_questions.c.id.desc()).limit(limit)
        return [_question(row) for row in self._db.execute(query)]


def _bytes(item: int) -> bytes:
    return item.to_bytes(32, "big")


def _question(row: Row[Any]) -> Question:
    return Question(**dict(row._mapping) | {"item": int.from_bytes(row.item, "big")})

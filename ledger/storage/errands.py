"""Errands: visits to the signing page, from when they are begun until they are done or over."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from sqlalchemy import Connection, insert, select, update

from ledger.domain.people import Errand, ErrandState
from ledger.storage.tables_people import errands


class Errands:
    """Reads and writes of errands."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def add(self, errand: Errand) -> None:
        """Keep a new errand."""
        self._db.execute(
            insert(errands).values(**{field.name: getattr(errand, field.name) for field in fields(errand)})
        )

    def get(self, id: str) -> Errand | None:
        """By id, whatever its state."""
        row = self._db.execute(select(errands).where(errands.c.id == id)).first()
        return None if row is None else Errand(**dict(row._mapping) | {"state": ErrandState(row.state)})

    def settle(self, id: str, state: ErrandState, result: dict[str, Any] | None) -> bool:
        """Close an open errand with what came of it; False where it was closed already."""
        query = update(errands).where(errands.c.id == id, errands.c.state == ErrandState.OPEN)
        return self._db.execute(query.values(state=state, result=result)).rowcount == 1

    def hand_to(self, id: str, person: str) -> None:
        """Note whose errand it is, once that is known."""
        self._db.execute(update(errands).where(errands.c.id == id).values(person=person))

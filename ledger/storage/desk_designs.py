"""Design certificates: what was dated, and with which salts."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, insert, select

from ledger.storage.tables_rights import design_certificates


class Designs:
    """Reads and writes of what was dated."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def add(self, **values: Any) -> None:
        """Keep a new one, by the table's columns."""
        self._db.execute(insert(design_certificates).values(**values))

    def get(self, id: str) -> dict[str, Any] | None:
        """By id: the table's columns."""
        row = self._db.execute(select(design_certificates).where(design_certificates.c.id == id)).first()
        return None if row is None else dict(row._mapping)

    def of(self, organisation: str) -> list[dict[str, Any]]:
        """An organisation's, newest first (at most 500)."""
        d = design_certificates.c
        query = select(design_certificates).where(d.organisation == organisation).order_by(d.id.desc()).limit(500)
        return [dict(row._mapping) for row in self._db.execute(query)]

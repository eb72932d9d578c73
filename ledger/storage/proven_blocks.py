"""Blocks that passports were made at."""

from __future__ import annotations

from sqlalchemy import Connection, insert, select

from ledger.storage.tables_proofs import proven_blocks


class ProvenBlocks:
    """Reads and writes of the blocks that passports were made at."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def note(self, number: int, hash: bytes, now: int) -> None:
        """Keep a block; the same one again changes nothing."""
        known = self._db.scalar(select(proven_blocks.c.hash).where(proven_blocks.c.number == number))
        if known is None:
            self._db.execute(insert(proven_blocks).values(number=number, hash=hash, noted_at=now))

    def page(self, after: int, limit: int) -> list[tuple[int, bytes]]:
        """Blocks above a height, lowest first, as (number, hash)."""
        query = select(proven_blocks.c.number, proven_blocks.c.hash).where(proven_blocks.c.number > after)
        rows = self._db.execute(query.order_by(proven_blocks.c.number).limit(limit))
        return [(row.number, row.hash) for row in rows]

    def newest(self) -> tuple[int, bytes] | None:
        """The highest of them."""
        query = select(proven_blocks.c.number, proven_blocks.c.hash).order_by(proven_blocks.c.number.desc())
        row = self._db.execute(query.limit(1)).first()
        return None if row is None else (row.number, row.hash)

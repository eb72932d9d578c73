"""Blocks that passports were made at: what only we hold, though a node could tell them again."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, LargeBinary, Table

from ledger.storage.tables import metadata

proven_blocks = Table(
    "proven_blocks",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("hash", LargeBinary(32), nullable=False),
    Column("noted_at", BigInteger, nullable=False),
)

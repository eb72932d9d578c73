"""How often something was written that answers to scans rest on: see `stamps`."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Table

from ledger.storage.tables import metadata

stamps = Table(
    "stamps",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("shared", BigInteger, nullable=False),
    Column("items", BigInteger, nullable=False),
)
"""One row, which the migration puts there."""

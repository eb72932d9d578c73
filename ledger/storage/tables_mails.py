"""Outgoing letters: only we hold them, and what is in one goes with its sending."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, String, Table

from ledger.storage.tables import metadata

mails = Table(
    "mails",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("sealed", LargeBinary),
    Column("created_at", BigInteger, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("next_try_at", BigInteger, nullable=False),
    Column("outcome", String(12), nullable=False),
    Column("done_at", BigInteger),
    Column("reply", Integer),
    Index(None, "outcome", "next_try_at"),
)

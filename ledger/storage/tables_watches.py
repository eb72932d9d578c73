"""Watches: whose verdicts platforms want to be told of. Only we hold them."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
)

from ledger.storage.tables import metadata

watches = Table(
    "watches",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("organisation", String(40), ForeignKey("organisations.id"), nullable=False),
    Column("gtin", String(14), nullable=False),
    Column("serial", String(20), nullable=False),
    Column("ref", String(120), nullable=False),
    Column("item", LargeBinary(32)),
    Column("batch", BigInteger),
    Column("until", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("verdict", String(30), nullable=False),
    Column("advice", String(20), nullable=False),
    Column("changes", Integer, nullable=False),
    Column("look_at", BigInteger, nullable=False),
    Column("calls", Integer, nullable=False),
    UniqueConstraint("organisation", "gtin", "serial", "ref"),
    Index(None, "item"),
    Index(None, "batch"),
    Index(None, "look_at"),
    Index(None, "organisation", "id"),
)
"""`item` and `batch` are empty while nobody has registered the code. `calls` counts how often a watch was called to be
looked at again, so that a look that began before a call does not answer it."""

"""Sellers of platforms, origin cards and clues: what only we hold."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
)

from ledger.storage.tables import metadata

sellers = Table(
    "sellers",
    metadata,
    Column("platform", String(40), ForeignKey("organisations.id"), primary_key=True),
    Column("ref", String(120), primary_key=True),
    Column("kind", String(10), nullable=False),
    Column("country", String(2), nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("registered", Boolean, nullable=False),
    Column("facts", JSON, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
)
"""`facts` is {field: [stated at, verified at or null]}: that a platform holds something, never what."""

seller_marks = Table(
    "seller_marks",
    metadata,
    Column("platform", String(40), primary_key=True),
    Column("ref", String(120), primary_key=True),
    Column("kind", String(20), primary_key=True),
    Column("mark", LargeBinary(32), primary_key=True),
    Column("seen_at", BigInteger, nullable=False),
    Index("ix_seller_marks_mark", "mark"),
)
"""What tells that two sellers are one: identifiers under a key of the vault, which nobody can turn back."""

seller_sales = Table(
    "seller_sales",
    metadata,
    Column("platform", String(40), primary_key=True),
    Column("ref", String(120), primary_key=True),
    Column("day", Integer, primary_key=True, autoincrement=False),
    Column("count", Integer, nullable=False),
    Column("cents", BigInteger, nullable=False),
)

origin_cards = Table(
    "origin_cards",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("item", LargeBinary(32), nullable=False),
    Column("owner", String(42)),
    Column("made_at", BigInteger, nullable=False),
    Column("looks", Integer, nullable=False),
    Index("ix_origin_cards_item", "item", "made_at"),
)

clues = Table(
    "clues",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("organisation", String(40), ForeignKey("organisations.id"), nullable=False),
    Column("item", LargeBinary(32)),
    Column("card", String(40)),
    Column("text", Text, nullable=False),
    Column("where", String(500), nullable=False),
    Column("photo", String(64)),
    Column("created_at", BigInteger, nullable=False),
    Column("answer", String(20)),
    Column("answered_at", BigInteger),
    Index("ix_clues_organisation", "organisation", "id"),
)

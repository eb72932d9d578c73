"""Webhooks: who wants to be told, what is told, and each delivery with its tries. Only we hold them."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text
from sqlalchemy import UniqueConstraint as Unique

from ledger.storage.tables import metadata

webhook_endpoints = Table(
    "webhook_endpoints",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("organisation", String(40), ForeignKey("organisations.id"), nullable=False),
    Column("url", String(600), nullable=False),
    Column("description", String(200), nullable=False),
    Column("types", JSON, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("disabled_at", BigInteger),
    Column("disabled_why", String(12)),
    Column("failing_since", BigInteger),
    Column("failures", Integer, nullable=False),
    Index(None, "organisation"),
)

webhook_messages = Table(
    "webhook_messages",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("organisation", String(40), nullable=False),
    Column("type", String(40), nullable=False),
    Column("source", String(160), nullable=False, unique=True),
    Column("body", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Index(None, "created_at"),
)

webhook_deliveries = Table(
    "webhook_deliveries",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("message", String(40), ForeignKey("webhook_messages.id", ondelete="CASCADE"), nullable=False),
    Column("endpoint", String(40), ForeignKey("webhook_endpoints.id", ondelete="CASCADE"), nullable=False),
    Column("organisation", String(40), nullable=False),
    Column("type", String(40), nullable=False),
    Column("state", String(12), nullable=False),
    Column("tries", Integer, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("next_try_at", BigInteger, nullable=False),
    Column("status", Integer),
    Column("done_at", BigInteger),
    Unique("message", "endpoint"),
    Index(None, "state", "next_try_at"),
    Index(None, "endpoint", "id"),
)

webhook_attempts = Table(
    "webhook_attempts",
    metadata,
    Column("delivery", String(40), ForeignKey("webhook_deliveries.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("status", Integer),
    Column("problem", String(200)),
    Column("response", Text, nullable=False),
    Column("took_ms", Integer, nullable=False),
)

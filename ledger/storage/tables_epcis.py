"""Events that others tell (EPCIS capture): only we hold them, and nothing of the chain hangs on them."""

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
    UniqueConstraint,
)

from ledger.storage.tables import metadata

captures = Table(
    "captures",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("organisation", String(40), ForeignKey("organisations.id"), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("behaviour", String(12), nullable=False),
    Column("sent", Integer, nullable=False),
    Column("taken", Integer, nullable=False),
    Column("known", Integer, nullable=False),
    Column("faults", JSON, nullable=False),
    Index(None, "organisation", "id"),
)

told_events = Table(
    "told_events",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("organisation", String(40), ForeignKey("organisations.id"), nullable=False),
    Column("capture", String(40), ForeignKey("captures.id"), nullable=False),
    Column("event_id", String(300), nullable=False),
    Column("declared", Boolean, nullable=False),
    Column("event_time", BigInteger, nullable=False),
    Column("biz_step", String(300), nullable=False),
    Column("hash", LargeBinary(32), nullable=False),
    Column("body", JSON, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    UniqueConstraint("organisation", "event_id", "declared"),
)
"""`body` is {event, contexts}. `declared` tells an error declaration from the event that it is about."""

told_items = Table(
    "told_items",
    metadata,
    Column("item", LargeBinary(32), primary_key=True),
    Column("event", String(40), ForeignKey("told_events.id", ondelete="CASCADE"), primary_key=True),
    Column("standing", String(12), nullable=False),
    Index(None, "event"),
)

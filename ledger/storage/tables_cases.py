"""Tables of notices and their cases. A case's state is told by the desk's log; its columns here only find it."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Boolean, Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text

from ledger.storage.tables import metadata

notices = Table(
    "notices",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("organisation", String(40), ForeignKey("organisations.id"), nullable=False),
    Column("holder", String(40), ForeignKey("organisations.id"), nullable=False),
    Column("lines", Integer, nullable=False),
    Column("repeated", Integer, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Index(None, "organisation", "id"),
)

cases = Table(
    "cases",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("notice", String(40), ForeignKey("notices.id"), nullable=False),
    Column("place", Integer, nullable=False),
    Column("platform", String(40), ForeignKey("organisations.id"), nullable=False),
    Column("listing", String(120), nullable=False),
    Column("url", Text),
    Column("notifier", String(40), ForeignKey("organisations.id"), nullable=False),
    Column("holder", String(40), ForeignKey("organisations.id"), nullable=False),
    Column("agent", String(40)),
    Column("right_id", String(40)),
    Column("item", LargeBinary(32)),
    Column("gtin", String(14)),
    Column("serial", String(20)),
    Column("sold_as", String(14)),
    Column("reason", String(40), nullable=False),
    Column("rules", String(12), nullable=False),
    Column("lane", String(16), nullable=False),
    Column("territories", JSON, nullable=False),
    Column("explanation", String(64), nullable=False),
    Column("link", LargeBinary(32), nullable=False, unique=True),
    Column("seller", String(120)),
    Column("state", String(12), nullable=False),
    Column("outcome", String(12)),
    Column("automation", String(8)),
    Column("opened_at", BigInteger, nullable=False),
    Column("due_at", BigInteger),
    Column("next_at", BigInteger),
    Column("decided_at", BigInteger),
    Column("closed_at", BigInteger),
    Column("is_down", Boolean, nullable=False),
    Column("went_down", Boolean, nullable=False),
    Column("struck_at", BigInteger),
    Column("strike_until", BigInteger),
    Column("strike_back_at", BigInteger),
    Column("proven_item", String(64)),
    Index(None, "notice", "place"),
    Index(None, "platform", "id"),
    Index(None, "platform", "listing"),
    Index(None, "platform", "seller"),
    Index(None, "platform", "proven_item"),
    Index(None, "platform", "state", "due_at"),
    Index(None, "notifier", "id"),
    Index(None, "notifier", "decided_at"),
    Index(None, "holder", "id"),
    Index(None, "next_at"),
    Index(None, "closed_at"),
)

case_texts = Table(
    "case_texts",
    metadata,
    Column("subject", String(40), primary_key=True),
    Column("sha256", String(64), primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("text", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Index(None, "created_at"),
)
"""What people wrote, of a notice or of a case; forgotten in time with the salt of their names in the log."""

case_files = Table(
    "case_files",
    metadata,
    Column("subject", String(40), primary_key=True),
    Column("sha256", String(64), primary_key=True),
    Column("media_type", String(60), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("organisation", String(40), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Index(None, "sha256"),
)
"""Files that were sent to a case, for its parties alone; `organisation` is whose, empty for a seller's by link."""

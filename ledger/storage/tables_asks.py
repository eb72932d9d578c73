"""Tables of what passes between a buyer, an owner and those the owner trusts."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Column, ForeignKey, Index, LargeBinary, String, Table, Text

from ledger.storage.tables import metadata

asks = Table(
    "asks",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("item", LargeBinary(32), nullable=False),
    Column("session", LargeBinary(32), nullable=False),
    Column("words", String(120), nullable=False),
    Column("challenge", LargeBinary(32), nullable=False),
    Column("link", LargeBinary(32), nullable=False, unique=True),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("state", String(12), nullable=False),
    Column("answered_at", BigInteger),
    Column("signer", String(42)),
    Column("by", String(40)),
    Column("photo", String(64)),
    Index(None, "item", "created_at"),
    Index(None, "session", "item"),
)

entrustments = Table(
    "entrustments",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("item", LargeBinary(32), nullable=False),
    Column("owner", String(42), nullable=False),
    Column("organisation", String(40), ForeignKey("organisations.id"), nullable=False),
    Column("until", BigInteger, nullable=False),
    Column("nonce", LargeBinary(32), nullable=False),
    Column("signature", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger),
    Index(None, "item"),
    Index(None, "organisation"),
)

escrows = Table(
    "escrows",
    metadata,
    Column("offer", String(40), ForeignKey("offers.id", ondelete="CASCADE"), primary_key=True),
    Column("organisation", String(40), ForeignKey("organisations.id"), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("accepted", JSON),
    Column("accepted_at", BigInteger),
    Column("released_at", BigInteger),
    Column("refused_at", BigInteger),
    Index(None, "organisation"),
)

messages = Table(
    "messages",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("item", LargeBinary(32), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("organisation", String(40)),
    Column("text", Text, nullable=False),
    Column("contact", String(254)),
    Column("created_at", BigInteger, nullable=False),
    Column("read_at", BigInteger),
    Index(None, "item", "created_at"),
    Index(None, "organisation", "id"),
)

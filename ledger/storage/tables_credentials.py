"""Credentials: the keys they are signed with, and each one that was issued, with its place in a status list.

Only we hold them. A place is never given to another credential, so rows are never deleted.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from ledger.storage.tables import metadata

credential_keys = Table(
    "credential_keys",
    metadata,
    Column("kid", String(43), primary_key=True),
    Column("issuer", String(40), nullable=False),
    Column("public", JSON, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("retired_at", BigInteger),
    Column("stolen_at", BigInteger),
    Index(None, "issuer"),
)
"""`issuer` is an organisation's id, or the ledger itself; `kid` is the key's thumbprint (RFC 7638)."""

credentials = Table(
    "credentials",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("issuer", String(40), nullable=False),
    Column("kid", String(43), nullable=False),
    Column("kind", String(12), nullable=False),
    Column("item", LargeBinary(32), nullable=False),
    Column("batch", BigInteger),
    Column("party", Integer),
    Column("statement", LargeBinary(32)),
    Column("fingerprint", LargeBinary(32), nullable=False),
    Column("pair", Integer, nullable=False),
    Column("position", Integer, nullable=False),
    Column("token", Text, nullable=False),
    Column("issued_at", BigInteger, nullable=False),
    Column("valid_until", BigInteger, nullable=False),
    Column("revoked_at", BigInteger),
    Column("suspended_at", BigInteger),
    Column("unsettled", Boolean, nullable=False),
    Column("look_again_at", BigInteger),
    UniqueConstraint("issuer", "pair", "position"),
    Index(None, "item", "kind"),
    Index(None, "batch"),
    Index(None, "party"),
    Index(None, "unsettled"),
    Index(None, "look_again_at"),
)

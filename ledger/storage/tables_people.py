"""Tables of people: only we hold them, they are backed up, and a person's rows go when the person says so."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Column, ForeignKey, Index, LargeBinary, String, Table, Text

from ledger.storage.tables import metadata

people = Table(
    "people",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("email", String(254), unique=True),
    Column("language", String(10), nullable=False),
    Column("created_at", BigInteger, nullable=False),
)

passkeys = Table(
    "passkeys",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("person", String(40), ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
    Column("credential", LargeBinary(1023), nullable=False, unique=True),
    Column("x", LargeBinary(32), nullable=False),
    Column("y", LargeBinary(32), nullable=False),
    Column("label", String(80), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("last_used_at", BigInteger),
    Index(None, "person"),
)

sessions = Table(
    "sessions",
    metadata,
    Column("id", LargeBinary(32), primary_key=True),
    Column("person", String(40), ForeignKey("people.id", ondelete="CASCADE")),
    Column("created_at", BigInteger, nullable=False),
    Column("signed_in_at", BigInteger),
    Column("expires_at", BigInteger, nullable=False),
    Index(None, "person"),
    Index(None, "expires_at"),
)

email_links = Table(
    "email_links",
    metadata,
    Column("hash", LargeBinary(32), primary_key=True),
    Column("email", String(254), nullable=False),
    Column("person", String(40), ForeignKey("people.id", ondelete="CASCADE")),
    Column("next", String(400)),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Index(None, "email", "created_at"),
)

memberships = Table(
    "memberships",
    metadata,
    Column("person", String(40), ForeignKey("people.id", ondelete="CASCADE"), primary_key=True),
    Column("organisation", String(40), ForeignKey("organisations.id"), primary_key=True),
    Column("roles", JSON, nullable=False),
    Column("name", String(120), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Index(None, "organisation"),
)

invitations = Table(
    "invitations",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("hash", LargeBinary(32), nullable=False, unique=True),
    Column("organisation", String(40), ForeignKey("organisations.id"), nullable=False),
    Column("email", String(254), nullable=False),
    Column("name", String(120), nullable=False),
    Column("roles", JSON, nullable=False),
    Column("by", String(40)),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Index(None, "organisation"),
)

errands = Table(
    "errands",
    metadata,
    Column("id", String(60), primary_key=True),
    Column("purpose", String(30), nullable=False),
    Column("session", LargeBinary(32), nullable=False),
    Column("person", String(40), ForeignKey("people.id", ondelete="CASCADE")),
    Column("request", JSON, nullable=False),
    Column("keep", JSON, nullable=False),
    Column("state", String(12), nullable=False),
    Column("result", JSON),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Index(None, "expires_at"),
)

holdings = Table(
    "holdings",
    metadata,
    Column("address", String(42), primary_key=True),
    Column("item", LargeBinary(32), primary_key=True),
    Column("person", String(40), ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
    Column("passkey", String(40)),
    Column("blind", LargeBinary(32)),
    Column("note", Text, nullable=False),
    Column("bought_on", String(10)),
    Column("created_at", BigInteger, nullable=False),
    Index(None, "person"),
    Index(None, "item"),
)

"""Looks at items: by the row for ninety days, then counted by country and day. Only we hold them."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, String, Table

from ledger.storage.tables import metadata

scans = Table(
    "scans",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("item", LargeBinary(32), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("verdict", String(30), nullable=False),
    Column("country", String(2)),
    Column("visitor", LargeBinary(16)),
    Column("kind", String(10), nullable=False, server_default="visit"),
    Index(None, "item", "at"),
    Index(None, "at"),
)

scan_days = Table(
    "scan_days",
    metadata,
    Column("item", LargeBinary(32), primary_key=True),
    Column("day", Integer, primary_key=True, autoincrement=False),
    Column("country", String(2), primary_key=True),
    Column("count", Integer, nullable=False),
    Index(None, "day"),
)
"""Days since 1970; a country of two letters, or "" where it was not known. A count of 0 says that looks of before
that day were forgotten."""

scan_salts = Table(
    "scan_salts",
    metadata,
    Column("day", Integer, primary_key=True, autoincrement=False),
    Column("salt", LargeBinary(32), nullable=False),
)
"""What visitors are hashed with; gone after its day, and with it every way back to an address."""

scan_lines = Table(
    "scan_lines",
    metadata,
    Column("gtin", String(14), primary_key=True),
    Column("a_day", Integer, nullable=False),
    Column("a_month", Integer, nullable=False),
    Column("counted_at", BigInteger, nullable=False),
)

displays = Table(
    "displays",
    metadata,
    Column("item", LargeBinary(32), primary_key=True),
    Column("organisation", String(40), nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("until", BigInteger),
    Column("created_at", BigInteger, nullable=False),
)

clone_alerts = Table(
    "clone_alerts",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("item", LargeBinary(32), nullable=False, unique=True),
    Column("organisation", String(40), nullable=False),
    Column("gtin", String(14), nullable=False),
    Column("suspected", Boolean, nullable=False),
    Column("raised_at", BigInteger, nullable=False),
    Column("checked_at", BigInteger, nullable=False),
    Index(None, "organisation", "id"),
    Index(None, "checked_at"),
)
"""Which items have clone signals; what they say is worked out anew whenever it is shown."""

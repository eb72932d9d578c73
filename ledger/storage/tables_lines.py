"""The catalogue: lines and their photos; only we hold them, and nothing of the chain hangs on them."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Boolean, Column, ForeignKey, Index, Integer, String, Table, Text

from ledger.storage.tables import metadata

lines = Table(
    "lines",
    metadata,
    Column("gtin", String(14), primary_key=True),
    Column("organisation", String(40), ForeignKey("organisations.id"), nullable=False),
    Column("name", String(120), nullable=False),
    Column("words", JSON, nullable=False),
    Column("programme_start", String(10)),
    Column("retired", Boolean, nullable=False),
    Column("note", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Index(None, "organisation", "name"),
)
"""One GTIN-14 each. `words` is {language: {description, materials, care, looks}}."""

line_photos = Table(
    "line_photos",
    metadata,
    Column("gtin", String(14), ForeignKey("lines.gtin", ondelete="CASCADE"), primary_key=True),
    Column("sha256", String(64), primary_key=True),
    Column("position", Integer, nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("captions", JSON, nullable=False),
    Column("colourway", String(120), nullable=False),
    Column("removed_at", BigInteger),
    Index(None, "sha256"),
)

"""Inspection sheets, an inspector's own checklists and how its desk is set; only we hold them.

Only a sheet's promise to the chain hangs on anything there: `statement_hash` names the record that repeats it.
"""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Boolean, Column, ForeignKey, Index, Integer, LargeBinary, String, Table

from ledger.storage.tables import metadata

sheets = Table(
    "sheets",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("organisation", String(40), ForeignKey("organisations.id"), nullable=False),
    Column("person", String(40), ForeignKey("people.id", ondelete="SET NULL")),
    Column("case", String(40), nullable=False),
    Column("checklist", JSON, nullable=False),
    Column("owner", String(40)),
    Column("item", LargeBinary(32)),
    Column("gtin", String(14), nullable=False),
    Column("serial", String(20), nullable=False),
    Column("about", BigInteger, nullable=False),
    Column("state", String(12), nullable=False),
    Column("told", JSON, nullable=False),
    Column("salt", LargeBinary(16)),
    Column("commitment", LargeBinary(32)),
    Column("nonce", BigInteger),
    Column("statement", String(40)),
    Column("statement_hash", LargeBinary(32)),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Column("committed_at", BigInteger),
    Column("signed_at", BigInteger),
    Index(None, "organisation", "state", "updated_at"),
    Index(None, "case"),
    Index(None, "statement_hash"),
)
"""`owner` is whose checklist was filled in; `person` is emptied when they have their account deleted."""

checklists = Table(
    "checklists",
    metadata,
    Column("organisation", String(40), ForeignKey("organisations.id"), primary_key=True),
    Column("id", String(40), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("body", JSON, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
)
"""The newest version of each list; sheets keep copies of those they were filled in with."""

desks = Table(
    "desks",
    metadata,
    Column("organisation", String(40), ForeignKey("organisations.id"), primary_key=True),
    Column("people_only", Boolean, nullable=False),
    Column("place", String(80), nullable=False),
)
"""Whether only people sign an organisation's records, and the place that its public card names."""

shown_names = Table(
    "shown_names",
    metadata,
    Column("organisation", String(40), ForeignKey("organisations.id"), primary_key=True),
    Column("person", String(40), ForeignKey("people.id", ondelete="CASCADE"), primary_key=True),
    Column("name", String(80), nullable=False),
)
"""Names that inspectors chose to show; without a row none is shown."""

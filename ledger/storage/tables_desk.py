"""The desk's log: what only we hold."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, LargeBinary, String, Table, Text

from ledger.storage.tables import metadata

desk_log = Table(
    "desk_log",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("kind", String(60), nullable=False),
    Column("organisation", String(40), nullable=False),
    Column("subject", String(120), nullable=False),
    Column("body", Text, nullable=False),
    Column("previous", LargeBinary(32), nullable=False),
    Column("hash", LargeBinary(32), nullable=False),
    Index("ix_desk_log_subject", "subject", "number"),
    Index("ix_desk_log_kind", "kind", "number"),
)
"""`body` is text and not JSON: its very bytes are sealed."""

desk_log_head = Table(
    "desk_log_head",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("number", BigInteger, nullable=False),
    Column("hash", LargeBinary(32), nullable=False),
    CheckConstraint("id = 1", name="one_row"),
)
"""The newest entry again, in one row: so that a log whose end was cut off is not taken for a shorter one."""

"""Parts of items: the marks they are found by, those that services put in, and who asked about which.

`part_marks` is made again from the private manifests (`touchmark reindex --from-manifests`); the others only we hold.
No serial stands in plain in any of them.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, LargeBinary, String, Table

from ledger.storage.tables import metadata

part_marks = Table(
    "part_marks",
    metadata,
    Column("item", LargeBinary(32), ForeignKey("items.item", ondelete="CASCADE"), primary_key=True),
    Column("record", LargeBinary(32), primary_key=True),
    Column("part", String(30), primary_key=True),
    Column("mark", LargeBinary(32), nullable=False),
    Index(None, "mark"),
)

new_parts = Table(
    "new_parts",
    metadata,
    Column("report", LargeBinary(32), primary_key=True),
    Column("item", LargeBinary(32), nullable=False),
    Column("part", String(30), nullable=False),
    Column("mark", LargeBinary(32), nullable=False),
    Column("commitment", LargeBinary(32), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("organisation", String(40), ForeignKey("organisations.id"), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Index(None, "mark"),
    Index(None, "item"),
)

part_questions = Table(
    "part_questions",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("organisation", String(40), ForeignKey("organisations.id"), nullable=False),
    Column("person", String(40), ForeignKey("people.id", ondelete="SET NULL")),
    Column("item", LargeBinary(32), nullable=False),
    Column("part", String(30), nullable=False),
    Column("found", String(16), nullable=False),
    Column("at", BigInteger, nullable=False),
    Index(None, "organisation", "item", "at"),
    Index(None, "organisation", "at"),
    Index(None, "item", "id"),
)

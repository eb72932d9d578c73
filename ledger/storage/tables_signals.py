"""What brands share with whom, what each member was told, offenders as keyed hashes, and test purchases."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Boolean, Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text

from ledger.storage.tables import metadata

sharing_policies = Table(
    "sharing_policies",
    metadata,
    Column("organisation", String(40), ForeignKey("organisations.id"), primary_key=True),
    Column("kind", String(20), primary_key=True),
    Column("members", JSON),
    Column("named", Boolean, nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
)
"""`members` is a list of ids of organisations, JSON's null for all."""

signal_entries = Table(
    "signal_entries",
    metadata,
    Column("reader", String(40), ForeignKey("organisations.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("signal", String(40), nullable=False),
    Column("act", String(10), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("organisation", String(40), ForeignKey("organisations.id"), nullable=False),
    Column("item", LargeBinary(32)),
    Column("at", BigInteger, nullable=False),
    Column("stands", Boolean, nullable=False),
    Index(None, "reader", "stands"),
)
"""Each member's feed. A signal that stands no more has no item here."""

offenders = Table(
    "offenders",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("mark", LargeBinary(32), primary_key=True),
    Column("organisation", String(40), ForeignKey("organisations.id"), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Index(None, "mark"),
    Index(None, "organisation", "id"),
)
"""Identifiers of repeat offenders under a key of the vault, some to each `id`."""

signal_questions = Table(
    "signal_questions",
    metadata,
    Column("organisation", String(40), ForeignKey("organisations.id"), primary_key=True),
    Column("day", Integer, primary_key=True, autoincrement=False),
    Column("count", Integer, nullable=False),
)

test_purchases = Table(
    "test_purchases",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("case_id", String(40), ForeignKey("cases.id"), nullable=False),
    Column("organisation", String(40), ForeignKey("organisations.id"), nullable=False),
    Column("body", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Index(None, "case_id", "id"),
)
"""`body` is text and not JSON: the desk's log holds the hash of its very bytes."""

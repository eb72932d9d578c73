"""Tables of joining, of acts that need two people, and of a shop's own doings: only we hold them."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
)

from ledger.storage.tables import metadata

applications = Table(
    "applications",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("name", String(120), nullable=False),
    Column("slug", String(60), nullable=False),
    Column("role", String(20), nullable=False),
    Column("domain", String(253), nullable=False),
    Column("token", String(64), nullable=False),
    Column("prefixes", JSON, nullable=False),
    Column("programmes", JSON, nullable=False),
    Column("programme_start", String(10)),
    Column("look_alikes", JSON, nullable=False),
    Column("applicant", String(40), ForeignKey("people.id", ondelete="SET NULL")),
    Column("applicant_name", String(120), nullable=False),
    Column("second_name", String(120), nullable=False),
    Column("second_email", String(254), nullable=False),
    Column("second_hash", LargeBinary(32), unique=True),
    Column("second_asked_at", BigInteger),
    Column("second", String(40), ForeignKey("people.id", ondelete="SET NULL")),
    Column("second_approved_at", BigInteger),
    Column("domain_asked_at", BigInteger),
    Column("domain_looked_at", BigInteger),
    Column("domain_problem", Text),
    Column("domain_proof", String(12)),
    Column("domain_proven_at", BigInteger),
    Column("created_at", BigInteger, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    Column("sent_at", BigInteger),
    Column("returned_at", BigInteger),
    Column("returned_why", Text),
    Column("withdrawn_at", BigInteger),
    Column("live_at", BigInteger),
    Column("organisation", String(40), ForeignKey("organisations.id")),
    Index(None, "applicant"),
    Index(None, "second"),
    Index(None, "domain_asked_at"),
)

application_approvals = Table(
    "application_approvals",
    metadata,
    Column("application", String(40), ForeignKey("applications.id", ondelete="CASCADE"), primary_key=True),
    Column("by", String(40), primary_key=True),
    Column("at", BigInteger, nullable=False),
)

trade_marks = Table(
    "trade_marks",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("application", String(40), ForeignKey("applications.id", ondelete="CASCADE"), nullable=False),
    Column("organisation", String(40), ForeignKey("organisations.id")),
    Column("name", String(120), nullable=False),
    Column("number", String(40), nullable=False),
    Column("office", String(40), nullable=False),
    Column("classes", JSON, nullable=False),
    Column("territories", JSON, nullable=False),
    Column("expires_on", String(10)),
    Column("file", String(64)),
    Column("file_type", String(40)),
    Column("created_at", BigInteger, nullable=False),
    Index(None, "application"),
    Index(None, "organisation"),
)

proposals = Table(
    "proposals",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("organisation", String(40), ForeignKey("organisations.id"), nullable=False),
    Column("act", String(20), nullable=False),
    Column("words", JSON, nullable=False),
    Column("fields", JSON, nullable=False),
    Column("scope", String(300), nullable=False),
    Column("items", Integer, nullable=False),
    Column("owners", Integer, nullable=False),
    Column("proposed_by", String(40)),
    Column("proposed_at", BigInteger, nullable=False),
    Column("approved_at", BigInteger),
    Column("taken_back_at", BigInteger),
    Column("taken_back_by", String(40)),
    Column("signed_at", BigInteger),
    Column("told_at", BigInteger),
    Index(None, "organisation", "id"),
    Index(None, "approved_at"),
)

proposal_approvals = Table(
    "proposal_approvals",
    metadata,
    Column("proposal", String(40), ForeignKey("proposals.id", ondelete="CASCADE"), primary_key=True),
    Column("person", String(40), primary_key=True),
    Column("at", BigInteger, nullable=False),
)

proposal_subjects = Table(
    "proposal_subjects",
    metadata,
    Column("proposal", String(40), ForeignKey("proposals.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("item", LargeBinary(32)),
    Column("batch", String(40)),
    Column("statement", String(40)),
    Column("problem", Text),
    Column("told_at", BigInteger),
)

organisation_choices = Table(
    "organisation_choices",
    metadata,
    Column("organisation", String(40), ForeignKey("organisations.id"), primary_key=True),
    Column("two_people_always", Boolean, nullable=False),
)

api_key_uses = Table(
    "api_key_uses",
    metadata,
    Column("key", String(40), ForeignKey("api_keys.id", ondelete="CASCADE"), primary_key=True),
    Column("used_at", BigInteger, nullable=False),
)

shop_items = Table(
    "shop_items",
    metadata,
    Column("item", LargeBinary(32), primary_key=True),
    Column("address", String(42), primary_key=True),
    Column("organisation", String(40), ForeignKey("organisations.id"), nullable=False),
    Column("person", String(40), nullable=False),
    Column("taken_at", BigInteger, nullable=False),
    Index(None, "organisation"),
)

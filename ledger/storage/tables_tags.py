"""Tags that cannot be copied: their brands' master keys (sealed), the encoders' files, the tags, and their taps."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
)

from ledger.storage.tables import metadata

tag_masters = Table(
    "tag_masters",
    metadata,
    Column("organisation", ForeignKey("organisations.id"), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("sealed", LargeBinary(80), nullable=False),
    Column("created_at", BigInteger, nullable=False),
)
"""Kept under the vault's passphrase. An old version stays as long as tags of it are out there: for ever."""

tag_runs = Table(
    "tag_runs",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("organisation", ForeignKey("organisations.id"), nullable=False),
    Column("batch", String(40), nullable=False),
    Column("mode", String(4), nullable=False),
    Column("sealed", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
    Column("count", Integer, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("person", String(40)),
    Index(None, "organisation", "id"),
)

tags = Table(
    "tags",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("item", LargeBinary(32), nullable=False),
    Column("organisation", ForeignKey("organisations.id"), nullable=False),
    Column("run", String(40), nullable=False),
    Column("generation", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("mode", String(4), nullable=False),
    Column("sealed", Boolean, nullable=False),
    Column("state", String(12), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("uid", LargeBinary(7)),
    Column("counter", Integer, nullable=False),
    Column("opened_at", BigInteger),
    Column("bound_at", BigInteger),
    Column("tapped_at", BigInteger),
    Column("ended_at", BigInteger),
    UniqueConstraint("item", "generation"),
    Index(None, "organisation", "id"),
    Index(None, "uid"),
)
"""`sealed`: whether it has a tamper loop. `counter`: the highest that was counted, -1 before the first."""

tag_taps = Table(
    "tag_taps",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("item", LargeBinary(32), nullable=False),
    Column("tag", ForeignKey("tags.id", ondelete="CASCADE"), nullable=False),
    Column("uid", LargeBinary(7), nullable=False),
    Column("counter", Integer, nullable=False),
    Column("outcome", String(12), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("opened", Boolean, nullable=False),
    Column("by", LargeBinary(64)),
    Index(None, "item", "at"),
    Index(None, "tag", "counter"),
    Index(None, "at"),
)

handover_taps = Table(
    "handover_taps",
    metadata,
    Column("offer", ForeignKey("offers.id", ondelete="CASCADE"), primary_key=True),
    Column("item", LargeBinary(32), nullable=False),
    Column("needed", Boolean, nullable=False),
    Column("tap", String(40)),
    Column("tapped_at", BigInteger),
    Index(None, "item"),
)
"""Offers that ask for a tap, and the tap at which they were accepted."""

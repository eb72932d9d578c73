"""Every table, in three groups: what hangs off blocks, what manifests rebuild, what only we hold.

Times are whole seconds since 1970 (UTC); 32-byte names are raw bytes; addresses are lower-case 0x text.
"""

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
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# --- what hangs off blocks: thrown away and rebuilt by `touchmark reindex`, dropped by a reorganisation

blocks = Table(
    "blocks",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("hash", LargeBinary(32), nullable=False, unique=True),
    Column("parent", LargeBinary(32), nullable=False),
    Column("time", BigInteger, nullable=False),
)

events = Table(
    "events",
    metadata,
    Column("block", BigInteger, ForeignKey("blocks.number", ondelete="CASCADE"), primary_key=True),
    Column("log_index", Integer, primary_key=True),
    Column("transaction_hash", LargeBinary(32), nullable=False),
    Column("name", String(32), nullable=False),
    Column("statement", LargeBinary(32)),
    Column("item", LargeBinary(32)),
    Column("batch", BigInteger),
    Column("party", Integer),
    Column("nonce", BigInteger),
    Column("args", JSON, nullable=False),
    Index(None, "statement"),
    Index(None, "party", "nonce"),
    Index(None, "item", "block", "log_index"),
    Index(None, "batch"),
    Index(None, "transaction_hash"),
    Index(None, "name", "block"),
)

item_versions = Table(
    "item_versions",
    metadata,
    Column("item", LargeBinary(32), primary_key=True),
    Column("block", BigInteger, ForeignKey("blocks.number", ondelete="CASCADE"), primary_key=True),
    Column("log_index", Integer, primary_key=True),
    Column("holder", String(42), nullable=False),
    Column("flags", Integer, nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("state", JSON, nullable=False),
    Index(None, "block"),
    Index(None, "holder"),
)

# --- what the manifests rebuild

batches = Table(
    "batches",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("organisation", String(40), ForeignKey("organisations.id"), nullable=False),
    Column("brand", Integer, nullable=False),
    Column("number", BigInteger, unique=True),
    Column("name", String(200), nullable=False),
    Column("root", LargeBinary(32)),
    Column("count", Integer, nullable=False),
    Column("manifest_hash", LargeBinary(32)),
    Column("public_file", String(64)),
    Column("private_file", String(64)),
    Column("secret", LargeBinary),
    Column("on_sale_at_once", Boolean, nullable=False),
    Column("private_fields", JSON, nullable=False),
    Column("ready", Boolean, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("cards_file", String(64)),
    Column("cards_sha256", String(64)),
    Column("cards_done_at", BigInteger),
    Column("statement", String(40)),
    Index(None, "organisation", "id"),
)

items = Table(
    "items",
    metadata,
    Column("item", LargeBinary(32), primary_key=True),
    Column("batch_id", String(40), ForeignKey("batches.id", ondelete="CASCADE"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("gtin", String(14), nullable=False),
    Column("serial", String(20), nullable=False),
    Column("record_hash", LargeBinary(32), nullable=False),
    Column("claim_address", String(42), nullable=False),
    Column("fields", JSON, nullable=False),
    UniqueConstraint("batch_id", "position"),
    Index(None, "gtin", "serial"),
    Index(None, "serial"),
)

amendments = Table(
    "amendments",
    metadata,
    Column("item", LargeBinary(32), ForeignKey("items.item", ondelete="CASCADE"), primary_key=True),
    Column("place", Integer, primary_key=True),
    Column("organisation", String(40), nullable=False),
    Column("record_hash", LargeBinary(32), nullable=False),
    Column("manifest_hash", LargeBinary(32), nullable=False),
    Column("public_file", String(64), nullable=False),
    Column("private_file", String(64), nullable=False),
    Column("fields", JSON, nullable=False),
    Column("private_fields", JSON, nullable=False),
    Column("created_at", BigInteger, nullable=False),
)

# --- what only we hold: listed in ARCHITECTURE.md and backed up

organisations = Table(
    "organisations",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("slug", String(60), nullable=False, unique=True),
    Column("name", String(120), nullable=False),
    Column("role", String(20), nullable=False),
    Column("domain", String(253), nullable=False),
    Column("programme_start", String(10)),
    Column("party", Integer, unique=True),
    Column("address", String(42), nullable=False),
    Column("keystore", JSON),
    Column("created_at", BigInteger, nullable=False),
)

prefixes = Table(
    "prefixes",
    metadata,
    Column("prefix", String(12), primary_key=True),
    Column("organisation", String(40), ForeignKey("organisations.id"), nullable=False),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("organisation", String(40), ForeignKey("organisations.id"), nullable=False),
    Column("label", String(120), nullable=False),
    Column("hash", LargeBinary(32), nullable=False, unique=True),
    Column("last4", String(4), nullable=False),
    Column("scopes", JSON, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("revoked_at", BigInteger),
    Column("sandbox", Boolean, nullable=False, server_default=false()),
    Index(None, "organisation"),
)

imports = Table(
    "imports",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("organisation", String(40), ForeignKey("organisations.id"), nullable=False),
    Column("filename", String(200), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("state", String(20), nullable=False),
    Column("ready", Integer, nullable=False),
    Column("faulty", Integer, nullable=False),
    Column("known", Integer, nullable=False),
    Column("problem", Text),
    Column("batch_id", String(40)),
    Column("options", JSON, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    UniqueConstraint("organisation", "sha256"),
    Index(None, "organisation", "id"),
)

import_faults = Table(
    "import_faults",
    metadata,
    Column("import_id", String(40), ForeignKey("imports.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("row", Integer, nullable=False),
    Column("column", String(60), nullable=False),
    Column("value", String(120), nullable=False),
    Column("what", Text, nullable=False),
    Column("mend", Text, nullable=False),
)

jobs = Table(
    "jobs",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("organisation", String(40), nullable=False),
    Column("kind", String(30), nullable=False),
    Column("subject", String(40), nullable=False),
    Column("state", String(12), nullable=False),
    Column("done", Integer, nullable=False),
    Column("total", Integer, nullable=False),
    Column("problem", Text),
    Column("created_at", BigInteger, nullable=False),
    Column("started_at", BigInteger),
    Column("beat_at", BigInteger),
    Index(None, "state", "id"),
    UniqueConstraint("kind", "subject"),
)

activations = Table(
    "activations",
    metadata,
    Column("item", LargeBinary(32), primary_key=True),
    Column("organisation", String(40), nullable=False),
    Column("on_sale_at", BigInteger, nullable=False),
)

statements = Table(
    "statements",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("organisation", String(40)),
    Column("kind", Integer, nullable=False),
    Column("hash", LargeBinary(32), nullable=False, unique=True),
    Column("values", JSON, nullable=False),
    Column("offer", JSON),
    Column("signatures", JSON, nullable=False),
    Column("signer", String(42)),
    Column("operator_signed", Boolean, nullable=False),
    Column("item", LargeBinary(32)),
    Column("batch", BigInteger),
    Column("party", Integer),
    Column("nonce", BigInteger),
    Column("created_at", BigInteger, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("next_try_at", BigInteger, nullable=False),
    Column("settled", Boolean, nullable=False),
    # The first is what the release before asks by: a release only adds, and the next one may let it go.
    Index(None, "settled", "next_try_at"),
    Index(None, "settled", "next_try_at", "id"),
    Index(None, "item"),
    Index(None, "organisation", "id"),
    Index(None, "party", "nonce"),
)

operator_acts = Table(
    "operator_acts",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("function", String(40), nullable=False),
    Column("args", JSON, nullable=False),
    Column("organisation", String(40)),
    Column("created_at", BigInteger, nullable=False),
    Column("settled", Boolean, nullable=False),
)

transactions = Table(
    "transactions",
    metadata,
    Column("hash", LargeBinary(32), primary_key=True),
    Column("sender", String(42), nullable=False),
    Column("nonce", BigInteger, nullable=False),
    Column("raw", LargeBinary, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("fee", BigInteger, nullable=False),
    Column("operator_act", String(40)),
    Index(None, "sender", "nonce"),
)

transaction_statements = Table(
    "transaction_statements",
    metadata,
    Column("transaction", LargeBinary(32), ForeignKey("transactions.hash", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("statement", String(40), ForeignKey("statements.id"), nullable=False),
    Index(None, "statement"),
)

reports = Table(
    "reports",
    metadata,
    Column("commitment", LargeBinary(32), primary_key=True),
    Column("organisation", String(40)),
    Column("salt", LargeBinary(16), nullable=False),
    Column("body", JSON, nullable=False),
    Column("created_at", BigInteger, nullable=False),
)

evidence = Table(
    "evidence",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("media_type", String(60), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("organisation", String(40), nullable=False),
    Column("created_at", BigInteger, nullable=False),
)

offers = Table(
    "offers",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("hash", LargeBinary(32), nullable=False, unique=True),
    Column("item", LargeBinary(32), nullable=False),
    Column("values", JSON, nullable=False),
    Column("signature", Text, nullable=False),
    Column("code_hash", LargeBinary(32)),
    Column("tries", Integer, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("released_at", BigInteger),
    Index(None, "item"),
)

attempts = Table(
    "attempts",
    metadata,
    Column("subject", String(80), primary_key=True),
    Column("count", Integer, nullable=False),
    Column("since", BigInteger, nullable=False),
)

idempotency = Table(
    "idempotency",
    metadata,
    Column("organisation", String(40), primary_key=True),
    Column("key", String(255), primary_key=True),
    Column("fingerprint", LargeBinary(32), nullable=False),
    Column("status", Integer),
    Column("body", Text),
    Column("headers", JSON),
    Column("created_at", BigInteger, nullable=False),
)

meta = Table(
    "meta",
    metadata,
    Column("key", String(80), primary_key=True),
    Column("value", JSON, nullable=False),
)
"""Chain id, contract, genesis hash, final height, when a node was last seen, the worker's lease, halts."""

CHAIN_DERIVED = (item_versions, events, blocks)

# The tables of one concern each stand in a module of their own; they are known once this one is.
from ledger.storage import (
    tables_asks,
    tables_cases,
    tables_components,
    tables_credentials,
    tables_desk,
    tables_epcis,
    tables_joining,
    tables_lines,
    tables_listings,
    tables_mails,
    tables_people,
    tables_proofs,
    tables_rights,
    tables_scans,
    tables_sellers,
    tables_sheets,
    tables_signals,
    tables_stamps,
    tables_tags,
    tables_watches,
    tables_webhooks,
)

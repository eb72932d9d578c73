"""Rights, agents, orders of courts, certificates of designs, and counts of look-ups: only we hold them."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, String, Table

from ledger.storage.tables import metadata

rights = Table(
    "rights",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("owner", String(40), ForeignKey("organisations.id"), nullable=False),
    Column("kind", String(12), nullable=False),
    Column("name", String(120), nullable=False),
    Column("number", String(40), nullable=False),
    Column("office", String(40), nullable=False),
    Column("classes", JSON, nullable=False),
    Column("territories", JSON, nullable=False),
    Column("from_day", String(10)),
    Column("expires_on", String(10)),
    Column("state", String(12), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    Column("file", String(64)),
    Column("file_type", String(40)),
    Column("checked_by", String(40)),
    Column("checked_at", BigInteger),
    Column("reminded", Integer),
    Column("number_key", String(90), nullable=False),
    Column("name_key", String(240), nullable=False),
    Index(None, "owner", "id"),
    Index(None, "number_key"),
    Index(None, "name_key"),
    Index(None, "kind", "state"),
    Index(None, "expires_on"),
)
"""`number_key` and `name_key` are the number and the name as they are compared (`desk_rights`)."""

right_agents = Table(
    "right_agents",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("owner", String(40), ForeignKey("organisations.id"), nullable=False),
    Column("agent", String(40), ForeignKey("organisations.id"), nullable=False),
    Column("rights", JSON, nullable=False),
    Column("kinds", JSON, nullable=False),
    Column("territories", JSON, nullable=False),
    Column("from_day", String(10), nullable=False),
    Column("until", String(10), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger),
    Index(None, "owner"),
    Index(None, "agent"),
)

design_certificates = Table(
    "design_certificates",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("organisation", String(40), ForeignKey("organisations.id"), nullable=False),
    Column("name", String(120), nullable=False),
    Column("files", JSON, nullable=False),
    Column("root", LargeBinary(32), nullable=False),
    Column("statement", String(40), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Index(None, "organisation", "id"),
)
"""`files` is a list of name, SHA-256 and salt; the files themselves stay with their owner."""

orders = Table(
    "orders",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("kind", String(12), nullable=False),
    Column("court", String(120), nullable=False),
    Column("number", String(60), nullable=False),
    Column("document", String(64), nullable=False),
    Column("territories", JSON, nullable=False),
    Column("from_at", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
    Column("entered_by", String(40), ForeignKey("organisations.id"), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("renews", String(40)),
    Column("lifted_at", BigInteger),
    Index(None, "until"),
)

order_items = Table(
    "order_items",
    metadata,
    Column("order", String(40), ForeignKey("orders.id", ondelete="CASCADE"), primary_key=True),
    Column("gtin", String(14), primary_key=True),
    Column("serial", String(60), primary_key=True),
    Index(None, "gtin", "serial"),
)

order_sellers = Table(
    "order_sellers",
    metadata,
    Column("order", String(40), ForeignKey("orders.id", ondelete="CASCADE"), primary_key=True),
    Column("platform", String(40), ForeignKey("organisations.id"), primary_key=True),
    Column("ref", String(120), primary_key=True),
    Index(None, "platform", "ref"),
)

order_turns = Table(
    "order_turns",
    metadata,
    Column("order", String(40), ForeignKey("orders.id", ondelete="CASCADE"), primary_key=True),
    Column("due", BigInteger, nullable=False),
    Column("after", String(40), nullable=False),
    Index(None, "due"),
)
"""When what an order holds is to be decided anew: it begins or ends then. `after` is the listing that was done last."""

look_up_days = Table(
    "look_up_days",
    metadata,
    Column("brand", String(40), ForeignKey("organisations.id"), primary_key=True),
    Column("day", String(10), primary_key=True),
    Column("look_ups", BigInteger, nullable=False),
    Column("lines", BigInteger, nullable=False),
)
"""How many look-ups of authorities touched a brand's items that day; never whose they were."""

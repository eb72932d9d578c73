"""Rights, agents, orders and look-ups"""

from __future__ import annotations

import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    rights = op.create_table(
        "rights",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("owner", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("number", sa.String(40), nullable=False),
        sa.Column("office", sa.String(40), nullable=False),
        sa.Column("classes", sa.JSON(), nullable=False),
        sa.Column("territories", sa.JSON(), nullable=False),
        sa.Column("from_day", sa.String(10), nullable=True),
        sa.Column("expires_on", sa.String(10), nullable=True),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("file", sa.String(64), nullable=True),
        sa.Column("file_type", sa.String(40), nullable=True),
        sa.Column("checked_by", sa.String(40), nullable=True),
        sa.Column("checked_at", sa.BigInteger(), nullable=True),
        sa.Column("reminded", sa.Integer(), nullable=True),
        sa.Column("number_key", sa.String(90), nullable=False),
        sa.Column("name_key", sa.String(240), nullable=False),
        sa.ForeignKeyConstraint(["owner"], ["organisations.id"], name=op.f("fk_rights_owner_organisations")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rights")),
    )
    op.create_index(op.f("ix_rights_owner_id"), "rights", ["owner", "id"])
    op.create_index(op.f("ix_rights_number_key"), "rights", ["number_key"])
    op.create_index(op.f("ix_rights_name_key"), "rights", ["name_key"])
    op.create_index(op.f("ix_rights_kind_state"), "rights", ["kind", "state"])
    op.create_index(op.f("ix_rights_expires_on"), "rights", ["expires_on"])
    op.create_table(
        "right_agents",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("owner", sa.String(40), nullable=False),
        sa.Column("agent", sa.String(40), nullable=False),
        sa.Column("rights", sa.JSON(), nullable=False),
        sa.Column("kinds", sa.JSON(), nullable=False),
        sa.Column("territories", sa.JSON(), nullable=False),
        sa.Column("from_day", sa.String(10), nullable=False),
        sa.Column("until", sa.String(10), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["owner"], ["organisations.id"], name=op.f("fk_right_agents_owner_organisations")),
        sa.ForeignKeyConstraint(["agent"], ["organisations.id"], name=op.f("fk_right_agents_agent_organisations")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_right_agents")),
    )
    op.create_index(op.f("ix_right_agents_owner"), "right_agents", ["owner"])
    op.create_index(op.f("ix_right_agents_agent"), "right_agents", ["agent"])
    op.create_table(
        "design_certificates",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("organisation", sa.String(40), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("root", sa.LargeBinary(32), nullable=False),
        sa.Column("statement", sa.String(40), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation"], ["organisations.id"], name=op.f("fk_design_certificates_organisation_organisations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_design_certificates")),
    )
    op.create_index(op.f("ix_design_certificates_organisation_id"), "design_certificates", ["organisation", "id"])
    op.create_table(
        "orders",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("court", sa.String(120), nullable=False),
        sa.Column("number", sa.String(60), nullable=False),
        sa.Column("document", sa.String(64), nullable=False),
        sa.Column("territories", sa.JSON(), nullable=False),
        sa.Column("from_at", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("entered_by", sa.String(40), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("renews", sa.String(40), nullable=True),
        sa.Column("lifted_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["entered_by"], ["organisations.id"], name=op.f("fk_orders_entered_by_organisations")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_orders")),
    )
    op.create_index(op.f("ix_orders_until"), "orders", ["until"])
    op.create_table(
        "order_items",
        sa.Column("order", sa.String(40), nullable=False),
        sa.Column("gtin", sa.String(14), nullable=False),
        sa.Column("serial", sa.String(60), nullable=False),
        sa.ForeignKeyConstraint(
            ["order"], ["orders.id"], name=op.f("fk_order_items_order_orders"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("order", "gtin", "serial", name=op.f("pk_order_items")),
    )
    op.create_index(op.f("ix_order_items_gtin_serial"), "order_items", ["gtin", "serial"])
    op.create_table(
        "order_sellers",
        sa.Column("order", sa.String(40), nullable=False),
        sa.Column("platform", sa.String(40), nullable=False),
        sa.Column("ref", sa.String(120), nullable=False),
        sa.ForeignKeyConstraint(
            ["order"], ["orders.id"], name=op.f("fk_order_sellers_order_orders"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["platform"], ["organisations.id"], name=op.f("fk_order_sellers_platform_organisations")
        ),
        sa.PrimaryKeyConstraint("order", "platform", "ref", name=op.f("pk_order_sellers")),
    )
    op.create_index(op.f("ix_order_sellers_platform_ref"), "order_sellers", ["platform", "ref"])
    op.create_table(
        "look_up_days",
        sa.Column("brand", sa.String(40), nullable=False),
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("look_ups", sa.BigInteger(), nullable=False),
        sa.Column("lines", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["brand"], ["organisations.id"], name=op.f("fk_look_up_days_brand_organisations")),
        sa.PrimaryKeyConstraint("brand", "day", name=op.f("pk_look_up_days")),
    )
    _move_marks(rights)


def downgrade() -> None:
    for table in (
        "look_up_days",
        "order_sellers",
        "order_items",
        "orders",
        "design_certificates",
        "right_agents",
        "rights",
    ):
        op.drop_table(table)


def _move_marks(rights: sa.Table) -> None:
    """The marks of those that have joined are in the vault from now on, as their holders stated them."""
    marks = sa.table(
        "trade_marks",
        *(sa.column(name) for name in ("id", "organisation", "name", "number", "office", "expires_on", "file")),
        *(sa.column(name) for name in ("file_type", "created_at")),
        sa.column("classes", sa.JSON()),
        sa.column("territories", sa.JSON()),
    )
    connection = op.get_bind()
    for row in connection.execute(sa.select(marks).where(marks.c.organisation.is_not(None))).all():
        connection.execute(
            rights.insert().values(
                id="rt_" + row.id.removeprefix("tm_"),
                owner=row.organisation,
                kind="mark",
                name=row.name,
                number=row.number,
                office=row.office,
                classes=[str(one) for one in row.classes],
                territories=list(row.territories),
                expires_on=row.expires_on,
                state="stated",
                created_at=row.created_at,
                changed_at=row.created_at,
                file=row.file,
                file_type=row.file_type,
                number_key=f"{_folded(row.office)}:{_folded(row.number)}",
                name_key=(_folded(row.name) or row.name.casefold())[:240],
            )
        )


def _folded(text: str) -> str:
    return "".join(one for one in unicodedata.normalize("NFKC", text).casefold() if one.isalnum())

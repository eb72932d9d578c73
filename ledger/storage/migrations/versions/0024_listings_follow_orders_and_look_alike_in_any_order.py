"""Listings follow orders, and photos that look alike are found in whatever order they are looked at"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "order_turns",
        sa.Column("order", sa.String(40), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=False),
        sa.Column("after", sa.String(40), nullable=False),
        sa.ForeignKeyConstraint(
            ["order"], ["orders.id"], name=op.f("fk_order_turns_order_orders"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("order", name=op.f("pk_order_turns")),
    )
    op.create_index(op.f("ix_order_turns_due"), "order_turns", ["due"])
    # Listings that an order began or ceased to hold before this was kept are decided anew once.
    op.execute('INSERT INTO order_turns ("order", due, "after") SELECT id, from_at, \'\' FROM orders')
    op.add_column("listing_photos", sa.Column("called_at", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    op.drop_column("listing_photos", "called_at")
    op.drop_table("order_turns")

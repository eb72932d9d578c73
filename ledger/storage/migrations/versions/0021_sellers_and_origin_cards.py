"""Sellers and origin cards"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sellers",
        sa.Column("platform", sa.String(40), nullable=False),
        sa.Column("ref", sa.String(120), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("country", sa.String(2), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("registered", sa.Boolean(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["platform"], ["organisations.id"], name=op.f("fk_sellers_platform_organisations")),
        sa.PrimaryKeyConstraint("platform", "ref", name=op.f("pk_sellers")),
    )
    op.create_table(
        "seller_marks",
        sa.Column("platform", sa.String(40), nullable=False),
        sa.Column("ref", sa.String(120), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("mark", sa.LargeBinary(32), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("platform", "ref", "kind", "mark", name=op.f("pk_seller_marks")),
    )
    op.create_index("ix_seller_marks_mark", "seller_marks", ["mark"])
    op.create_table(
        "seller_sales",
        sa.Column("platform", sa.String(40), nullable=False),
        sa.Column("ref", sa.String(120), nullable=False),
        sa.Column("day", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("cents", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("platform", "ref", "day", name=op.f("pk_seller_sales")),
    )
    op.create_table(
        "origin_cards",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("item", sa.LargeBinary(32), nullable=False),
        sa.Column("owner", sa.String(42), nullable=True),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("looks", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_origin_cards")),
    )
    op.create_index("ix_origin_cards_item", "origin_cards", ["item", "made_at"])
    op.create_table(
        "clues",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("organisation", sa.String(40), nullable=False),
        sa.Column("item", sa.LargeBinary(32), nullable=True),
        sa.Column("card", sa.String(40), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("where", sa.String(500), nullable=False),
        sa.Column("photo", sa.String(64), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("answer", sa.String(20), nullable=True),
        sa.Column("answered_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["organisation"], ["organisations.id"], name=op.f("fk_clues_organisation_organisations")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clues")),
    )
    op.create_index("ix_clues_organisation", "clues", ["organisation", "id"])


def downgrade() -> None:
    for name in ("clues", "origin_cards", "seller_sales", "seller_marks", "sellers"):
        op.drop_table(name)

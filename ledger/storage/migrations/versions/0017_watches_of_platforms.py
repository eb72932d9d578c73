"""Watches of platforms"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("api_keys", sa.Column("sandbox", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_table(
        "watches",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("organisation", sa.String(40), nullable=False),
        sa.Column("gtin", sa.String(14), nullable=False),
        sa.Column("serial", sa.String(20), nullable=False),
        sa.Column("ref", sa.String(120), nullable=False),
        sa.Column("item", sa.LargeBinary(32), nullable=True),
        sa.Column("batch", sa.BigInteger(), nullable=True),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("verdict", sa.String(30), nullable=False),
        sa.Column("advice", sa.String(20), nullable=False),
        sa.Column("changes", sa.Integer(), nullable=False),
        sa.Column("look_at", sa.BigInteger(), nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation"], ["organisations.id"], name=op.f("fk_watches_organisation_organisations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_watches")),
        sa.UniqueConstraint("organisation", "gtin", "serial", "ref", name=op.f("uq_watches_organisation_gtin_serial_ref")),
    )
    op.create_index(op.f("ix_watches_item"), "watches", ["item"])
    op.create_index(op.f("ix_watches_batch"), "watches", ["batch"])
    op.create_index(op.f("ix_watches_look_at"), "watches", ["look_at"])
    op.create_index(op.f("ix_watches_organisation_id"), "watches", ["organisation", "id"])


def downgrade() -> None:
    op.drop_table("watches")
    op.drop_column("api_keys", "sandbox")

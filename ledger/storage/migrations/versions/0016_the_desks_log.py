"""The desk's log"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "desk_log",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(60), nullable=False),
        sa.Column("organisation", sa.String(40), nullable=False),
        sa.Column("subject", sa.String(120), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("previous", sa.LargeBinary(32), nullable=False),
        sa.Column("hash", sa.LargeBinary(32), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_desk_log")),
    )
    op.create_table(
        "desk_log_head",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(32), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_desk_log_head_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_log_head")),
    )
    op.create_index("ix_desk_log_subject", "desk_log", ["subject", "number"])
    op.create_index("ix_desk_log_kind", "desk_log", ["kind", "number"])


def downgrade() -> None:
    op.drop_table("desk_log_head")
    op.drop_table("desk_log")

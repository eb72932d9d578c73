"""Events captured from others (EPCIS)"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "captures",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("organisation", sa.String(length=40), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("behaviour", sa.String(length=12), nullable=False),
        sa.Column("sent", sa.Integer(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("known", sa.Integer(), nullable=False),
        sa.Column("faults", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["organisation"], ["organisations.id"], name=op.f("fk_captures_organisation")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_captures")),
    )
    op.create_index(op.f("ix_captures_organisation_id"), "captures", ["organisation", "id"])
    op.create_table(
        "told_events",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("organisation", sa.String(length=40), nullable=False),
        sa.Column("capture", sa.String(length=40), nullable=False),
        sa.Column("event_id", sa.String(length=300), nullable=False),
        sa.Column("declared", sa.Boolean(), nullable=False),
        sa.Column("event_time", sa.BigInteger(), nullable=False),
        sa.Column("biz_step", sa.String(length=300), nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["capture"], ["captures.id"], name=op.f("fk_told_events_capture")),
        sa.ForeignKeyConstraint(["organisation"], ["organisations.id"], name=op.f("fk_told_events_organisation")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_told_events")),
        sa.UniqueConstraint(
            "organisation", "event_id", "declared", name=op.f("uq_told_events_organisation_event_id_declared")
        ),
    )
    op.create_table(
        "told_items",
        sa.Column("item", sa.LargeBinary(length=32), nullable=False),
        sa.Column("event", sa.String(length=40), nullable=False),
        sa.Column("standing", sa.String(length=12), nullable=False),
        sa.ForeignKeyConstraint(["event"], ["told_events.id"], name=op.f("fk_told_items_event"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("item", "event", name=op.f("pk_told_items")),
    )
    op.create_index(op.f("ix_told_items_event"), "told_items", ["event"])


def downgrade() -> None:
    op.drop_table("told_items")
    op.drop_table("told_events")
    op.drop_table("captures")

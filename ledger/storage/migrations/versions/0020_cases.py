"""Cases"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "notices",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("organisation", sa.String(40), nullable=False),
        sa.Column("holder", sa.String(40), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("repeated", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation"], ["organisations.id"], name=op.f("fk_notices_organisation_organisations")
        ),
        sa.ForeignKeyConstraint(["holder"], ["organisations.id"], name=op.f("fk_notices_holder_organisations")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
    )
    op.create_index(op.f("ix_notices_organisation_id"), "notices", ["organisation", "id"])
    op.create_table(
        "cases",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("notice", sa.String(40), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("platform", sa.String(40), nullable=False),
        sa.Column("listing", sa.String(120), nullable=False),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("notifier", sa.String(40), nullable=False),
        sa.Column("holder", sa.String(40), nullable=False),
        sa.Column("agent", sa.String(40), nullable=True),
        sa.Column("right_id", sa.String(40), nullable=True),
        sa.Column("item", sa.LargeBinary(32), nullable=True),
        sa.Column("gtin", sa.String(14), nullable=True),
        sa.Column("serial", sa.String(20), nullable=True),
        sa.Column("sold_as", sa.String(14), nullable=True),
        sa.Column("reason", sa.String(40), nullable=False),
        sa.Column("rules", sa.String(12), nullable=False),
        sa.Column("lane", sa.String(16), nullable=False),
        sa.Column("territories", sa.JSON(), nullable=False),
        sa.Column("explanation", sa.String(64), nullable=False),
        sa.Column("link", sa.LargeBinary(32), nullable=False),
        sa.Column("seller", sa.String(120), nullable=True),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("outcome", sa.String(12), nullable=True),
        sa.Column("automation", sa.String(8), nullable=True),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=True),
        sa.Column("next_at", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.Column("is_down", sa.Boolean(), nullable=False),
        sa.Column("went_down", sa.Boolean(), nullable=False),
        sa.Column("struck_at", sa.BigInteger(), nullable=True),
        sa.Column("strike_until", sa.BigInteger(), nullable=True),
        sa.Column("strike_back_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["notice"], ["notices.id"], name=op.f("fk_cases_notice_notices")),
        sa.ForeignKeyConstraint(["platform"], ["organisations.id"], name=op.f("fk_cases_platform_organisations")),
        sa.ForeignKeyConstraint(["notifier"], ["organisations.id"], name=op.f("fk_cases_notifier_organisations")),
        sa.ForeignKeyConstraint(["holder"], ["organisations.id"], name=op.f("fk_cases_holder_organisations")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cases")),
        sa.UniqueConstraint("link", name=op.f("uq_cases_link")),
    )
    op.create_index(op.f("ix_cases_closed_at"), "cases", ["closed_at"])
    op.create_index(op.f("ix_cases_holder_id"), "cases", ["holder", "id"])
    op.create_index(op.f("ix_cases_next_at"), "cases", ["next_at"])
    op.create_index(op.f("ix_cases_notice_place"), "cases", ["notice", "place"])
    op.create_index(op.f("ix_cases_notifier_decided_at"), "cases", ["notifier", "decided_at"])
    op.create_index(op.f("ix_cases_notifier_id"), "cases", ["notifier", "id"])
    op.create_index(op.f("ix_cases_platform_id"), "cases", ["platform", "id"])
    op.create_index(op.f("ix_cases_platform_listing"), "cases", ["platform", "listing"])
    op.create_index(op.f("ix_cases_platform_seller"), "cases", ["platform", "seller"])
    op.create_index(op.f("ix_cases_platform_state_due_at"), "cases", ["platform", "state", "due_at"])
    op.create_table(
        "case_texts",
        sa.Column("subject", sa.String(40), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("subject", "sha256", name=op.f("pk_case_texts")),
    )
    op.create_index(op.f("ix_case_texts_created_at"), "case_texts", ["created_at"])
    op.create_table(
        "case_files",
        sa.Column("subject", sa.String(40), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("media_type", sa.String(60), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("organisation", sa.String(40), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("subject", "sha256", name=op.f("pk_case_files")),
    )


def downgrade() -> None:
    op.drop_table("case_files")
    op.drop_table("case_texts")
    op.drop_table("cases")
    op.drop_table("notices")

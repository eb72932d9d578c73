"""Joining, and acts that need two people"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "applications",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("slug", sa.String(length=60), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("domain", sa.String(length=253), nullable=False),
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column("prefixes", sa.JSON(), nullable=False),
        sa.Column("programmes", sa.JSON(), nullable=False),
        sa.Column("programme_start", sa.String(length=10), nullable=True),
        sa.Column("look_alikes", sa.JSON(), nullable=False),
        sa.Column("applicant", sa.String(length=40), nullable=True),
        sa.Column("applicant_name", sa.String(length=120), nullable=False),
        sa.Column("second_name", sa.String(length=120), nullable=False),
        sa.Column("second_email", sa.String(length=254), nullable=False),
        sa.Column("second_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("second_asked_at", sa.BigInteger(), nullable=True),
        sa.Column("second", sa.String(length=40), nullable=True),
        sa.Column("second_approved_at", sa.BigInteger(), nullable=True),
        sa.Column("domain_asked_at", sa.BigInteger(), nullable=True),
        sa.Column("domain_looked_at", sa.BigInteger(), nullable=True),
        sa.Column("domain_problem", sa.Text(), nullable=True),
        sa.Column("domain_proof", sa.String(length=12), nullable=True),
        sa.Column("domain_proven_at", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("sent_at", sa.BigInteger(), nullable=True),
        sa.Column("returned_at", sa.BigInteger(), nullable=True),
        sa.Column("returned_why", sa.Text(), nullable=True),
        sa.Column("withdrawn_at", sa.BigInteger(), nullable=True),
        sa.Column("live_at", sa.BigInteger(), nullable=True),
        sa.Column("organisation", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(
            ["applicant"], ["people.id"], name=op.f("fk_applications_applicant"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["organisation"], ["organisations.id"], name=op.f("fk_applications_organisation")),
        sa.ForeignKeyConstraint(["second"], ["people.id"], name=op.f("fk_applications_second"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_applications")),
        sa.UniqueConstraint("second_hash", name=op.f("uq_applications_second_hash")),
    )
    op.create_index(op.f("ix_applications_applicant"), "applications", ["applicant"], unique=False)
    op.create_index(op.f("ix_applications_domain_asked_at"), "applications", ["domain_asked_at"], unique=False)
    op.create_index(op.f("ix_applications_second"), "applications", ["second"], unique=False)
    op.create_table(
        "organisation_choices",
        sa.Column("organisation", sa.String(length=40), nullable=False),
        sa.Column("two_people_always", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation"], ["organisations.id"], name=op.f("fk_organisation_choices_organisation")
        ),
        sa.PrimaryKeyConstraint("organisation", name=op.f("pk_organisation_choices")),
    )
    op.create_table(
        "proposals",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("organisation", sa.String(length=40), nullable=False),
        sa.Column("act", sa.String(length=20), nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("scope", sa.String(length=300), nullable=False),
        sa.Column("items", sa.Integer(), nullable=False),
        sa.Column("owners", sa.Integer(), nullable=False),
        sa.Column("proposed_by", sa.String(length=40), nullable=True),
        sa.Column("proposed_at", sa.BigInteger(), nullable=False),
        sa.Column("approved_at", sa.BigInteger(), nullable=True),
        sa.Column("taken_back_at", sa.BigInteger(), nullable=True),
        sa.Column("taken_back_by", sa.String(length=40), nullable=True),
        sa.Column("signed_at", sa.BigInteger(), nullable=True),
        sa.Column("told_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["organisation"], ["organisations.id"], name=op.f("fk_proposals_organisation")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposals")),
    )
    op.create_index(op.f("ix_proposals_approved_at"), "proposals", ["approved_at"], unique=False)
    op.create_index(op.f("ix_proposals_organisation_id"), "proposals", ["organisation", "id"], unique=False)
    op.create_table(
        "shop_items",
        sa.Column("item", sa.LargeBinary(length=32), nullable=False),
        sa.Column("address", sa.String(length=42), nullable=False),
        sa.Column("organisation", sa.String(length=40), nullable=False),
        sa.Column("person", sa.String(length=40), nullable=False),
        sa.Column("taken_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["organisation"], ["organisations.id"], name=op.f("fk_shop_items_organisation")),
        sa.PrimaryKeyConstraint("item", "address", name=op.f("pk_shop_items")),
    )
    op.create_index(op.f("ix_shop_items_organisation"), "shop_items", ["organisation"], unique=False)
    op.create_table(
        "api_key_uses",
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["key"], ["api_keys.id"], name=op.f("fk_api_key_uses_key"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_api_key_uses")),
    )
    op.create_table(
        "application_approvals",
        sa.Column("application", sa.String(length=40), nullable=False),
        sa.Column("by", sa.String(length=40), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application"], ["applications.id"], name=op.f("fk_application_approvals_application"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("application", "by", name=op.f("pk_application_approvals")),
    )
    op.create_table(
        "proposal_approvals",
        sa.Column("proposal", sa.String(length=40), nullable=False),
        sa.Column("person", sa.String(length=40), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["proposal"], ["proposals.id"], name=op.f("fk_proposal_approvals_proposal"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("proposal", "person", name=op.f("pk_proposal_approvals")),
    )
    op.create_table(
        "proposal_subjects",
        sa.Column("proposal", sa.String(length=40), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("item", sa.LargeBinary(length=32), nullable=True),
        sa.Column("batch", sa.String(length=40), nullable=True),
        sa.Column("statement", sa.String(length=40), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("told_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["proposal"], ["proposals.id"], name=op.f("fk_proposal_subjects_proposal"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("proposal", "position", name=op.f("pk_proposal_subjects")),
    )
    op.create_table(
        "trade_marks",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("application", sa.String(length=40), nullable=False),
        sa.Column("organisation", sa.String(length=40), nullable=True),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("office", sa.String(length=40), nullable=False),
        sa.Column("classes", sa.JSON(), nullable=False),
        sa.Column("territories", sa.JSON(), nullable=False),
        sa.Column("expires_on", sa.String(length=10), nullable=True),
        sa.Column("file", sa.String(length=64), nullable=True),
        sa.Column("file_type", sa.String(length=40), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application"], ["applications.id"], name=op.f("fk_trade_marks_application"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["organisation"], ["organisations.id"], name=op.f("fk_trade_marks_organisation")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trade_marks")),
    )
    op.create_index(op.f("ix_trade_marks_application"), "trade_marks", ["application"], unique=False)
    op.create_index(op.f("ix_trade_marks_organisation"), "trade_marks", ["organisation"], unique=False)


def downgrade() -> None:
    op.drop_table("trade_marks")
    op.drop_table("proposal_subjects")
    op.drop_table("proposal_approvals")
    op.drop_table("application_approvals")
    op.drop_table("api_key_uses")
    op.drop_table("shop_items")
    op.drop_table("proposals")
    op.drop_table("organisation_choices")
    op.drop_table("applications")

"""Signals that brands share, and test purchases"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sharing_policies",
        sa.Column("organisation", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("members", sa.JSON(), nullable=True),
        sa.Column("named", sa.Boolean(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation"], ["organisations.id"], name=op.f("fk_sharing_policies_organisation_organisations")
        ),
        sa.PrimaryKeyConstraint("organisation", "kind", name=op.f("pk_sharing_policies")),
    )
    op.create_table(
        "signal_entries",
        sa.Column("reader", sa.String(40), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("signal", sa.String(40), nullable=False),
        sa.Column("act", sa.String(10), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("organisation", sa.String(40), nullable=False),
        sa.Column("item", sa.LargeBinary(32), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("stands", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["reader"], ["organisations.id"], name=op.f("fk_signal_entries_reader_organisations")),
        sa.ForeignKeyConstraint(
            ["organisation"], ["organisations.id"], name=op.f("fk_signal_entries_organisation_organisations")
        ),
        sa.PrimaryKeyConstraint("reader", "number", name=op.f("pk_signal_entries")),
    )
    op.create_index(op.f("ix_signal_entries_reader_stands"), "signal_entries", ["reader", "stands"])
    op.create_table(
        "offenders",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("mark", sa.LargeBinary(32), nullable=False),
        sa.Column("organisation", sa.String(40), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation"], ["organisations.id"], name=op.f("fk_offenders_organisation_organisations")
        ),
        sa.PrimaryKeyConstraint("id", "mark", name=op.f("pk_offenders")),
    )
    op.create_index(op.f("ix_offenders_mark"), "offenders", ["mark"])
    op.create_index(op.f("ix_offenders_organisation_id"), "offenders", ["organisation", "id"])
    op.create_table(
        "signal_questions",
        sa.Column("organisation", sa.String(40), nullable=False),
        sa.Column("day", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation"], ["organisations.id"], name=op.f("fk_signal_questions_organisation_organisations")
        ),
        sa.PrimaryKeyConstraint("organisation", "day", name=op.f("pk_signal_questions")),
    )
    op.create_table(
        "test_purchases",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("case_id", sa.String(40), nullable=False),
        sa.Column("organisation", sa.String(40), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_test_purchases_case_id_cases")),
        sa.ForeignKeyConstraint(
            ["organisation"], ["organisations.id"], name=op.f("fk_test_purchases_organisation_organisations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_test_purchases")),
    )
    op.create_index(op.f("ix_test_purchases_case_id_id"), "test_purchases", ["case_id", "id"])


def downgrade() -> None:
    for name in ("test_purchases", "signal_questions", "offenders", "signal_entries", "sharing_policies"):
        op.drop_table(name)

"""Components: private part serials and their lookups"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "part_marks",
        sa.Column("item", sa.LargeBinary(length=32), nullable=False),
        sa.Column("record", sa.LargeBinary(length=32), nullable=False),
        sa.Column("part", sa.String(length=30), nullable=False),
        sa.Column("mark", sa.LargeBinary(length=32), nullable=False),
        sa.ForeignKeyConstraint(["item"], ["items.item"], name=op.f("fk_part_marks_item"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("item", "record", "part", name=op.f("pk_part_marks")),
    )
    op.create_index(op.f("ix_part_marks_mark"), "part_marks", ["mark"], unique=False)
    op.create_table(
        "new_parts",
        sa.Column("report", sa.LargeBinary(length=32), nullable=False),
        sa.Column("item", sa.LargeBinary(length=32), nullable=False),
        sa.Column("part", sa.String(length=30), nullable=False),
        sa.Column("mark", sa.LargeBinary(length=32), nullable=False),
        sa.Column("commitment", sa.LargeBinary(length=32), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("organisation", sa.String(length=40), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["organisation"], ["organisations.id"], name=op.f("fk_new_parts_organisation")),
        sa.PrimaryKeyConstraint("report", name=op.f("pk_new_parts")),
    )
    op.create_index(op.f("ix_new_parts_item"), "new_parts", ["item"], unique=False)
    op.create_index(op.f("ix_new_parts_mark"), "new_parts", ["mark"], unique=False)
    op.create_table(
        "part_questions",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("organisation", sa.String(length=40), nullable=False),
        sa.Column("person", sa.String(length=40), nullable=True),
        sa.Column("item", sa.LargeBinary(length=32), nullable=False),
        sa.Column("part", sa.String(length=30), nullable=False),
        sa.Column("found", sa.String(length=16), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["organisation"], ["organisations.id"], name=op.f("fk_part_questions_organisation")),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name=op.f("fk_part_questions_person"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_part_questions")),
    )
    op.create_index(
        op.f("ix_part_questions_organisation_item_at"), "part_questions", ["organisation", "item", "at"], unique=False
    )
    op.create_index(op.f("ix_part_questions_organisation_at"), "part_questions", ["organisation", "at"], unique=False)
    op.create_index(op.f("ix_part_questions_item_id"), "part_questions", ["item", "id"], unique=False)


def downgrade() -> None:
    op.drop_table("part_questions")
    op.drop_table("new_parts")
    op.drop_table("part_marks")

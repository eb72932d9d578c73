"""A catalogue of lines with photographs"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "lines",
        sa.Column("gtin", sa.String(length=14), nullable=False),
        sa.Column("organisation", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.Column("programme_start", sa.String(length=10), nullable=True),
        sa.Column("retired", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["organisation"], ["organisations.id"], name=op.f("fk_lines_organisation")),
        sa.PrimaryKeyConstraint("gtin", name=op.f("pk_lines")),
    )
    op.create_index(op.f("ix_lines_organisation_name"), "lines", ["organisation", "name"])
    op.create_table(
        "line_photos",
        sa.Column("gtin", sa.String(length=14), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("captions", sa.JSON(), nullable=False),
        sa.Column("colourway", sa.String(length=120), nullable=False),
        sa.Column("removed_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["gtin"], ["lines.gtin"], name=op.f("fk_line_photos_gtin"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("gtin", "sha256", name=op.f("pk_line_photos")),
    )
    op.create_index(op.f("ix_line_photos_sha256"), "line_photos", ["sha256"])


def downgrade() -> None:
    op.drop_table("line_photos")
    op.drop_table("lines")

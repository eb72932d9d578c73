"""Looks know a country, and are coarsened with age"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("scans", sa.Column("country", sa.String(length=2), nullable=True))
    op.add_column("scans", sa.Column("visitor", sa.LargeBinary(length=16), nullable=True))
    op.add_column("scans", sa.Column("kind", sa.String(length=10), nullable=False, server_default="visit"))
    op.create_index(op.f("ix_scans_at"), "scans", ["at"])
    op.create_table(
        "scan_days",
        sa.Column("item", sa.LargeBinary(length=32), nullable=False),
        sa.Column("day", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("item", "day", "country", name=op.f("pk_scan_days")),
    )
    op.create_index(op.f("ix_scan_days_day"), "scan_days", ["day"])
    op.create_table(
        "scan_salts",
        sa.Column("day", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("salt", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_scan_salts")),
    )
    op.create_table(
        "scan_lines",
        sa.Column("gtin", sa.String(length=14), nullable=False),
        sa.Column("a_day", sa.Integer(), nullable=False),
        sa.Column("a_month", sa.Integer(), nullable=False),
        sa.Column("counted_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("gtin", name=op.f("pk_scan_lines")),
    )
    op.create_table(
        "displays",
        sa.Column("item", sa.LargeBinary(length=32), nullable=False),
        sa.Column("organisation", sa.String(length=40), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("item", name=op.f("pk_displays")),
    )
    op.create_table(
        "clone_alerts",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("item", sa.LargeBinary(length=32), nullable=False),
        sa.Column("organisation", sa.String(length=40), nullable=False),
        sa.Column("gtin", sa.String(length=14), nullable=False),
        sa.Column("suspected", sa.Boolean(), nullable=False),
        sa.Column("raised_at", sa.BigInteger(), nullable=False),
        sa.Column("checked_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clone_alerts")),
        sa.UniqueConstraint("item", name=op.f("uq_clone_alerts_item")),
    )
    op.create_index(op.f("ix_clone_alerts_organisation_id"), "clone_alerts", ["organisation", "id"])
    op.create_index(op.f("ix_clone_alerts_checked_at"), "clone_alerts", ["checked_at"])


def downgrade() -> None:
    for table in ("clone_alerts", "displays", "scan_lines", "scan_salts", "scan_days"):
        op.drop_table(table)
    op.drop_index(op.f("ix_scans_at"), table_name="scans")
    for column in ("kind", "visitor", "country"):
        op.drop_column("scans", column)

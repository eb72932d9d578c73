"""Only what waits is in the index of what waits

The release before asks in the same words, so the new index serves it as well as its own two did.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_statements_waiting",
        "statements",
        ["next_try_at", "id", "settled"],
        sqlite_where=sa.text("settled = 0"),
        postgresql_where=sa.text("NOT settled"),
    )
    op.drop_index(op.f("ix_statements_settled_next_try_at_id"), "statements")
    op.drop_index(op.f("ix_statements_settled_next_try_at"), "statements")


def downgrade() -> None:
    op.create_index(op.f("ix_statements_settled_next_try_at"), "statements", ["settled", "next_try_at"])
    op.create_index(op.f("ix_statements_settled_next_try_at_id"), "statements", ["settled", "next_try_at", "id"])
    op.drop_index("ix_statements_waiting", "statements")

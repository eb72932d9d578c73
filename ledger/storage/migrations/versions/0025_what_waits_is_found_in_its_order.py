"""What waits to be sent is found in its order, however much there is"""

from __future__ import annotations

from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(op.f("ix_statements_settled_next_try_at_id"), "statements", ["settled", "next_try_at", "id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_statements_settled_next_try_at_id"), "statements")

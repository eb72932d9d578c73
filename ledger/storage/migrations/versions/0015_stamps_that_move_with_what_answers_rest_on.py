"""Stamps that move with what answers rest on"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    stamps = op.create_table('stamps',
    sa.Column('id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('shared', sa.BigInteger(), nullable=False),
    sa.Column('items', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stamps'))
    )
    op.bulk_insert(stamps, [{'id': 1, 'shared': 0, 'items': 0}])


def downgrade() -> None:
    op.drop_table('stamps')

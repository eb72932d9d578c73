"""Live answers, entrustments and escrow"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('asks',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('item', sa.LargeBinary(length=32), nullable=False),
    sa.Column('session', sa.LargeBinary(length=32), nullable=False),
    sa.Column('words', sa.String(length=120), nullable=False),
    sa.Column('challenge', sa.LargeBinary(length=32), nullable=False),
    sa.Column('link', sa.LargeBinary(length=32), nullable=False),
    sa.Column('created_at', sa.BigInteger(), nullable=False),
    sa.Column('expires_at', sa.BigInteger(), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('answered_at', sa.BigInteger(), nullable=True),
    sa.Column('signer', sa.String(length=42), nullable=True),
    sa.Column('by', sa.String(length=40), nullable=True),
    sa.Column('photo', sa.String(length=64), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_asks')),
    sa.UniqueConstraint('link', name=op.f('uq_asks_link'))
    )
    op.create_index(op.f('ix_asks_item_created_at'), 'asks', ['item', 'created_at'], unique=False)
    op.create_index(op.f('ix_asks_session_item'), 'asks', ['session', 'item'], unique=False)
    op.create_table('messages',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('item', sa.LargeBinary(length=32), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('organisation', sa.String(length=40), nullable=True),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('contact', sa.String(length=254), nullable=True),
    sa.Column('created_at', sa.BigInteger(), nullable=False),
    sa.Column('read_at', sa.BigInteger(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_messages'))
    )
    op.create_index(op.f('ix_messages_item_created_at'), 'messages', ['item', 'created_at'], unique=False)
    op.create_index(op.f('ix_messages_organisation_id'), 'messages', ['organisation', 'id'], unique=False)
    op.create_table('entrustments',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('item', sa.LargeBinary(length=32), nullable=False),
    sa.Column('owner', sa.String(length=42), nullable=False),
    sa.Column('organisation', sa.String(length=40), nullable=False),
    sa.Column('until', sa.BigInteger(), nullable=False),
    sa.Column('nonce', sa.LargeBinary(length=32), nullable=False),
    sa.Column('signature', sa.Text(), nullable=False),
    sa.Column('created_at', sa.BigInteger(), nullable=False),
    sa.Column('ended_at', sa.BigInteger(), nullable=True),
    sa.ForeignKeyConstraint(['organisation'], ['organisations.id'], name=op.f('fk_entrustments_organisation')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_entrustments'))
    )
    op.create_index(op.f('ix_entrustments_item'), 'entrustments', ['item'], unique=False)
    op.create_index(op.f('ix_entrustments_organisation'), 'entrustments', ['organisation'], unique=False)
    op.create_table('escrows',
    sa.Column('offer', sa.String(length=40), nullable=False),
    sa.Column('organisation', sa.String(length=40), nullable=False),
    sa.Column('created_at', sa.BigInteger(), nullable=False),
    sa.Column('accepted', sa.JSON(), nullable=True),
    sa.Column('accepted_at', sa.BigInteger(), nullable=True),
    sa.Column('released_at', sa.BigInteger(), nullable=True),
    sa.Column('refused_at', sa.BigInteger(), nullable=True),
    sa.ForeignKeyConstraint(['offer'], ['offers.id'], name=op.f('fk_escrows_offer'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['organisation'], ['organisations.id'], name=op.f('fk_escrows_organisation')),
    sa.PrimaryKeyConstraint('offer', name=op.f('pk_escrows'))
    )
    op.create_index(op.f('ix_escrows_organisation'), 'escrows', ['organisation'], unique=False)


def downgrade() -> None:
    op.drop_table('escrows')
    op.drop_table('entrustments')
    op.drop_table('messages')
    op.drop_table('asks')

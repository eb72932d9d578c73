"""Keys of issuers, and verifiable credentials with their places in status lists"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('credential_keys',
    sa.Column('kid', sa.String(length=43), nullable=False),
    sa.Column('issuer', sa.String(length=40), nullable=False),
    sa.Column('public', sa.JSON(), nullable=False),
    sa.Column('sealed', sa.LargeBinary(), nullable=False),
    sa.Column('created_at', sa.BigInteger(), nullable=False),
    sa.Column('retired_at', sa.BigInteger(), nullable=True),
    sa.Column('stolen_at', sa.BigInteger(), nullable=True),
    sa.PrimaryKeyConstraint('kid', name=op.f('pk_credential_keys'))
    )
    op.create_index(op.f('ix_credential_keys_issuer'), 'credential_keys', ['issuer'], unique=False)
    op.create_table('credentials',
    sa.Column('id', sa.String(length=36), nullable=False),
    sa.Column('issuer', sa.String(length=40), nullable=False),
    sa.Column('kid', sa.String(length=43), nullable=False),
    sa.Column('kind', sa.String(length=12), nullable=False),
    sa.Column('item', sa.LargeBinary(length=32), nullable=False),
    sa.Column('batch', sa.BigInteger(), nullable=True),
    sa.Column('party', sa.Integer(), nullable=True),
    sa.Column('statement', sa.LargeBinary(length=32), nullable=True),
    sa.Column('fingerprint', sa.LargeBinary(length=32), nullable=False),
    sa.Column('pair', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('token', sa.Text(), nullable=False),
    sa.Column('issued_at', sa.BigInteger(), nullable=False),
    sa.Column('valid_until', sa.BigInteger(), nullable=False),
    sa.Column('revoked_at', sa.BigInteger(), nullable=True),
    sa.Column('suspended_at', sa.BigInteger(), nullable=True),
    sa.Column('unsettled', sa.Boolean(), nullable=False),
    sa.Column('look_again_at', sa.BigInteger(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_credentials')),
    sa.UniqueConstraint('issuer', 'pair', 'position', name=op.f('uq_credentials_issuer_pair_position'))
    )
    op.create_index(op.f('ix_credentials_batch'), 'credentials', ['batch'], unique=False)
    op.create_index(op.f('ix_credentials_item_kind'), 'credentials', ['item', 'kind'], unique=False)
    op.create_index(op.f('ix_credentials_look_again_at'), 'credentials', ['look_again_at'], unique=False)
    op.create_index(op.f('ix_credentials_party'), 'credentials', ['party'], unique=False)
    op.create_index(op.f('ix_credentials_unsettled'), 'credentials', ['unsettled'], unique=False)


def downgrade() -> None:
    op.drop_index(op.f('ix_credentials_unsettled'), table_name='credentials')
    op.drop_index(op.f('ix_credentials_party'), table_name='credentials')
    op.drop_index(op.f('ix_credentials_look_again_at'), table_name='credentials')
    op.drop_index(op.f('ix_credentials_item_kind'), table_name='credentials')
    op.drop_index(op.f('ix_credentials_batch'), table_name='credentials')
    op.drop_table('credentials')
    op.drop_index(op.f('ix_credential_keys_issuer'), table_name='credential_keys')
    op.drop_table('credential_keys')

"""Inspection sheets, second looks and committed opinions"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('checklists',
    sa.Column('organisation', sa.String(length=40), nullable=False),
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('body', sa.JSON(), nullable=False),
    sa.Column('updated_at', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['organisation'], ['organisations.id'], name=op.f('fk_checklists_organisation')),
    sa.PrimaryKeyConstraint('organisation', 'id', name=op.f('pk_checklists'))
    )
    op.create_table('desks',
    sa.Column('organisation', sa.String(length=40), nullable=False),
    sa.Column('people_only', sa.Boolean(), nullable=False),
    sa.Column('place', sa.String(length=80), nullable=False),
    sa.ForeignKeyConstraint(['organisation'], ['organisations.id'], name=op.f('fk_desks_organisation')),
    sa.PrimaryKeyConstraint('organisation', name=op.f('pk_desks'))
    )
    op.create_table('sheets',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('organisation', sa.String(length=40), nullable=False),
    sa.Column('person', sa.String(length=40), nullable=True),
    sa.Column('case', sa.String(length=40), nullable=False),
    sa.Column('checklist', sa.JSON(), nullable=False),
    sa.Column('owner', sa.String(length=40), nullable=True),
    sa.Column('item', sa.LargeBinary(length=32), nullable=True),
    sa.Column('gtin', sa.String(length=14), nullable=False),
    sa.Column('serial', sa.String(length=20), nullable=False),
    sa.Column('about', sa.BigInteger(), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('told', sa.JSON(), nullable=False),
    sa.Column('salt', sa.LargeBinary(length=16), nullable=True),
    sa.Column('commitment', sa.LargeBinary(length=32), nullable=True),
    sa.Column('nonce', sa.BigInteger(), nullable=True),
    sa.Column('statement', sa.String(length=40), nullable=True),
    sa.Column('statement_hash', sa.LargeBinary(length=32), nullable=True),
    sa.Column('created_at', sa.BigInteger(), nullable=False),
    sa.Column('updated_at', sa.BigInteger(), nullable=False),
    sa.Column('committed_at', sa.BigInteger(), nullable=True),
    sa.Column('signed_at', sa.BigInteger(), nullable=True),
    sa.ForeignKeyConstraint(['organisation'], ['organisations.id'], name=op.f('fk_sheets_organisation')),
    sa.ForeignKeyConstraint(['person'], ['people.id'], name=op.f('fk_sheets_person'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sheets'))
    )
    op.create_index(op.f('ix_sheets_case'), 'sheets', ['case'], unique=False)
    op.create_index(op.f('ix_sheets_organisation_state_updated_at'), 'sheets', ['organisation', 'state', 'updated_at'], unique=False)
    op.create_index(op.f('ix_sheets_statement_hash'), 'sheets', ['statement_hash'], unique=False)
    op.create_table('shown_names',
    sa.Column('organisation', sa.String(length=40), nullable=False),
    sa.Column('person', sa.String(length=40), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.ForeignKeyConstraint(['organisation'], ['organisations.id'], name=op.f('fk_shown_names_organisation')),
    sa.ForeignKeyConstraint(['person'], ['people.id'], name=op.f('fk_shown_names_person'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('organisation', 'person', name=op.f('pk_shown_names'))
    )


def downgrade() -> None:
    op.drop_table('shown_names')
    op.drop_index(op.f('ix_sheets_statement_hash'), table_name='sheets')
    op.drop_index(op.f('ix_sheets_organisation_state_updated_at'), table_name='sheets')
    op.drop_index(op.f('ix_sheets_case'), table_name='sheets')
    op.drop_table('sheets')
    op.drop_table('desks')
    op.drop_table('checklists')

"""Tags that cannot be copied, and their counters"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('tag_masters',
    sa.Column('organisation', sa.String(length=40), nullable=False),
    sa.Column('version', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('sealed', sa.LargeBinary(length=80), nullable=False),
    sa.Column('created_at', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['organisation'], ['organisations.id'], name=op.f('fk_tag_masters_organisation')),
    sa.PrimaryKeyConstraint('organisation', 'version', name=op.f('pk_tag_masters'))
    )
    op.create_table('tag_runs',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('organisation', sa.String(length=40), nullable=False),
    sa.Column('batch', sa.String(length=40), nullable=False),
    sa.Column('mode', sa.String(length=4), nullable=False),
    sa.Column('sealed', sa.Boolean(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('count', sa.Integer(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('created_at', sa.BigInteger(), nullable=False),
    sa.Column('person', sa.String(length=40), nullable=True),
    sa.ForeignKeyConstraint(['organisation'], ['organisations.id'], name=op.f('fk_tag_runs_organisation')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_tag_runs'))
    )
    op.create_index(op.f('ix_tag_runs_organisation_id'), 'tag_runs', ['organisation', 'id'], unique=False)
    op.create_table('tags',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('item', sa.LargeBinary(length=32), nullable=False),
    sa.Column('organisation', sa.String(length=40), nullable=False),
    sa.Column('run', sa.String(length=40), nullable=False),
    sa.Column('generation', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('mode', sa.String(length=4), nullable=False),
    sa.Column('sealed', sa.Boolean(), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('created_at', sa.BigInteger(), nullable=False),
    sa.Column('uid', sa.LargeBinary(length=7), nullable=True),
    sa.Column('counter', sa.Integer(), nullable=False),
    sa.Column('opened_at', sa.BigInteger(), nullable=True),
    sa.Column('bound_at', sa.BigInteger(), nullable=True),
    sa.Column('tapped_at', sa.BigInteger(), nullable=True),
    sa.Column('ended_at', sa.BigInteger(), nullable=True),
    sa.ForeignKeyConstraint(['organisation'], ['organisations.id'], name=op.f('fk_tags_organisation')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_tags')),
    sa.UniqueConstraint('item', 'generation', name=op.f('uq_tags_item_generation'))
    )
    op.create_index(op.f('ix_tags_organisation_id'), 'tags', ['organisation', 'id'], unique=False)
    op.create_index(op.f('ix_tags_uid'), 'tags', ['uid'], unique=False)
    op.create_table('tag_taps',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('item', sa.LargeBinary(length=32), nullable=False),
    sa.Column('tag', sa.String(length=40), nullable=False),
    sa.Column('uid', sa.LargeBinary(length=7), nullable=False),
    sa.Column('counter', sa.Integer(), nullable=False),
    sa.Column('outcome', sa.String(length=12), nullable=False),
    sa.Column('at', sa.BigInteger(), nullable=False),
    sa.Column('opened', sa.Boolean(), nullable=False),
    sa.Column('by', sa.LargeBinary(length=64), nullable=True),
    sa.ForeignKeyConstraint(['tag'], ['tags.id'], name=op.f('fk_tag_taps_tag'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_tag_taps'))
    )
    op.create_index(op.f('ix_tag_taps_at'), 'tag_taps', ['at'], unique=False)
    op.create_index(op.f('ix_tag_taps_item_at'), 'tag_taps', ['item', 'at'], unique=False)
    op.create_index(op.f('ix_tag_taps_tag_counter'), 'tag_taps', ['tag', 'counter'], unique=False)
    op.create_table('handover_taps',
    sa.Column('offer', sa.String(length=40), nullable=False),
    sa.Column('item', sa.LargeBinary(length=32), nullable=False),
    sa.Column('needed', sa.Boolean(), nullable=False),
    sa.Column('tap', sa.String(length=40), nullable=True),
    sa.Column('tapped_at', sa.BigInteger(), nullable=True),
    sa.ForeignKeyConstraint(['offer'], ['offers.id'], name=op.f('fk_handover_taps_offer'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('offer', name=op.f('pk_handover_taps'))
    )
    op.create_index(op.f('ix_handover_taps_item'), 'handover_taps', ['item'], unique=False)


def downgrade() -> None:
    op.drop_table('handover_taps')
    op.drop_table('tag_taps')
    op.drop_table('tags')
    op.drop_table('tag_runs')
    op.drop_table('tag_masters')

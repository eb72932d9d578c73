"""People, their passkeys, sessions and errands"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('people',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('email', sa.String(length=254), nullable=True),
    sa.Column('language', sa.String(length=10), nullable=False),
    sa.Column('created_at', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_people')),
    sa.UniqueConstraint('email', name=op.f('uq_people_email'))
    )
    op.create_table('email_links',
    sa.Column('hash', sa.LargeBinary(length=32), nullable=False),
    sa.Column('email', sa.String(length=254), nullable=False),
    sa.Column('person', sa.String(length=40), nullable=True),
    sa.Column('next', sa.String(length=400), nullable=True),
    sa.Column('created_at', sa.BigInteger(), nullable=False),
    sa.Column('expires_at', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['person'], ['people.id'], name=op.f('fk_email_links_person'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('hash', name=op.f('pk_email_links'))
    )
    op.create_index(op.f('ix_email_links_email_created_at'), 'email_links', ['email', 'created_at'], unique=False)
    op.create_table('errands',
    sa.Column('id', sa.String(length=60), nullable=False),
    sa.Column('purpose', sa.String(length=30), nullable=False),
    sa.Column('session', sa.LargeBinary(length=32), nullable=False),
    sa.Column('person', sa.String(length=40), nullable=True),
    sa.Column('request', sa.JSON(), nullable=False),
    sa.Column('keep', sa.JSON(), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('result', sa.JSON(), nullable=True),
    sa.Column('created_at', sa.BigInteger(), nullable=False),
    sa.Column('expires_at', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['person'], ['people.id'], name=op.f('fk_errands_person'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_errands'))
    )
    op.create_index(op.f('ix_errands_expires_at'), 'errands', ['expires_at'], unique=False)
    op.create_table('holdings',
    sa.Column('address', sa.String(length=42), nullable=False),
    sa.Column('item', sa.LargeBinary(length=32), nullable=False),
    sa.Column('person', sa.String(length=40), nullable=False),
    sa.Column('passkey', sa.String(length=40), nullable=True),
    sa.Column('blind', sa.LargeBinary(length=32), nullable=True),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('bought_on', sa.String(length=10), nullable=True),
    sa.Column('created_at', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['person'], ['people.id'], name=op.f('fk_holdings_person'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('address', 'item', name=op.f('pk_holdings'))
    )
    op.create_index(op.f('ix_holdings_item'), 'holdings', ['item'], unique=False)
    op.create_index(op.f('ix_holdings_person'), 'holdings', ['person'], unique=False)
    op.create_table('invitations',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('hash', sa.LargeBinary(length=32), nullable=False),
    sa.Column('organisation', sa.String(length=40), nullable=False),
    sa.Column('email', sa.String(length=254), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('roles', sa.JSON(), nullable=False),
    sa.Column('by', sa.String(length=40), nullable=True),
    sa.Column('created_at', sa.BigInteger(), nullable=False),
    sa.Column('expires_at', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['organisation'], ['organisations.id'], name=op.f('fk_invitations_organisation')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_invitations')),
    sa.UniqueConstraint('hash', name=op.f('uq_invitations_hash'))
    )
    op.create_index(op.f('ix_invitations_organisation'), 'invitations', ['organisation'], unique=False)
    op.create_table('memberships',
    sa.Column('person', sa.String(length=40), nullable=False),
    sa.Column('organisation', sa.String(length=40), nullable=False),
    sa.Column('roles', sa.JSON(), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('created_at', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['organisation'], ['organisations.id'], name=op.f('fk_memberships_organisation')),
    sa.ForeignKeyConstraint(['person'], ['people.id'], name=op.f('fk_memberships_person'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('person', 'organisation', name=op.f('pk_memberships'))
    )
    op.create_index(op.f('ix_memberships_organisation'), 'memberships', ['organisation'], unique=False)
    op.create_table('passkeys',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('person', sa.String(length=40), nullable=False),
    sa.Column('credential', sa.LargeBinary(length=1023), nullable=False),
    sa.Column('x', sa.LargeBinary(length=32), nullable=False),
    sa.Column('y', sa.LargeBinary(length=32), nullable=False),
    sa.Column('label', sa.String(length=80), nullable=False),
    sa.Column('created_at', sa.BigInteger(), nullable=False),
    sa.Column('last_used_at', sa.BigInteger(), nullable=True),
    sa.ForeignKeyConstraint(['person'], ['people.id'], name=op.f('fk_passkeys_person'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_passkeys')),
    sa.UniqueConstraint('credential', name=op.f('uq_passkeys_credential'))
    )
    op.create_index(op.f('ix_passkeys_person'), 'passkeys', ['person'], unique=False)
    op.create_table('sessions',
    sa.Column('id', sa.LargeBinary(length=32), nullable=False),
    sa.Column('person', sa.String(length=40), nullable=True),
    sa.Column('created_at', sa.BigInteger(), nullable=False),
    sa.Column('signed_in_at', sa.BigInteger(), nullable=True),
    sa.Column('expires_at', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['person'], ['people.id'], name=op.f('fk_sessions_person'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sessions'))
    )
    op.create_index(op.f('ix_sessions_expires_at'), 'sessions', ['expires_at'], unique=False)
    op.create_index(op.f('ix_sessions_person'), 'sessions', ['person'], unique=False)


def downgrade() -> None:
    op.drop_table('sessions')
    op.drop_table('passkeys')
    op.drop_table('memberships')
    op.drop_table('invitations')
    op.drop_table('holdings')
    op.drop_table('errands')
    op.drop_table('email_links')
    op.drop_table('people')

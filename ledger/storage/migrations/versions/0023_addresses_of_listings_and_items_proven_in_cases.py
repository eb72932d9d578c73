"""Addresses of listings, and items that were proven in cases"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ledger.domain.desk.notices import address_name

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    addresses = op.create_table(
        "listing_addresses",
        sa.Column("listing", sa.String(40), nullable=False),
        sa.Column("address", sa.String(68), nullable=False),
        sa.ForeignKeyConstraint(
            ["listing"], ["listings.id"], name=op.f("fk_listing_addresses_listing_listings"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("listing", name=op.f("pk_listing_addresses")),
    )
    op.create_index("ix_listing_addresses_address", "listing_addresses", ["address"])
    op.add_column("cases", sa.Column("proven_item", sa.String(64), nullable=True))
    op.create_index(op.f("ix_cases_platform_proven_item"), "cases", ["platform", "proven_item"])
    op.create_index(op.f("ix_case_files_sha256"), "case_files", ["sha256"])
    listings = sa.table("listings", sa.column("id"), sa.column("url"))
    connection = op.get_bind()
    for id, url in connection.execute(sa.select(listings.c.id, listings.c.url)).all():
        if (address := address_name(url)) is not None:
            connection.execute(addresses.insert().values(listing=id, address=address))


def downgrade() -> None:
    op.drop_index(op.f("ix_case_files_sha256"), table_name="case_files")
    op.drop_index(op.f("ix_cases_platform_proven_item"), table_name="cases")
    op.drop_column("cases", "proven_item")
    op.drop_table("listing_addresses")

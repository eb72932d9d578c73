"""Listings and rule packs"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rule_packs",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("added_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_rule_packs")),
    )
    op.create_table(
        "listings",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("platform", sa.String(length=40), nullable=False),
        sa.Column("ref", sa.String(length=120), nullable=False),
        sa.Column("seller", sa.String(length=120), nullable=False),
        sa.Column("seller_since", sa.String(length=10), nullable=True),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("title", sa.String(length=500), nullable=False),
        sa.Column("language", sa.String(length=20), nullable=False),
        sa.Column("territory", sa.String(length=2), nullable=True),
        sa.Column("condition", sa.String(length=8), nullable=False),
        sa.Column("status", sa.String(length=8), nullable=False),
        sa.Column("gtin", sa.String(length=14), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("screened_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("decision", sa.String(length=16), nullable=False),
        sa.Column("decision_id", sa.String(length=40), nullable=False),
        sa.Column("look_due", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["platform"], ["organisations.id"], name=op.f("fk_listings_platform")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listings")),
    )
    op.create_index("ix_listings_ended_at", "listings", ["ended_at"], unique=False)
    op.create_index("ix_listings_look_due", "listings", ["look_due"], unique=False)
    op.create_index("ix_listings_price", "listings", ["gtin", "currency", "status"], unique=False)
    op.create_index("ix_listings_seller", "listings", ["platform", "seller", "status", "created_at"], unique=False)
    op.create_index("ux_listings_platform_ref", "listings", ["platform", "ref"], unique=True)
    op.create_table(
        "listing_codes",
        sa.Column("listing", sa.String(length=40), nullable=False),
        sa.Column("code", sa.LargeBinary(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["listing"], ["listings.id"], name=op.f("fk_listing_codes_listing"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("listing", "code", name=op.f("pk_listing_codes")),
    )
    op.create_index("ix_listing_codes_code", "listing_codes", ["code"], unique=False)
    op.create_table(
        "listing_photos",
        sa.Column("listing", sa.String(length=40), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["listing"], ["listings.id"], name=op.f("fk_listing_photos_listing"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("listing", "sha256", name=op.f("pk_listing_photos")),
    )
    op.create_index("ix_listing_photos_sha256", "listing_photos", ["sha256"], unique=False)
    op.create_table(
        "photos",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("platform", sa.String(length=40), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("codes", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_photos")),
    )
    op.create_index("ix_photos_state", "photos", ["state", "created_at"], unique=False)
    op.create_table(
        "photo_points",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("bits", sa.LargeBinary(length=8), nullable=False),
        sa.Column("band0", sa.Integer(), nullable=False),
        sa.Column("band1", sa.Integer(), nullable=False),
        sa.Column("band2", sa.Integer(), nullable=False),
        sa.Column("band3", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["sha256"], ["photos.sha256"], name=op.f("fk_photo_points_sha256"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("sha256", "place", name=op.f("pk_photo_points")),
    )
    op.create_index("ix_photo_points_band0", "photo_points", ["band0"], unique=False)
    op.create_index("ix_photo_points_band1", "photo_points", ["band1"], unique=False)
    op.create_index("ix_photo_points_band2", "photo_points", ["band2"], unique=False)
    op.create_index("ix_photo_points_band3", "photo_points", ["band3"], unique=False)
    op.create_table(
        "listing_decisions",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("listing", sa.String(length=40), nullable=False),
        sa.Column("platform", sa.String(length=40), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("cause", sa.String(length=16), nullable=False),
        sa.Column("decision", sa.String(length=16), nullable=False),
        sa.Column("pack", sa.Integer(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["listing"], ["listings.id"], name=op.f("fk_listing_decisions_listing"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listing_decisions")),
    )
    op.create_index("ix_listing_decisions_listing", "listing_decisions", ["listing", "at"], unique=False)
    op.create_index("ix_listing_decisions_platform", "listing_decisions", ["platform", "id"], unique=False)
    op.create_table(
        "listing_challenges",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("listing", sa.String(length=40), nullable=False),
        sa.Column("words", sa.String(length=120), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("photo", sa.String(length=64), nullable=True),
        sa.Column("answered_at", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.Column("bound", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            ["listing"], ["listings.id"], name=op.f("fk_listing_challenges_listing"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listing_challenges")),
    )
    op.create_index("ix_listing_challenges_listing", "listing_challenges", ["listing", "created_at"], unique=False)
    op.create_table(
        "authorised_sellers",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("brand", sa.String(length=40), nullable=False),
        sa.Column("platform", sa.String(length=40), nullable=False),
        sa.Column("seller", sa.String(length=120), nullable=False),
        sa.Column("until", sa.String(length=10), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["brand"], ["organisations.id"], name=op.f("fk_authorised_sellers_brand")),
        sa.ForeignKeyConstraint(["platform"], ["organisations.id"], name=op.f("fk_authorised_sellers_platform")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_authorised_sellers")),
    )
    op.create_index("ix_authorised_sellers_brand", "authorised_sellers", ["brand", "id"], unique=False)
    op.create_index("ix_authorised_sellers_platform", "authorised_sellers", ["platform", "seller"], unique=False)


def downgrade() -> None:
    op.drop_table("authorised_sellers")
    op.drop_table("listing_challenges")
    op.drop_table("listing_decisions")
    op.drop_table("photo_points")
    op.drop_table("photos")
    op.drop_table("listing_photos")
    op.drop_table("listing_codes")
    op.drop_table("listings")
    op.drop_table("rule_packs")

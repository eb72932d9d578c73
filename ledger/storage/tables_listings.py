"""Listings that platforms have had screened, their photos and decisions, and the rule packs: what only we hold."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text

from ledger.storage.tables import metadata

rule_packs = Table(
    "rule_packs",
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("body", Text, nullable=False),
    Column("added_at", BigInteger, nullable=False),
)
"""Packs that an operator added after the product's own; the newest is in force."""

listings = Table(
    "listings",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("platform", String(40), ForeignKey("organisations.id"), nullable=False),
    Column("ref", String(120), nullable=False),
    Column("seller", String(120), nullable=False),
    Column("seller_since", String(10)),
    Column("url", Text, nullable=False),
    Column("title", String(500), nullable=False),
    Column("language", String(20), nullable=False),
    Column("territory", String(2)),
    Column("condition", String(8), nullable=False),
    Column("status", String(8), nullable=False),
    Column("gtin", String(14)),
    Column("amount", BigInteger),
    Column("currency", String(3)),
    Column("created_at", BigInteger, nullable=False),
    Column("screened_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger),
    Column("decision", String(16), nullable=False),
    Column("decision_id", String(40), nullable=False),
    Column("look_due", BigInteger),
    Index("ux_listings_platform_ref", "platform", "ref", unique=True),
    Index("ix_listings_seller", "platform", "seller", "status", "created_at"),
    Index("ix_listings_price", "gtin", "currency", "status"),
    Index("ix_listings_ended_at", "ended_at"),
    Index("ix_listings_look_due", "look_due"),
)
"""`look_due` is since when its photos wait to be compared, null where they do not."""

listing_codes = Table(
    "listing_codes",
    metadata,
    Column("listing", String(40), ForeignKey("listings.id", ondelete="CASCADE"), primary_key=True),
    Column("code", LargeBinary(32), primary_key=True),
    Index("ix_listing_codes_code", "code"),
)
"""Codes as keyed hashes: enough to see that two listings name one item."""

listing_addresses = Table(
    "listing_addresses",
    metadata,
    Column("listing", String(40), ForeignKey("listings.id", ondelete="CASCADE"), primary_key=True),
    Column("address", String(68), nullable=False),
    Index("ix_listing_addresses_address", "address"),
)
"""The name of a listing's address as notices compare it, so that one that names the address alone finds the listing."""

listing_photos = Table(
    "listing_photos",
    metadata,
    Column("listing", String(40), ForeignKey("listings.id", ondelete="CASCADE"), primary_key=True),
    Column("sha256", String(64), primary_key=True),
    Column("since", BigInteger, nullable=False),
    Column("called_at", BigInteger),
    Index("ix_listing_photos_sha256", "sha256"),
)
"""`since` is when the photo came into the listing; it is kept as long as the photo stays in it. `called_at` is when the
listings that showed a like picture later were called to be compared again; null until that was done."""

photos = Table(
    "photos",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("platform", String(40), nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("codes", Text, nullable=False),
    Column("state", String(8), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Index("ix_photos_state", "state", "created_at"),
)
"""`platform` is who sent it first, "" for a photo of a brand's catalogue; `codes` what its QR codes say, as JSON."""

photo_points = Table(
    "photo_points",
    metadata,
    Column("sha256", String(64), ForeignKey("photos.sha256", ondelete="CASCADE"), primary_key=True),
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("bits", LargeBinary(8), nullable=False),
    Column("band0", Integer, nullable=False),
    Column("band1", Integer, nullable=False),
    Column("band2", Integer, nullable=False),
    Column("band3", Integer, nullable=False),
    Index("ix_photo_points_band0", "band0"),
    Index("ix_photo_points_band1", "band1"),
    Index("ix_photo_points_band2", "band2"),
    Index("ix_photo_points_band3", "band3"),
)
"""The telling points of a photo, 64 bits each, cut in four bands: photos that share bands may be the same picture."""

listing_decisions = Table(
    "listing_decisions",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("listing", String(40), ForeignKey("listings.id", ondelete="CASCADE"), nullable=False),
    Column("platform", String(40), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("cause", String(16), nullable=False),
    Column("decision", String(16), nullable=False),
    Column("pack", Integer, nullable=False),
    Column("facts", Text, nullable=False),
    Column("reasons", Text, nullable=False),
    Index("ix_listing_decisions_listing", "listing", "at"),
    Index("ix_listing_decisions_platform", "platform", "id"),
)
"""`facts` is text and not JSON: the desk's log holds the hash of its very bytes."""

listing_challenges = Table(
    "listing_challenges",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("listing", String(40), ForeignKey("listings.id", ondelete="CASCADE"), nullable=False),
    Column("words", String(120), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("photo", String(64)),
    Column("answered_at", BigInteger),
    Column("state", String(12), nullable=False),
    Column("decided_at", BigInteger),
    Column("bound", String(64)),
    Index("ix_listing_challenges_listing", "listing", "created_at"),
)
"""`bound` is the hash of the seller and the photos that an acceptance was given for."""

authorised_sellers = Table(
    "authorised_sellers",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("brand", String(40), ForeignKey("organisations.id"), nullable=False),
    Column("platform", String(40), ForeignKey("organisations.id"), nullable=False),
    Column("seller", String(120), nullable=False),
    Column("until", String(10), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger),
    Index("ix_authorised_sellers_platform", "platform", "seller"),
    Index("ix_authorised_sellers_brand", "brand", "id"),
)

"""Batches and the items listed in them, from the confirmed file to the registration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Batch:
    """One registration of many items. `number` (brand ‖ running count) is allotted when it is signed."""

    id: str
    organisation: str
    brand: int
    name: str
    count: int
    on_sale_at_once: bool
    ready: bool
    created_at: int
    private_fields: Sequence[str] = ()
    number: int | None = None
    root: bytes | None = None
    manifest_hash: bytes | None = None
    public_file: str | None = None
    private_file: str | None = None
    secret: bytes | None = None
    """The batch secret, encrypted."""
    cards_file: str | None = None
    cards_sha256: str | None = None
    cards_done_at: int | None = None
    statement: str | None = None


MadeItem = tuple[bytes, str, str, bytes, str, str]
"""An item of a batch that is being made, as the database keeps it: item (32 bytes), GTIN, serial, record hash, claim
address, fields as JSON. Plain, because millions of them go from process to process."""


@dataclass(frozen=True, slots=True)
class Item:
    """One listed item. `fields` are all of the record's, private ones included: never shown whole."""

    item: int
    batch_id: str
    position: int
    gtin: str
    serial: str
    record_hash: bytes
    claim_address: str
    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Amendment:
    """A later description of one item; `place` counts an item's amendments from 0. The old ones stay."""

    item: int
    place: int
    organisation: str
    record_hash: bytes
    manifest_hash: bytes
    public_file: str
    private_file: str
    fields: Mapping[str, Any]
    private_fields: Sequence[str]
    created_at: int


def batch_number(brand: int, running: int) -> int:
    """A batch's number on the chain: 24 bits of brand, 32 bits of running count (from 1)."""
    return brand << 32 | running


def brand_of(number: int) -> int:
    """The brand in a batch's number."""
    return number >> 32

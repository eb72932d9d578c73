"""What is kept beside the chain: reports, evidence, offers, answers given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Report:
    """A text whose salted hash a statement carries."""

    commitment: bytes
    organisation: str | None
    salt: bytes
    body: dict[str, Any]
    created_at: int


@dataclass(frozen=True, slots=True)
class Evidence:
    """A stored file, named by its SHA-256."""

    sha256: str
    media_type: str
    size: int
    organisation: str
    created_at: int


@dataclass(frozen=True, slots=True)
class StoredOffer:
    """A signed offer, waiting for someone to accept it."""

    id: str
    hash: bytes
    item: int
    values: dict[str, Any]
    signature: str
    code_hash: bytes | None
    tries: int
    created_at: int
    expires_at: int
    released_at: int | None


@dataclass(frozen=True, slots=True)
class Remembered:
    """An answer given under an idempotency key; `status` is None while the first request is at work."""

    fingerprint: bytes
    status: int | None
    body: str | None
    headers: dict[str, str] | None
    created_at: int

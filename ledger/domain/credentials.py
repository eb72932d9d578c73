"""Verifiable credentials: who issues, what is kept of one that was issued, and the form that all of them share.

VCDM: W3C Verifiable Credentials Data Model 2.0. A credential is a JSON object; signed as `vc+jwt` it is the
payload of the JWS itself (Securing Verifiable Credentials using JOSE and COSE, 3.1.1).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any, Final
from urllib.parse import quote, urlsplit

LEDGER: Final = "ledger"
"""The issuer that is no organisation: whoever runs this ledger."""
LEDGER_SLUG: Final = "_ledger"
"""Its name in addresses; no organisation's short name has an underscore."""
W3C: Final = "https://www.w3.org/ns/credentials/v2"
UNTP: Final = "https://vocabulary.uncefact.org/untp/0.7.0/context/"
CONTEXT_PATH: Final = "/credentials/v1"
YEAR: Final = 365 * 86_400
DAY: Final = 86_400
RENEW: Final = 30 * DAY
"""Seconds before its end from which a credential is issued anew."""


class CredentialKind(StrEnum):
    """What a credential is about. A receipt is of a moment, so nothing of it is kept and nothing of it can change."""

    PASSPORT = "passport"
    INSPECTION = "inspection"
    UNTP = "untp"
    RECEIPT = "receipt"
    BADGE = "badge"
    """For one listing; see `domain/desk/badges.py`."""


@dataclass(frozen=True, slots=True)
class Issuer:
    """Who issues: `key` names whose key signs, `slug` stands in addresses, `did` in credentials."""

    key: str
    slug: str
    did: str
    name: str


@dataclass(frozen=True, slots=True)
class CredentialKey:
    """A P-256 key that signs credentials, without its private half. One that was stolen is not published any more."""

    kid: str
    issuer: str
    public: Mapping[str, str]
    created_at: int
    retired_at: int | None = None
    stolen_at: int | None = None


@dataclass(frozen=True, slots=True)
class Hold:
    """Whether a credential's facts still hold: `over` for good, `doubtful` for now, `unsettled` until blocks are final.

    `look_again_at` is when a doubt ends by itself, in seconds since 1970.
    """

    over: bool = False
    doubtful: bool = False
    unsettled: bool = False
    look_again_at: int | None = None


@dataclass(frozen=True, slots=True)
class Credential:
    """One that was issued, with its place in the status lists of its issuer; `token` is the signed `vc+jwt`."""

    id: str
    issuer: str
    kid: str
    kind: CredentialKind
    item: int
    fingerprint: bytes
    pair: int
    position: int
    token: str
    issued_at: int
    valid_until: int
    batch: int | None = None
    party: int | None = None
    statement: bytes | None = None
    revoked_at: int | None = None
    suspended_at: int | None = None
    unsettled: bool = False
    look_again_at: int | None = None


def did_web(public_url: str, *path: str) -> str:
    """The `did:web` of an address: `did:web:host%3A8000:brands:maison` (did:web Method Specification, 3.1)."""
    parts = urlsplit(public_url)
    segments = [*(one for one in parts.path.split("/") if one), *path]
    return ":".join(["did:web", quote(parts.netloc, safe=""), *(quote(one, safe="") for one in segments)])


def did_document(issuer: Issuer, keys: Sequence[CredentialKey]) -> dict[str, Any]:
    """The DID document of an issuer (DID Core 1.0, 5): every key but stolen ones, old ones for what they signed."""
    shown = [one for one in keys if one.stolen_at is None]
    return {
        "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/jwk/v1"],
        "id": issuer.did,
        "verificationMethod": [
            {
                "id": key_url(issuer, one.kid),
                "type": "JsonWebKey",
                "controller": issuer.did,
                "publicKeyJwk": {**one.public, "kid": one.kid, "alg": "ES256", "use": "sig"},
            }
            for one in shown
        ],
        "assertionMethod": [key_url(issuer, one.kid) for one in shown],
    }


def key_url(issuer: Issuer, kid: str) -> str:
    """The DID URL of a key, as a JWS names it in `kid`."""
    return f"{issuer.did}#{kid}"


def body_of(
    *,
    contexts: Sequence[str],
    types: Sequence[str],
    id: str | None,
    issuer: Issuer,
    valid: tuple[int, int],
    subject: Mapping[str, Any],
    status: object = None,
    issuing: Mapping[str, Any] | None = None,
    **more: Any,
) -> dict[str, Any]:
    """A credential before it is signed. `valid` is from and until, in seconds since 1970; empty members are left out.

    `issuing` is what stands of the issuer beside id and name.
    """
    body: dict[str, Any] = {
        "@context": [W3C, *contexts],
        "type": list(types),
        "issuer": {**(issuing or {}), "id": issuer.did, "name": issuer.name},
        "validFrom": instant(valid[0]),
        "validUntil": instant(valid[1]),
    }
    found = {"id": id, "credentialStatus": status, **more}
    return body | {name: value for name, value in found.items() if value} | {"credentialSubject": dict(subject)}


def instant(at: int | datetime) -> str:
    """A moment as XML Schema's dateTimeStamp, in UTC."""
    moment = at if isinstance(at, datetime) else datetime.fromtimestamp(at, UTC)
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def fingerprint_of(*parts: Any) -> bytes:
    """32 bytes that are the same exactly as long as what a credential says is."""
    plain = json.dumps(parts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return sha256(plain.encode()).digest()


def enveloped(token: str) -> dict[str, str]:
    """A signed credential as a JSON object (VCDM 2.0, 4.13: EnvelopedVerifiableCredential)."""
    return {
        "@context": W3C,
        "id": f"data:application/vc+jwt,{token}",
        "type": "EnvelopedVerifiableCredential",
    }

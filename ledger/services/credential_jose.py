"""Signing credentials: ES256 over the credential itself (VC-JOSE-COSE 3.1.1), and the keys for it.

The only place that knows the JOSE library. Private halves come and go as bytes and are never part of an error.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from joserfc import jws
from joserfc.jwk import ECKey

_ALGORITHM: Final = "ES256"


@dataclass(frozen=True, slots=True)
class NewKey:
    """A fresh P-256 key: its thumbprint (RFC 7638), its public JWK, and its private half as DER."""

    kid: str
    public: dict[str, str]
    private: bytes = field(repr=False)


def new_key() -> NewKey:
    """A fresh key."""
    key = ECKey.generate_key("P-256", auto_kid=False)
    public = {
        name: str(value) for name, value in key.as_dict(private=False).items() if name in ("kty", "crv", "x", "y")
    }
    return NewKey(key.thumbprint(), public, key.as_der(private=True))


def sign(private: bytes, key_url: str, body: Mapping[str, Any]) -> str:
    """The credential as a compact JWS: `application/vc+jwt`."""
    header = {"alg": _ALGORITHM, "typ": "vc+jwt", "cty": "vc", "kid": key_url}
    payload = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    return jws.serialize_compact(header, payload, ECKey.import_key(private), algorithms=[_ALGORITHM])


def read(token: str) -> dict[str, Any]:
    """What a credential of ours says. It is not checked: only for what was signed here."""
    found: dict[str, Any] = json.loads(jws.extract_compact(token.encode()).payload)
    return found

"""A verifier of somebody else's make: openvc-core resolves issuers, checks signatures and reads status lists.

Its own pipeline for JWTs wants the older form with a `vc` claim, which VC-JOSE-COSE forbids; so its parts are put
together here: DID resolution, the signature, the validity period, the status lists.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

from flask import Flask
from openvc.did.did_web import DidWebResolver
from openvc.proof._jws import parse_compact, verify_compact
from openvc.proof._verify_common import check_validity_window
from openvc.status import check_credential_status
from openvc.status.status_list import StatusResult

_FORBIDDEN = {"vc", "vp"}


class Verifier:
    """Fetches over the application itself; no socket is opened."""

    def __init__(self, app: Flask) -> None:
        self.app = app

    def fetch(self, url: str) -> bytes:
        answered = self.app.test_client().get(urlsplit(url).path)
        assert answered.status_code == 200, url
        return bytes(answered.data)

    def document(self, did: str) -> Any:
        """The issuer's DID document; openvc asks https, our test host has no certificate."""
        return DidWebResolver(lambda url: json.loads(self.fetch(url))).resolve(did)

    def verify(self, token: str) -> dict[str, Any]:
        """What it says, once everything but its status was checked. Raises openvc's errors."""
        header, body, _, _ = parse_compact(token)
        assert (header["typ"], header["cty"], header["alg"]) == ("vc+jwt", "vc", "ES256")
        assert not _FORBIDDEN & set(body)
        issuer = body["issuer"]["id"]
        did, _, _ = header["kid"].partition("#")
        assert did == issuer, "signed with somebody else's key"
        document = self.document(issuer)
        key = document.key_by_kid(header["kid"])
        assert key is not None, "that key is not published"
        assert key.id in document.relationships["assertionMethod"]
        verify_compact(token, public_key_jwk=key.public_key_jwk)
        check_validity_window(body, {}, now=None, leeway_s=60)
        return dict(body)

    def status(self, body: dict[str, Any]) -> StatusResult:
        """Whether it is revoked or suspended, as the published and verified lists have it."""
        return check_credential_status(body, resolve_status_list=lambda url: self.list_at(url, body))

    def list_at(self, url: str, body: dict[str, Any]) -> dict[str, Any]:
        """A status list, verified, and of the same issuer as the credential."""
        found = self.verify(self.fetch(url).decode())
        assert found["id"] == url
        assert found["issuer"]["id"] == body["issuer"]["id"]
        return found

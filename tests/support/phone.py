"""Somebody at a browser with a passkey in software: follows forms, goes to the signing page, and comes back."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from flask.testing import FlaskClient
from webauthn.helpers import encode_cbor
from werkzeug.test import TestResponse

from ledger.domain.answers import answer_digest
from ledger.services.ports import Ledger


class Phone:
    """One person, one browser, one passkey."""

    def __init__(self, client: FlaskClient, ledger: Ledger, name: str) -> None:
        self.client = client
        self.ledger = ledger
        self.key = ec.derive_private_key(
            int.from_bytes(hashlib.sha256(name.encode()).digest()[:31], "big"), ec.SECP256R1()
        )
        self.credential = hashlib.sha256(b"credential " + name.encode()).digest()

    def get(self, address: str) -> TestResponse:
        return self.client.get(address, buffered=True)

    def post(self, page: str, address: str, /, **fields: Any) -> TestResponse:
        """Send a form that stands on a page, with the page's token."""
        token = re.search(r'name="csrf_token" value="([^"]+)"', self.client.get(page).text)
        assert token, self.client.get(page).text
        return self.client.post(
            address, data={"csrf_token": token.group(1), **fields}, content_type="multipart/form-data", buffered=True
        )

    def join(self, onward: str = "/my/account") -> None:
        """Make an account with this passkey."""
        self.signs(self.post("/sign-in?again=1", "/join", next=onward))

    def sign_in(self) -> None:
        """Sign in with this passkey."""
        self.signs(self.post("/sign-in?again=1", "/sign-in", next="/my/account"))

    def signs(self, sent: TestResponse) -> str:
        """Do at the signing page what was asked, come back, and say where that leads."""
        answer = self.hands_in(sent)
        assert answer.status_code == 200, answer.text
        return str(answer.json["to"])  # type: ignore[index]

    def hands_in(self, sent: TestResponse) -> TestResponse:
        """The answer of the main site to what the signing page sends back."""
        assert sent.status_code == 303, sent.text
        request = read_request(sent.headers["Location"])
        answer: dict[str, Any] = {"v": 1, "errand": request["errand"]}
        message = request["messages"][0]
        with self.ledger.store.read() as tx:
            digest = answer_digest(message["type"], message["values"], self.ledger.domain(tx), self.ledger.keccak)
        if request["act"] == "join":
            answer["created"] = self._created(digest)
        else:
            answer["credential"] = self._got(digest)
        page = self.client.get(f"/signed/{request['errand']}").text
        token = re.search(r'name="csrf" content="([^"]+)"', page)
        assert token, page
        return self.client.post(f"/signed/{request['errand']}", json=answer, headers={"X-CSRFToken": token.group(1)})

    def person(self) -> str:
        """Who this is, to the ledger."""
        with self.ledger.store.read() as tx:
            found = tx.people.by_credential(self.credential)
        assert found is not None
        return found.person

    def _client(self, kind: str, digest: bytes) -> bytes:
        told = {"type": kind, "challenge": b64(digest), "origin": self.ledger.sign_url, "crossOrigin": False}
        return json.dumps(told, separators=(",", ":")).encode()

    def _authenticator(self, flags: int) -> bytes:
        host = urlsplit(self.ledger.sign_url).hostname or ""
        return hashlib.sha256(host.encode()).digest() + bytes([flags]) + bytes(4)

    def _created(self, digest: bytes) -> dict[str, Any]:
        point = self.key.public_key().public_numbers()
        x, y = point.x.to_bytes(32, "big"), point.y.to_bytes(32, "big")
        cose = encode_cbor({1: 2, 3: -7, -1: 1, -2: x, -3: y})
        data = self._authenticator(0x45) + bytes(16) + len(self.credential).to_bytes(2, "big") + self.credential + cose
        attestation = encode_cbor({"fmt": "none", "attStmt": {}, "authData": data})
        return {
            "id": b64(self.credential),
            "clientDataJSON": b64(self._client("webauthn.create", digest)),
            "attestationObject": b64(attestation),
            "transports": ["internal"],
        }

    def _got(self, digest: bytes) -> dict[str, Any]:
        client, data = self._client("webauthn.get", digest), self._authenticator(0x05)
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return {
            "id": b64(self.credential),
            "clientDataJSON": b64(client),
            "authenticatorData": b64(data),
            "signature": b64(signature),
            "userHandle": "",
        }


def read_request(address: str) -> dict[str, Any]:
    """What the signing page is sent, from the address that leads there."""
    raw = address.split("#r=", 1)[1]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(raw + "=" * (-len(raw) % 4)))
    return found


def b64(raw: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()

"""A passkey in software: what a phone and its browser answer to `navigator.credentials.get` (WebAuthn Level 3)."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from eth_abi.abi import encode

from ledger.chain import signing

_N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_HOST = "sign.localhost"
USER_PRESENT, USER_VERIFIED = 0x01, 0x04


@dataclass(frozen=True, slots=True)
class Passkey:
    """One person's P-256 key under one blind: one address for one item."""

    key: ec.EllipticCurvePrivateKey
    blind: bytes

    @property
    def public(self) -> bytes:
        """x ‖ y ‖ blind, as every signature of it carries them."""
        point = self.key.public_key().public_numbers()
        return point.x.to_bytes(32, "big") + point.y.to_bytes(32, "big") + self.blind

    @property
    def address(self) -> str:
        """Where its owner is on the chain."""
        return signing.passkey_address(self.public[:32], self.public[32:64], self.blind)

    def sign(self, digest: bytes, *, flags: int = USER_PRESENT | USER_VERIFIED, low: bool = True) -> bytes:
        """An assertion over the digest, as the contract takes it."""
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        client = f'{{"type":"webauthn.get","challenge":"{challenge}","origin":"http://{_HOST}","crossOrigin":false}}'
        authenticator = hashlib.sha256(_HOST.encode()).digest() + bytes([flags]) + bytes(4)
        message = authenticator + hashlib.sha256(client.encode()).digest()
        r, s = utils.decode_dss_signature(self.key.sign(message, ec.ECDSA(hashes.SHA256())))
        if (s > _N // 2) is low:
            s = _N - s
        fields = (
            r.to_bytes(32, "big"),
            s.to_bytes(32, "big"),
            client.index('"challenge"'),
            client.index('"type"'),
            authenticator,
            client,
        )
        return b"\x02" + self.public + encode(["bytes32", "bytes32", "uint256", "uint256", "bytes", "string"], fields)

    def by_backup(self, backup: bytes, digest: bytes) -> bytes:
        """The same owner through the backup key whose address is the blind."""
        return b"\x03" + self.public + signing.sign(backup, digest)


def passkey(number: int, blind: bytes) -> Passkey:
    """The same number is always the same key."""
    return Passkey(ec.derive_private_key(number, ec.SECP256R1()), blind)

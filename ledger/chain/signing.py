"""Signatures as the contract takes them: made with kept keys, and checked before anything is queued.

Four forms (contracts/README.md): 65 bytes of ECDSA; 0x01 and a contract wallet; 0x02 and a passkey's
assertion; 0x03 and the backup key of a passkey's address.
"""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any, Final

from coincurve import PrivateKey, PublicKey
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from eth_abi.abi import decode, encode
from eth_abi.exceptions import DecodingError

from ledger.chain.addresses import address_of, address_of_point, keccak
from ledger.domain.errors import BadSignature

__all__ = [
    "PASSKEY_TAG",
    "address_of",
    "claimed_wallet",
    "keccak",
    "passkey_address",
    "sign",
    "signer_of",
]

_HALF_N: Final = 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A0
_P256_N: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_ASSERTION: Final = ("bytes32", "bytes32", "uint256", "uint256", "bytes", "string")
_USER_PRESENT_AND_VERIFIED: Final = 0x05


PASSKEY_TAG: Final = keccak(b"touchmark.passkey.1")


def passkey_address(x: bytes, y: bytes, blind: bytes) -> str:
    """The address of a passkey's public key under a blind (one passkey a person, one address an item)."""
    return "0x" + keccak(encode(["bytes32"] * 4, [PASSKEY_TAG, x, y, blind]))[12:].hex()


def sign(private_key: bytes, digest: bytes) -> bytes:
    """65 bytes r ‖ s ‖ v (27 or 28), s in the lower half."""
    signature = PrivateKey(private_key).sign_recoverable(digest, hasher=None)
    return signature[:64] + bytes([signature[64] + 27])


def signer_of(digest: bytes, signature: bytes) -> str | None:
    """Whose signature over `digest` it is; None where only the chain can tell (a contract wallet).

    Raises BadSignature where nobody's.
    """
    if len(signature) == 65:
        return _ordinary(digest, signature)
    if len(signature) > 21 and signature[0] == 1:
        return None
    if len(signature) > 97 and signature[0] in (2, 3):
        x, y, blind = signature[1:33], signature[33:65], signature[65:97]
        if signature[0] == 2:
            _check_assertion(digest, x, y, signature[97:])
        elif "0x" + blind.hex() != "0x" + "0" * 24 + _ordinary(digest, signature[97:])[2:]:
            raise BadSignature("The backup key that signed is not the one in this passkey's address.")
        return passkey_address(x, y, blind)
    raise BadSignature(
        f"A signature of {len(signature)} bytes has none of the known forms: 65 bytes of an ordinary key, or "
        "the form byte 01 (contract wallet), 02 (passkey) or 03 (backup key) and what follows it."
    )


def claimed_wallet(signature: bytes) -> str | None:
    """The contract wallet that a signature of form 01 names."""
    return "0x" + signature[1:21].hex() if len(signature) > 21 and signature[0] == 1 else None


def _ordinary(digest: bytes, signature: bytes) -> str:
    if len(signature) != 65 or signature[64] not in (27, 28):
        raise BadSignature("An ordinary signature is 65 bytes: r, s, and 27 or 28.")
    if int.from_bytes(signature[32:64], "big") > _HALF_N:
        raise BadSignature("The signature's s lies in the upper half (EIP-2); sign again with a current library.")
    try:
        recoverable = signature[:64] + bytes([signature[64] - 27])
        return address_of_point(PublicKey.from_signature_and_message(recoverable, digest, hasher=None))
    except Exception as error:  # coincurve raises bare Exception for a point that is none
        raise BadSignature("The signature is nobody's: its numbers do not fit together.") from error


def _check_assertion(digest: bytes, x: bytes, y: bytes, blob: bytes) -> None:
    """WebAuthn Level 3, section 7.2, as far as the contract checks it too."""
    try:
        given = decode(_ASSERTION, blob)
        # One way to write an answer: bytes behind it, which nobody signed, would be bound by nothing.
        if encode(_ASSERTION, given) != blob:
            raise ValueError("not as abi.encode writes it")
        r, s, challenge_index, type_index, authenticator, client = given
        key = ec.EllipticCurvePublicNumbers(
            int.from_bytes(x, "big"), int.from_bytes(y, "big"), ec.SECP256R1()
        ).public_key()
    except (DecodingError, ValueError, OverflowError) as error:
        raise BadSignature("The passkey's answer cannot be read.") from error
    challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    if not client[challenge_index:].startswith(f'"challenge":"{challenge}"'):
        raise BadSignature("The passkey signed another message than this one.")
    if not client[type_index:].startswith('"type":"webauthn.get"') or not _is_object(client):
        raise BadSignature("The passkey's answer is not an assertion (webauthn.get).")
    if len(authenticator) < 37 or authenticator[32] & _USER_PRESENT_AND_VERIFIED != _USER_PRESENT_AND_VERIFIED:
        raise BadSignature("The passkey was used without a fingerprint, face or PIN.")
    if int.from_bytes(s, "big") > _P256_N // 2:
        raise BadSignature("The passkey signature's s lies in the upper half; the page must lower it.")
    message = authenticator + hashlib.sha256(client.encode()).digest()
    der = utils.encode_dss_signature(int.from_bytes(r, "big"), int.from_bytes(s, "big"))
    try:
        key.verify(der, message, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        raise BadSignature("The passkey's signature does not fit its message.") from None


def _is_object(client: str) -> bool:
    try:
        parsed: Any = json.loads(client)
    except ValueError:
        return False
    return isinstance(parsed, dict)

"""Passkeys as WebAuthn Level 3 has them: a new one is registered (7.1), a known one signs in (7.2).

The challenge is never a ready one: it is the EIP-712 digest of the Join or SignIn message whose fields the
signing page has shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from webauthn import verify_authentication_response, verify_registration_response
from webauthn.helpers import base64url_to_bytes, decode_credential_public_key, encode_cbor
from webauthn.helpers.cose import COSEAlgorithmIdentifier
from webauthn.helpers.decode_credential_public_key import DecodedEC2PublicKey
from webauthn.helpers.exceptions import WebAuthnException

from ledger.domain.answers import answer_digest
from ledger.domain.errors import BadSignature, Conflict, Unknown
from ledger.domain.people import Passkey
from ledger.domain.said import said
from ledger.services.ports import Ledger, Tx


@dataclass(frozen=True, slots=True)
class NewCredential:
    """A credential that an authenticator has just made: its id and its public key's coordinates (32 bytes each)."""

    credential: bytes
    x: bytes
    y: bytes


def read_created(ledger: Ledger, tx: Tx, created: Any, join: Mapping[str, Any]) -> NewCredential:
    """Check a registration against the Join message it was made for. Raises BadSignature."""
    response = _texts(created, ("id", "clientDataJSON", "attestationObject"))
    try:
        verified = verify_registration_response(
            credential={
                "id": response["id"],
                "rawId": response["id"],
                "type": "public-key",
                "response": {
                    "clientDataJSON": response["clientDataJSON"],
                    "attestationObject": response["attestationObject"],
                },
            },
            expected_challenge=answer_digest("Join", join, ledger.domain(tx), ledger.keccak),
            expected_rp_id=relying_party(ledger),
            expected_origin=ledger.sign_url,
            require_user_verification=True,
            supported_pub_key_algs=[COSEAlgorithmIdentifier.ECDSA_SHA_256],
        )
        key = decode_credential_public_key(verified.credential_public_key)
    except (WebAuthnException, ValueError) as error:
        raise _refused(error) from error
    if not isinstance(key, DecodedEC2PublicKey) or len(key.x) != 32 or len(key.y) != 32:
        raise BadSignature(said("This device made a key of a kind that the record cannot check. Use another device."))
    return NewCredential(verified.credential_id, key.x, key.y)


def add_passkey(ledger: Ledger, tx: Tx, person: str, new: NewCredential, label: str) -> Passkey:
    """Keep a person's new passkey; the same one again is theirs already. Raises Conflict where it is another's."""
    known = tx.people.by_credential(new.credential)
    if known is not None:
        if known.person != person or (known.x, known.y) != (new.x, new.y):
            raise Conflict(said("This passkey belongs to another account already. Sign in with it instead."))
        return known
    now = ledger.now()
    passkey = Passkey(ledger.new_id("pk"), person, new.credential, new.x, new.y, label[:80], now, now)
    tx.people.add_passkey(passkey)
    return passkey


def check_sign_in(ledger: Ledger, tx: Tx, given: Any, message: Mapping[str, Any]) -> Passkey:
    """The passkey that signed in over the SignIn message. Raises BadSignature, or Unknown for one not known here."""
    response = _texts(given, ("id", "clientDataJSON", "authenticatorData", "signature"))
    try:
        passkey = tx.people.by_credential(base64url_to_bytes(response["id"]))
    except ValueError as error:
        raise _refused(error) from error
    if passkey is None:
        raise Unknown(said("This passkey is not known here. It may be of an account that was deleted."))
    try:
        verify_authentication_response(
            credential={
                "id": response["id"],
                "rawId": response["id"],
                "type": "public-key",
                "response": {name: response[name] for name in ("clientDataJSON", "authenticatorData", "signature")},
            },
            expected_challenge=answer_digest("SignIn", message, ledger.domain(tx), ledger.keccak),
            expected_rp_id=relying_party(ledger),
            expected_origin=ledger.sign_url,
            credential_public_key=cose_key(passkey),
            # Passkeys that travel between devices count nothing; the message's own challenge is used once.
            credential_current_sign_count=0,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError) as error:
        raise _refused(error) from error
    return passkey


def relying_party(ledger: Ledger) -> str:
    """The relying party id: the host of the signing page (WebAuthn Level 3, 5.1.2)."""
    return urlsplit(ledger.sign_url).hostname or ""


def cose_key(passkey: Passkey) -> bytes:
    """The public key as COSE_Key (RFC 9053, 7.1): EC2, ES256, P-256."""
    return bytes(encode_cbor({1: 2, 3: -7, -1: 1, -2: passkey.x, -3: passkey.y}))


def _texts(given: Any, names: tuple[str, ...]) -> dict[str, str]:
    if not isinstance(given, Mapping) or not all(isinstance(given.get(name), str) for name in names):
        raise BadSignature(said("The passkey’s answer cannot be read. Try again."))
    return {name: given[name] for name in names}


def _refused(error: Exception) -> BadSignature:
    refusal = BadSignature(said("The passkey’s answer does not fit what was asked. Try again from the beginning."))
    refusal.__cause__ = error
    return refusal

"""Private keys made from a secret: the claim key of a card, the link key of a handover."""

from __future__ import annotations

import hmac

_SECP256K1_N = 0xFFFFFFFF_FFFFFFFF_FFFFFFFF_FFFFFFFE_BAAEDCE6_AF48A03B_BFD25E8C_D0364141
_WIDE_BYTES = 48


def private_key(key_material: bytes, salt: bytes, info: bytes) -> bytes:
    """32 bytes, a private key of secp256k1 (1 … n - 1).

    HKDF-SHA256 (RFC 5869) to 48 bytes, reduced modulo n - 1, plus one, so that the bias is below 2⁻¹²⁸
    (FIPS 186-5, A.2.1).
    """
    wide = _hkdf_sha256(key_material, salt, info, _WIDE_BYTES)
    return (int.from_bytes(wide, "big") % (_SECP256K1_N - 1) + 1).to_bytes(32, "big")


def _hkdf_sha256(key_material: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    extracted = hmac.digest(salt, key_material, "sha256")
    block, out = b"", b""
    for counter in range(1, -(-length // 32) + 1):
        block = hmac.digest(extracted, block + info + bytes([counter]), "sha256")
        out += block
    return out[:length]

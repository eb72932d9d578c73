"""Claim codes: the secret on the sealed card, and the key that it opens with the activation half."""

from __future__ import annotations

import hmac
from collections.abc import Callable

from ledger.domain import crockford
from ledger.domain.characters import first_foreign, named
from ledger.domain.errors import Invalid

LENGTH = 17
"""16 random characters and a check character."""

HALF_BYTES = 16
"""Length of an activation half."""

_INFO = b"touchmark/claim/1"
_SECP256K1_N = 0xFFFFFFFF_FFFFFFFF_FFFFFFFF_FFFFFFFE_BAAEDCE6_AF48A03B_BFD25E8C_D0364141


def make_code(randbytes: Callable[[int], bytes]) -> str:
    """A new claim code: 80 random bits as 16 Crockford characters, and their check character.

    `randbytes(n)` gives n bytes that nobody can foresee.
    """
    return crockford.with_check(crockford.encode(randbytes(10)))


def check_code(text: str) -> str:
    """The claim code that was meant: tidied, complete, its check character right.

    Raises Invalid that names a foreign character, a wrong length, or says that a character is misread.
    No sentence repeats the code, which is a secret.
    """
    code = crockford.tidy(text)
    foreign = first_foreign(code, crockford.CHARACTERS)
    if foreign:
        raise Invalid(
            f"A claim code never has {named(foreign[1])} in it (character {foreign[0]}, not counting spaces "
            "and dashes); read that character again."
        )
    if len(code) != LENGTH:
        raise Invalid(f"A claim code has {LENGTH} characters, this one has {len(code)}; compare it with the card.")
    if not crockford.holds(code):
        raise Invalid("One character of the claim code is misread; compare it with the card, group by group.")
    return code


def claim_private_key(code: str, activation_half: bytes, item_id: int) -> bytes:
    """The claim key of one item: 32 bytes, a private key of secp256k1 (1 … n - 1).

    HKDF-SHA256 (RFC 5869) over the code's 10 bytes, with the activation half (16 bytes) as salt and
    `touchmark/claim/1` ‖ item id (32 bytes) as info; 48 bytes reduced modulo n - 1, plus one, so that
    the bias is below 2⁻¹²⁸ (FIPS 186-5, A.2.1).

    Raises Invalid for a code that `check_code` refuses.
    """
    if len(activation_half) != HALF_BYTES:
        raise ValueError(f"an activation half has {HALF_BYTES} bytes, not {len(activation_half)}")
    secret = crockford.decode(check_code(code)[:-1])
    wide = _hkdf_sha256(secret, activation_half, _INFO + item_id.to_bytes(32, "big"), 48)
    return (int.from_bytes(wide, "big") % (_SECP256K1_N - 1) + 1).to_bytes(32, "big")


def _hkdf_sha256(key_material: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    extracted = hmac.digest(salt, key_material, "sha256")
    block, out = b"", b""
    for counter in range(1, -(-length // 32) + 1):
        block = hmac.digest(extracted, block + info + bytes([counter]), "sha256")
        out += block
    return out[:length]

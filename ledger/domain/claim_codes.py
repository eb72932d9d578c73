"""Claim codes: the secret on the sealed card, and the key that it opens with the activation half."""

from __future__ import annotations

import hmac
from collections.abc import Callable

from ledger.domain import crockford, derived_keys
from ledger.domain.characters import first_foreign, named
from ledger.domain.errors import Invalid
from ledger.domain.said import said

LENGTH = 17
"""16 random characters and a check character."""

SECRET_BYTES = 10
"""Length of the secret that a code spells."""

HALF_BYTES = 16
"""Length of an activation half."""

_INFO = b"touchmark/claim/1"
_HALF_INFO = b"touchmark/activation/1"


def make_code(randbytes: Callable[[int], bytes]) -> str:
    """A new claim code: 80 random bits as 16 Crockford characters, and their check character.

    `randbytes(n)` gives n bytes that nobody can foresee.
    """
    return crockford.with_check(crockford.encode(randbytes(SECRET_BYTES)))


def make_codes(secrets: bytes) -> list[str]:
    """The claim codes of many secrets of ten bytes each, one behind the other: `make_code`, only faster."""
    return crockford.with_checks(crockford.encode_each(secrets, SECRET_BYTES))


def check_code(text: str) -> str:
    """The claim code that was meant: tidied, complete, its check character right.

    Raises Invalid that names a foreign character, a wrong length, or says that a character is misread.
    No sentence repeats the code, which is a secret.
    """
    code = crockford.tidy(text)
    foreign = first_foreign(code, crockford.CHARACTERS)
    if foreign:
        raise Invalid(
            said(
                "A claim code never has %(character)s in it (character %(foreign)s, not counting spaces and "
                "dashes); read that character again.",
                character=named(foreign[1]),
                foreign=foreign[0],
            )
        )
    if len(code) != LENGTH:
        raise Invalid(
            said(
                "A claim code has %(length)s characters, this one has %(count)s; compare it with the card.",
                length=LENGTH,
                count=len(code),
            )
        )
    if not crockford.holds(code):
        raise Invalid(said("One character of the claim code is misread; compare it with the card, group by group."))
    return code


def activation_half(batch_secret: bytes, item: int) -> bytes:
    """The half of the claim key that is released when the item goes on sale; 16 bytes, from the batch's secret."""
    return hmac.digest(batch_secret, _HALF_INFO + item.to_bytes(32, "big"), "sha256")[:HALF_BYTES]


def claim_private_key(code: str, activation_half: bytes, item_id: int) -> bytes:
    """The claim key of one item: 32 bytes, a private key of secp256k1 (1 … n - 1).

    Raises Invalid for a code that `check_code` refuses.
    """
    return claim_key(crockford.decode(check_code(code)[:-1]), activation_half, item_id)


def claim_key(secret: bytes, activation_half: bytes, item_id: int) -> bytes:
    """The same, of the 10 bytes that a code spells.

    Derived (`derived_keys.private_key`) from the code's 10 bytes, with the activation half (16 bytes) as
    salt and `touchmark/claim/1` ‖ item id (32 bytes) as info.
    """
    if len(activation_half) != HALF_BYTES:
        raise ValueError(f"an activation half has {HALF_BYTES} bytes, not {len(activation_half)}")
    return derived_keys.private_key(secret, activation_half, _INFO + item_id.to_bytes(32, "big"))

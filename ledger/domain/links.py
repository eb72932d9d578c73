"""Handover links: a secret in the link and six digits by another way make the link key together."""

from __future__ import annotations

import re

from ledger.domain import derived_keys
from ledger.domain.errors import Invalid
from ledger.domain.identity import ItemId

SECRET_BYTES = 16
"""Length of the secret in a link's fragment, which no server sees."""

CODE_DIGITS = 6

_INFO = b"touchmark/link/1"


def check_code(text: str) -> str:
    """The six digits that were meant: spaces and dashes ignored, full-width digits read as plain ones.

    Raises Invalid where it is not six digits. The sentence does not repeat them.
    """
    code = re.sub(r"[\s\-\u2010-\u2015]", "", text).translate({0xFF10 + digit: str(digit) for digit in range(10)})
    if not re.fullmatch(r"[0-9]{6}", code):
        raise Invalid(f"The code has {CODE_DIGITS} digits and nothing else; compare it with what the seller sent you.")
    return code


def link_key(secret: bytes, code: str, item: ItemId | int) -> bytes:
    """The link key of one handover: 32 bytes, a private key of secp256k1 (1 … n - 1).

    Derived (`derived_keys.private_key`) from the link's secret (16 bytes), with the six digits (UTF-8) as salt
    and `touchmark/link/1` ‖ item id (32 bytes) as info. Raises Invalid for a code that `check_code` refuses.
    """
    if len(secret) != SECRET_BYTES:
        raise ValueError(f"a link's secret has {SECRET_BYTES} bytes, not {len(secret)}")
    return derived_keys.private_key(secret, check_code(code).encode(), _INFO + item.to_bytes(32, "big"))

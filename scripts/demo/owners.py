"""The owners' side: keys that never leave their owners, and what a phone does with them.

Every item gets an address of its own, so that nobody can tell from the record what else a person owns.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import Any

from eth_account import Account

_ORDER = 0xFFFFFFFF_FFFFFFFF_FFFFFFFF_FFFFFFFE_BAAEDCE6_AF48A03B_BFD25E8C_D0364141


@dataclass(frozen=True, slots=True)
class Owner:
    """One person's key for one item."""

    name: str
    key: bytes

    @property
    def address(self) -> str:
        """The address that the record shows."""
        return str(Account.from_key(self.key).address).lower()


def owner(seed: bytes, name: str, item: str) -> Owner:
    """The key of a person of the story for one item, the same at every telling."""
    drawn = int.from_bytes(hmac.digest(seed, f"{name}/{item}".encode(), "sha512"), "big")
    return Owner(name, (drawn % (_ORDER - 1) + 1).to_bytes(32, "big"))


def sign(key: bytes, typed_data: dict[str, Any]) -> str:
    """The signature of a message as `eth_signTypedData_v4` makes it, in 0x text."""
    return "0x" + bytes(Account.sign_typed_data(key, full_message=typed_data).signature).hex()

"""AES-128 for `ledger.domain.tag_keys`, by the `cryptography` package."""

from __future__ import annotations

from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.cmac import CMAC


class Aes128:
    """Single blocks and CMAC. Holds no key."""

    def encrypt(self, key: bytes, block: bytes) -> bytes:
        """One block."""
        return Cipher(AES(key), modes.ECB()).encryptor().update(block)  # noqa: S305 - one block: modes are built above

    def decrypt(self, key: bytes, block: bytes) -> bytes:
        """One block back."""
        return Cipher(AES(key), modes.ECB()).decryptor().update(block)  # noqa: S305 - one block: modes are built above

    def cmac(self, key: bytes, message: bytes) -> bytes:
        """CMAC (RFC 4493), 16 bytes."""
        made = CMAC(AES(key))
        made.update(message)
        return made.finalize()

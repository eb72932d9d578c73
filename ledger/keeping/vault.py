"""Secrets at rest: one passphrase, AES-256-GCM for what we must read again, keystores for signing keys.

The passphrase comes from the environment, or from a file of the data folder that only its user can
read and that is made, with 256 random bits, when there is none.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import stat
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from eth_account import Account

from ledger.domain.errors import Unavailable
from ledger.keeping.files import sync_folder

_NONCE = 12
_MOST_OPEN = 1_000
_KEYSTORE_ROUNDS = 1 << 12
"""scrypt cost of keystores. Low, because the passphrase is not a person's: its own file has 256 bits."""


class Vault:
    """Encrypts and decrypts. Holds the derived key in memory, never writes or logs it."""

    def __init__(self, passphrase: str, salt: bytes) -> None:
        # RFC 7914 parameters for about 50 ms: the passphrase may be an operator's own, so weaker than ours.
        self._key = hashlib.scrypt(
            passphrase.encode(), salt=salt, n=1 << 14, r=8, p=1, dklen=32, maxmem=64 * 1024 * 1024
        )
        self._cipher = AESGCM(self._key)
        self._opened: dict[tuple[str, str], bytes] = {}
        self._keystore_passphrase = hashlib.sha256(b"touchmark/keystore/1" + self._key).hexdigest()

    def derive(self, purpose: str) -> bytes:
        """32 bytes for one purpose, always the same."""
        return hashlib.sha256(b"touchmark/derive/1:" + purpose.encode() + b":" + self._key).digest()

    def seal(self, plain: bytes, purpose: str) -> bytes:
        """Encrypt, bound to a purpose: what was sealed for one opens for no other."""
        nonce = secrets.token_bytes(_NONCE)
        return nonce + self._cipher.encrypt(nonce, plain, purpose.encode())

    def open(self, sealed: bytes, purpose: str) -> bytes:
        """Decrypt. Raises Unavailable where the passphrase is another, or the bytes are damaged."""
        try:
            return self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], purpose.encode())
        except (InvalidTag, ValueError):
            raise Unavailable(
                "A kept secret cannot be opened: TOUCHMARK_PASSPHRASE is not the one it was sealed with, "
                "or the data folder is damaged. Start with the right passphrase."
            ) from None

    def new_key(self) -> tuple[str, dict[str, Any]]:
        """A new signing key: its address and its encrypted keystore (Web3 Secret Storage)."""
        account = Account.create(secrets.token_hex(32))
        keystore = Account.encrypt(account.key, self._keystore_passphrase, kdf="scrypt", iterations=_KEYSTORE_ROUNDS)
        return account.address.lower(), dict(keystore)

    def open_key(self, keystore: dict[str, Any]) -> bytes:
        """The private key in a keystore. Raises Unavailable where the passphrase is another.

        Opened ones stay in memory, as the passphrase's key does: to open one costs tens of milliseconds, and the
        worker needs two at every turn.
        """
        try:
            name = str(keystore["crypto"]["mac"]), str(keystore["crypto"]["ciphertext"])
            if name not in self._opened:
                if len(self._opened) >= _MOST_OPEN:
                    self._opened.clear()
                self._opened[name] = bytes(Account.decrypt(keystore, self._keystore_passphrase))
            return self._opened[name]
        except (ValueError, KeyError, TypeError):
            raise Unavailable(
                "A kept signing key cannot be opened: TOUCHMARK_PASSPHRASE is not the one it was kept with."
            ) from None


def open_vault(data: Path, passphrase: str | None) -> Vault:
    """The vault of a data folder, made on first use. Raises Unavailable where the passphrase is wrong."""
    folder = data / "secrets"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if passphrase is None:
        passphrase = _made(folder / "passphrase", lambda: secrets.token_hex(32).encode()).decode()
    vault = Vault(passphrase, _made(folder / "salt", lambda: secrets.token_bytes(16)))
    probe = folder / "probe"
    if not probe.exists():
        _made(probe, lambda: vault.seal(b"touchmark", "probe"))
    vault.open(probe.read_bytes(), "probe")
    return vault


def _made(path: Path, make: Any) -> bytes:
    """The file's bytes; made once, readable by its user alone, even where two processes start together."""
    if not path.exists():
        temporary = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, stat.S_IRUSR | stat.S_IWUSR)
        with os.fdopen(descriptor, "wb") as file:
            file.write(make())
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(temporary, path)  # fails, atomically, where another process was first
        except FileExistsError:
            pass
        finally:
            temporary.unlink()
        # Before anything is sealed with it: a power cut must not take the key and leave what it locks.
        sync_folder(path.parent)
    return path.read_bytes()

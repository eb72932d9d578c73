"""An owner's own key: an encrypted file outside the ledger, opened with a passphrase that only they know.

Web3 Secret Storage, version 3, as every wallet reads it. The operator keeps no owner's key: this is for
people who work at a command line, in the place of the passkey that the pages use.
"""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path
from typing import Any, Final

import click
from eth_account import Account

from ledger.cli.writing import whole_file
from ledger.domain.errors import Forbidden, Invalid, Unavailable
from ledger.settings import Settings

PASSPHRASE: Final = "TOUCHMARK_OWNER_PASSPHRASE"  # noqa: S105 - the variable's name
SHORTEST: Final = 8
_MOST: Final = 16 * 1024


def make_owner_file(path: Path, settings: Settings) -> str:
    """Make a key and write it encrypted to `path`; returns its address.

    Raises Forbidden inside the ledger's own folder, Conflict where the file exists, Invalid for a short passphrase.
    """
    if path.resolve().is_relative_to(settings.data.resolve()):
        raise Forbidden("An owner's key does not belong into the ledger's folder. Write it somewhere else.")
    passphrase = _passphrase(confirm=True)
    if len(passphrase) < SHORTEST:
        raise Invalid(f"The passphrase needs {SHORTEST} characters at least.")
    account = Account.create(secrets.token_hex(32))
    keystore = Account.encrypt(account.key, passphrase, kdf="scrypt")
    with whole_file(path, secret=True, replace=False) as target:
        target.write(json.dumps(keystore).encode())
    return str(account.address).lower()


def open_owner_file(path: Path) -> bytes:
    """The private key. Raises Unavailable where the file cannot be read, Forbidden for a wrong passphrase."""
    try:
        with path.open("rb") as file:
            keystore: Any = json.loads(file.read(_MOST))
    except OSError as error:
        raise Unavailable(f"{path} cannot be read ({error.strerror}).") from error
    except ValueError:
        keystore = None
    if not isinstance(keystore, dict) or "crypto" not in keystore:
        raise Invalid(f"{path} is not an owner's key file. `touchmark owner-key new FILE` makes one.")
    try:
        return bytes(Account.decrypt(keystore, _passphrase(confirm=False)))
    except (ValueError, KeyError, TypeError):
        raise Forbidden(f"{path} does not open with this passphrase.") from None


def _passphrase(*, confirm: bool) -> str:
    given = os.environ.get(PASSPHRASE)
    if given is not None:
        return given
    return str(click.prompt("Passphrase of the owner's key", hide_input=True, confirmation_prompt=confirm, err=True))

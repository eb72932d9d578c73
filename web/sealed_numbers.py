"""Numbers that stand on the chain for everybody, in addresses that only we can make.

An item's number and a statement's hash can be read off the chain. A page at a bare number would hand the serial behind
it to whoever reads the chain, and a list of genuine serials is all that a copier of labels needs. So the number has a
seal (HMAC-SHA256 under a key of the vault, 64 bits): whoever has the address got it from a page that knew the serial.
"""

from __future__ import annotations

import hmac
from typing import Any, Final

from flask import current_app
from werkzeug.routing import BaseConverter, ValidationError

from ledger.services.ports import Ledger

_KEY: Final = "sealed_numbers"


def sealed(ledger: Ledger, number: int) -> str:
    """A number of 256 bits with its seal, as an address holds it."""
    return _with_seal(ledger.vault.derive("sealed numbers"), number)


class SealedNumber(BaseConverter):
    """A sealed number in an address; one with another seal is no address of ours."""

    regex = "[0-9a-f]{64}-[0-9a-f]{16}"

    def to_python(self, value: str) -> int:
        """The number. Raises ValidationError, which ends in 404, for a seal that is not its own."""
        number = int(value[:64], 16)
        if not hmac.compare_digest(value, _with_seal(_key(), number)):
            raise ValidationError
        return number

    def to_url(self, value: Any) -> str:
        """The number with its seal."""
        return _with_seal(_key(), int(value))


def _key() -> bytes:
    known = current_app.extensions.get(_KEY)
    if known is None:
        # Derived once: every page has several such addresses.
        known = current_app.extensions[_KEY] = current_app.extensions["ledger"].vault.derive("sealed numbers")
    return bytes(known)


def _with_seal(key: bytes, number: int) -> str:
    seal = hmac.digest(key, number.to_bytes(32, "big"), "sha256")[:8]
    return f"{number:064x}-{seal.hex()}"

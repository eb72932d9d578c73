"""The file for whoever writes tags: addresses, where their changing parts stand, and keys; sealed with a passphrase.

The file is JSON: how it was sealed, and one ciphertext (Base64). Whoever has the passphrase, and nobody else, opens
it: `touchmark tag open`, or any program, by scrypt (RFC 7914) and AES-256-GCM over the UTF-8 JSON within. The
passphrase goes another way than the file.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ledger.domain.errors import BadSignature, Invalid
from ledger.domain.said import said
from ledger.domain.sun_messages import Mode
from ledger.domain.tag_keys import FILE_KEY, META_KEY

TYPE: Final = "touchmark/tag-encoding/1"
SHORTEST: Final = 12
"""Characters of a passphrase."""
_N: Final = 1 << 15
_MEMORY: Final = 64 * 1024 * 1024
_FILE: Final = 256
"""Bytes of an NTAG 424 DNA's address file (file 02h)."""
_SCHEMES: Final = {"https://": 4, "http://": 3}
"""Abbreviations of an NDEF URI record (NFC Forum, URI RTD 1.0, table 3)."""


def address_file(link: str, mode: Mode, *, sealed: bool) -> dict[str, Any]:
    """What is written into a tag's file 02h for this item, and the settings of its dynamic parts (AN12196, 4.4).

    Offsets count the file's bytes from 0. Raises Invalid where the address does not fit.
    """
    digits = 32 if mode is Mode.AES else 48
    parts = [("picc_data", digits), *([("enc", 32)] if sealed else []), ("cmac", 16)]
    url, places = link, {}
    for number, (name, length) in enumerate(parts):
        url += f"{'&' if number else '?'}{name}="
        places[name] = len(url)
        url += "0" * length
    scheme = next((one for one in _SCHEMES if url.startswith(one)), None)
    if scheme is None:
        raise Invalid(said("Tags carry web addresses; this one begins with neither https:// nor http://."))
    payload = bytes((_SCHEMES[scheme],)) + url[len(scheme) :].encode()
    if 2 + 4 + len(payload) > _FILE or len(payload) > 255:
        raise Invalid(
            said("The address %(link)s is too long for a tag. Give such items shorter serials.", link=link[:120])
        )
    record = b"\xd1\x01" + bytes((len(payload),)) + b"U" + payload
    # Two bytes of length, four of the record's head, one for the scheme.
    shift = 2 + 4 + 1 - len(scheme)
    where = {name: place + shift for name, place in places.items()}
    settings: dict[str, Any] = {
        "mode": mode.value,
        "meta_read_key": META_KEY,
        "file_read_key": FILE_KEY,
        "picc_data_offset": where["picc_data"],
        "mac_input_offset": where["enc"] if sealed else where["cmac"],
        "mac_offset": where["cmac"],
    }
    if sealed:
        settings |= {"enc_offset": where["enc"], "enc_length": 32, "tt_status_offset": where["enc"]}
    return {"url": url, "file": (len(record).to_bytes(2, "big") + record).hex(), "settings": settings}


def seal_file(tags: Sequence[Mapping[str, Any]], passphrase: str, salt: bytes, nonce: bytes) -> bytes:
    """The sealed file. `salt` has 16 random bytes, `nonce` 12. Raises Invalid for a short passphrase."""
    if len(passphrase) < SHORTEST:
        raise Invalid(
            said("A passphrase has at least %(n)s characters. Five words that nobody guesses do well.", n=SHORTEST)
        )
    plain = json.dumps({"type": TYPE, "tags": list(tags)}, ensure_ascii=False, separators=(",", ":")).encode()
    head = {
        "type": TYPE,
        "kdf": {"name": "scrypt", "n": _N, "r": 8, "p": 1, "salt": _b64(salt)},
        "cipher": {"name": "AES-256-GCM", "nonce": _b64(nonce)},
    }
    sealed = AESGCM(_key(passphrase, salt)).encrypt(nonce, plain, TYPE.encode())
    return json.dumps(head | {"sealed": _b64(sealed)}, indent=1).encode() + b"\n"


def open_file(content: bytes, passphrase: str) -> list[dict[str, Any]]:
    """The tags in a sealed file. Raises Invalid for another kind of file, BadSignature for a wrong passphrase."""
    try:
        told = json.loads(content)
        if told["type"] != TYPE or (told["kdf"]["n"], told["kdf"]["r"], told["kdf"]["p"]) != (_N, 8, 1):
            raise ValueError
        salt, nonce, sealed = (
            base64.b64decode(one, validate=True)
            for one in (told["kdf"]["salt"], told["cipher"]["nonce"], told["sealed"])
        )
    except (ValueError, KeyError, TypeError, RecursionError):
        raise Invalid(
            said("This is not a file for encoding tags, or it is damaged. Use the file as it was saved.")
        ) from None
    try:
        plain = AESGCM(_key(passphrase, salt)).decrypt(nonce, sealed, TYPE.encode())
    except (InvalidTag, ValueError):
        raise BadSignature(said("The passphrase does not open this file, or the file is damaged.")) from None
    found: list[dict[str, Any]] = json.loads(plain)["tags"]
    return found


def _key(passphrase: str, salt: bytes) -> bytes:
    return hashlib.scrypt(passphrase.encode(), salt=salt, n=_N, r=8, p=1, dklen=32, maxmem=_MEMORY)


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()

"""What an item is called: GTIN and serial, the path of its GS1 Digital Link, and its number on the chain."""

from __future__ import annotations

from collections.abc import Callable
from typing import NewType
from urllib.parse import quote, urlsplit, urlunsplit

from ledger.domain.codes import BareSerial, Code, Exact, ProductOnly, parse_code
from ledger.domain.gtins import Gtin, check_gtin, gtin_matches_prefix

__all__ = [
    "BareSerial",
    "Code",
    "Exact",
    "Gtin",
    "ItemId",
    "ProductOnly",
    "check_gtin",
    "digital_link",
    "gtin_matches_prefix",
    "item_id",
    "label_uri",
    "parse_code",
    "path",
    "path_hash",
]

ItemId = NewType("ItemId", int)
"""256 bits: the ERC-721 token id."""

_QR_ALPHANUMERIC = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")
_BRAND_LIMIT = 2**24


def path(gtin: Gtin, serial: str) -> str:
    """The path of the item's canonical GS1 Digital Link: `/01/{gtin}/21/{serial}`.

    All of the serial but letters, digits and `- . _ ~` is percent-encoded, in upper case (RFC 3986, 2.3).
    """
    plain = serial.isalnum() and serial.isascii()
    return f"/01/{gtin}/21/{serial if plain else quote(serial, safe='')}"


def path_hash(path: str, keccak: Callable[[bytes], bytes]) -> bytes:
    """`keccak256(utf8(path))`, 32 bytes."""
    return keccak(path.encode())


def item_id(brand: int, path_hash: bytes, keccak: Callable[[bytes], bytes]) -> ItemId:
    """`uint256(keccak256(abi.encode(brand, pathHash)))`, as the contract computes it."""
    if not 0 <= brand < _BRAND_LIMIT or len(path_hash) != 32:
        raise ValueError("an item id is made of a brand number below 2**24 and a path hash of 32 bytes")
    return ItemId(int.from_bytes(keccak(brand.to_bytes(32, "big") + path_hash), "big"))


def digital_link(base_url: str, gtin: Gtin, serial: str) -> str:
    """The item's GS1 Digital Link at a resolver, such as `https://v.example.com` or one with a path."""
    return base_url.rstrip("/") + path(gtin, serial)


def label_uri(base_url: str, gtin: Gtin, serial: str) -> str:
    """The same link as a label's QR code carries it.

    With scheme and host in upper case, which mean the same (RFC 3986, 6.2.2.1), the whole fits the
    QR alphanumeric mode and the symbol gets smaller. Where the serial or the resolver's own path has
    other characters the case would gain nothing, and the link is the ordinary one.
    """
    link = digital_link(base_url, gtin, serial)
    parts = urlsplit(link)
    upper = urlunsplit(parts._replace(netloc=parts.netloc.upper()))
    upper = parts.scheme.upper() + upper[len(parts.scheme) :]
    return upper if _QR_ALPHANUMERIC.issuperset(upper) else link

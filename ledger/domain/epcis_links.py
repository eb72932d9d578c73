"""GS1 identifiers as EPCIS events write them, and the one form in which they are compared.

EPC URNs (EPC Tag Data Standard, section 6) and GS1 Digital Link URIs of any host become the constrained canonical
GS1 Digital Link of CBV 2.0, "EPCIS Event Hash ID", rules 17 and 18: host `id.gs1.org`, no query, and only the
finest level of identification.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import unquote

from ledger.domain.errors import Invalid
from ledger.domain.gtins import Gtin, check_digit, check_gtin
from ledger.domain.identity import path
from ledger.domain.serials import check_serial

HOST: Final = "https://id.gs1.org"
_LONGEST: Final = 2_000
_PREFIX: Final = re.compile(r"[0-9]{6,12}")
_TEXT: Final = re.compile(r"(?:%[0-9A-Fa-f]{2}|[!'()*+,.0-9:;=A-Za-z_-]){1,30}")
_DIGITS: Final = re.compile(r"[0-9]+")
_ESCAPED: Final = str.maketrans({mark: f"%{ord(mark):02X}" for mark in "!()*+,:"})


def item_link(gtin: Gtin, serial: str) -> str:
    """The item's EPC: its canonical GS1 Digital Link, the same whoever resolves it (CBV 2.0, section 8.2.1)."""
    return HOST + path(gtin, serial)


def item_of(epc: str) -> tuple[Gtin, str] | None:
    """The GTIN and serial that an EPC names, as URN or as GS1 Digital Link; None for whatever else it names."""
    link = _from_urn(epc) if epc.startswith("urn:epc:id:sgtin:") else epc
    found = _ITEM.search(link) if link is not None else None
    if found is None:
        return None
    try:
        return check_gtin(found["gtin"]), check_serial(unquote(found["serial"]))
    except Invalid:
        return None


def canonical_link(uri: str) -> str | None:
    """The constrained canonical GS1 Digital Link of an EPC URN or of a GS1 Digital Link; None for other URIs.

    None, too, for what is longer than an identifier can be: a text of megabytes is not searched for one.
    """
    if len(uri) > _LONGEST:
        return None
    if uri.startswith("urn:epc:"):
        return _from_urn(uri)
    return _from_link(uri) if uri.startswith(("https://", "http://")) else None


_ITEM: Final = re.compile(
    r"^https?://[^?#]*?/(?:01|gtin)/(?P<gtin>[0-9]{8}|[0-9]{12,14})(?:/(?:22|cpv)/[^/?#]+)?(?:/(?:10|lot)/[^/?#]+)?"
    r"/(?:21|ser)/(?P<serial>[^/?#]+)/?(?:[?#]|$)"
)


def _from_urn(urn: str) -> str | None:
    try:
        _, _, kind, scheme, rest = urn.split(":", 4)
    except ValueError:
        return None
    made = _URNS.get((kind, scheme))
    if made is None:
        return None
    parts = rest.split(".")
    if not _PREFIX.fullmatch(parts[0]):
        return None
    try:
        return HOST + made(*_joined(parts, made.__code__.co_argcount))
    except (TypeError, ValueError):
        return None


def _joined(parts: list[str], count: int) -> list[str]:
    """The parts of a URN, its last one whole again: serials may hold dots."""
    return [*parts[: count - 1], ".".join(parts[count - 1 :])] if len(parts) > count else parts


def _keyed(prefix: str, reference: str, digits: int) -> str:
    """A numeric key of so many digits with its check digit."""
    key = prefix + reference
    if len(key) != digits or not (_DIGITS.fullmatch(key)):
        raise ValueError
    return key + check_digit(key)


def _led(prefix: str, reference: str, digits: int) -> str:
    """The same where the reference's first digit leads (GTIN, SSCC)."""
    return _keyed(reference[:1] + prefix, reference[1:], digits)


def _text(value: str) -> str:
    if not _TEXT.fullmatch(value):
        raise ValueError
    return value.translate(_ESCAPED)


def _sgln(prefix: str, location: str, extension: str) -> str:
    gln = f"/414/{_keyed(prefix, location, 12)}"
    return gln if extension == "0" else f"{gln}/254/{_text(extension)}"


def _any(value: str) -> str:
    if value != "*":
        raise ValueError
    return ""


_URNS: Final[Mapping[tuple[str, str], Callable[..., str]]] = {
    ("id", "sgtin"): lambda p, r, s: f"/01/{_led(p, r, 13)}/21/{_text(s)}",
    ("id", "sscc"): lambda p, r: f"/00/{_led(p, r, 17)}",
    ("id", "sgln"): lambda p, r, e: _sgln(p, r, e),
    ("id", "grai"): lambda p, r, s: f"/8003/0{_keyed(p, r, 12)}{_text(s)}",
    ("id", "giai"): lambda p, r: f"/8004/{p}{_text(r)}",
    ("id", "gsrn"): lambda p, r: f"/8018/{_keyed(p, r, 17)}",
    ("id", "gsrnp"): lambda p, r: f"/8017/{_keyed(p, r, 17)}",
    ("id", "gdti"): lambda p, r, s: f"/253/{_keyed(p, r, 12)}{_text(s)}",
    ("id", "cpi"): lambda p, r, s: f"/8010/{p}{_text(r)}/8011/{s}",
    ("id", "sgcn"): lambda p, r, s: f"/255/{_keyed(p, r, 12)}{s}",
    ("id", "ginc"): lambda p, r: f"/401/{p}{_text(r)}",
    ("id", "gsin"): lambda p, r: f"/402/{_keyed(p, r, 16)}",
    ("id", "itip"): lambda p, r, piece, total, s: f"/8006/{_led(p, r, 13)}{piece}{total}/21/{_text(s)}",
    ("id", "upui"): lambda p, r, s: f"/01/{_led(p, r, 13)}/235/{_text(s)}",
    ("id", "pgln"): lambda p, r: f"/417/{_keyed(p, r, 12)}",
    ("class", "lgtin"): lambda p, r, lot: f"/01/{_led(p, r, 13)}/10/{_text(lot)}",
    ("idpat", "sgtin"): lambda p, r, s: f"/01/{_led(p, r, 13)}{_any(s)}",
    ("idpat", "grai"): lambda p, r, s: f"/8003/0{_keyed(p, r, 12)}{_any(s)}",
    ("idpat", "gdti"): lambda p, r, s: f"/253/{_keyed(p, r, 12)}{_any(s)}",
    ("idpat", "sgcn"): lambda p, r, s: f"/255/{_keyed(p, r, 12)}{_any(s)}",
    ("idpat", "cpi"): lambda p, r, s: f"/8010/{p}{_text(r)}{_any(s)}",
    ("idpat", "itip"): lambda p, r, piece, total, s: f"/8006/{_led(p, r, 13)}{piece}{total}{_any(s)}",
    ("idpat", "upui"): lambda p, r, s: f"/01/{_led(p, r, 13)}{_any(s)}",
}
"""How each scheme becomes a path; the last part of those that end in a serial may hold dots."""

_NAMES: Final = {
    "gtin": "01", "itip": "8006", "cpid": "8010", "gln": "414", "party": "417", "gsrnp": "8017", "gsrn": "8018",
    "gcn": "255", "sscc": "00", "gdti": "253", "ginc": "401", "gsin": "402", "grai": "8003", "giai": "8004",
    "cpv": "22", "lot": "10", "ser": "21",
}  # fmt: skip
_SIGNS: Final = r"[\"'.0-9;-?A-Z_a-z-]"
_CANONICAL: Final = re.compile(
    rf"/00/[0-9]{{18}}|/01/[0-9]{{14}}(?:/(?:21|10)/{_SIGNS}{{0,20}}|/235/{_SIGNS}{{0,28}})?"
    rf"|/253/[0-9]{{13}}{_SIGNS}{{0,17}}|/255/[0-9]{{13,25}}|/401/{_SIGNS}{{0,30}}|/402/[0-9]{{17}}"
    rf"|/414/[0-9]{{13}}(?:/254/{_SIGNS}{{0,20}})?|/417/[0-9]{{13}}|/8003/[0-9]{{14}}{_SIGNS}{{0,16}}"
    rf"|/8004/{_SIGNS}{{0,30}}|/8006/[0-9]{{18}}(?:/(?:21|10)/{_SIGNS}{{0,20}})?"
    r"|/8010/[#0-9A-Z/-]{0,30}(?:/8011/[0-9]{0,12})?|/8017/[0-9]{18}|/8018/[0-9]{18}"
)
_LINK: Final = re.compile(
    r"https?://[^/?#]*(?:/[^?#]*?)??(?P<path>/(?:00|01|253|255|401|402|414|417|8003|8004|8006|8010|8017|8018)"
    r"/[0-9]{4}[^/?#]+(?:/[^?#]*)?)"
)


def _from_link(link: str) -> str | None:
    named = re.sub(r"/([a-z]+)(?=/)", lambda found: "/" + _NAMES.get(found[1], found[1]), link.partition("?")[0])
    found = _LINK.fullmatch(named)
    if found is None:
        return None
    bare = re.sub(r"^/01/([0-9]{8}|[0-9]{12,13})(?=/|$)", lambda one: "/01/" + one[1].zfill(14), found["path"])
    bare = re.sub(r"^(/(?:01|8006)/[0-9]+)/22/[^/]*", r"\1", bare)
    bare = re.sub(r"^(/(?:01|8006)/[0-9]+)/10/[^/]*(?=/21/)", r"\1", bare)
    return HOST + bare if _CANONICAL.fullmatch(bare) else None

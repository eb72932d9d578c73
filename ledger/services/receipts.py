"""Issuing receipts, and telling whether one was issued here.

Buyers check far more often than they keep a receipt, so none is stored. Instead a receipt carries its own seal: an
HMAC-SHA-256 (RFC 2104) over its canonical JSON (RFC 8785), and a shorter one over the stamp that its printed code
carries. The key is derived from the ledger's master secret and never leaves the vault, so that nobody else can make
either; a seal and not a signature, because whoever scans the code asks this ledger anyway: only it knows the facts of
today. Proof that needs no question to us is the item's passport file.

The document's number is 80 bits of its SHA-256 and stands in the stamp, so that the printed code also pins every word
of the file. A seal costs no row, holds as long as the ledger keeps its secret, and a changed digit breaks it.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit

import rfc8785

from ledger.domain.crockford import encode
from ledger.domain.errors import Invalid, TooLarge
from ledger.domain.receipts import ReceiptKind, Stamp, also_of, checks_of, read_stamp
from ledger.domain.said import said
from ledger.services.errands import b64
from ledger.services.ports import Ledger
from ledger.services.scanned import Scan
from ledger.services.views_of_chain import moment

LARGEST: Final = 512 * 1024
"""Bytes of a receipt that is read."""
_DEEPEST: Final = 24
_EXACT: Final = 2**53 - 1
"""The largest whole number that JSON keeps everywhere (RFC 8785, 3.2.2.3)."""
_SEAL: Final = 16
"""Bytes of a stamp's seal: 128 bits, in 22 characters."""
TIME_ZONE: Final = "UTC"


@dataclass(frozen=True, slots=True)
class Issued:
    """A receipt: its document with the proof in it, its stamp, and the address that its printed code carries."""

    document: dict[str, Any]
    stamp: Stamp
    address: str

    def file(self) -> bytes:
        """The document in its canonical form (RFC 8785)."""
        return rfc8785.dumps(self.document)


def check_receipt(ledger: Ledger, scan: Scan, answer: Mapping[str, Any]) -> Issued:
    """A receipt of what the ledger said when somebody looked; `answer` is that as the API describes it.

    Raises Invalid for a code that names no item: there is nothing to hold it against later.
    """
    if scan.gtin is None or scan.serial is None:
        raise Invalid(said("There is a receipt for an item only. Scan its own code, or type its serial."))
    got = scan.standing
    stamp = Stamp(
        number="",
        kind=ReceiptKind.CHECK,
        gtin=scan.gtin,
        serial=scan.serial,
        issued_at=int(got.at.timestamp()),
        block=got.as_of.block if got.as_of else -1,
        final=got.as_of is not None and got.as_of.final,
        says=got.key.value,
        tick=got.tick,
        checks=checks_of(got),
        also=also_of(got),
    )
    return issue(ledger, stamp, {"answer": dict(answer)})


def issue(ledger: Ledger, stamp: Stamp, facts: Mapping[str, Any]) -> Issued:
    """Seal a document of these facts, and its stamp (whose number is worked out here)."""
    body = {
        "format": stamp.kind.document_format,
        "issued_at": moment(stamp.issued_at).isoformat().replace("+00:00", "Z"),
        "time_zone": TIME_ZONE,
        **_exact(dict(facts)),
    }
    canonical = rfc8785.dumps(body)
    numbered = replace(stamp, number=encode(hashlib.sha256(canonical).digest()[:10]))
    seal = b64(_seal(ledger, numbered.message())[:_SEAL])
    address = f"{ledger.public_url}/receipts/{numbered.number}?{urlencode(numbered.query() | {'m': seal})}"
    proof = {"number": numbered.number, "address": address, "seal": _document_seal(ledger, canonical)}
    return Issued(body | {"proof": proof}, numbered, address)


def read_address(ledger: Ledger, number: str, given: Mapping[str, str]) -> Stamp | None:
    """The stamp in an address that this ledger has made, None where it has not. Raises Invalid where it is cut off."""
    if not given.get("m"):
        raise Invalid(said("This is not the whole address of a receipt. Scan its code again, or type it to the end."))
    try:
        stamp = read_stamp(number, {name: value for name, value in given.items() if name != "m"})
    except Invalid:
        return None
    seal = b64(_seal(ledger, stamp.message())[:_SEAL])
    return stamp if _same(seal, given["m"]) else None


def read_document(ledger: Ledger, content: bytes) -> tuple[Stamp, dict[str, Any]] | None:
    """The stamp and the words of a receipt's file, None where this ledger did not issue exactly this.

    Raises TooLarge beyond 512 kB, Invalid for what is no receipt at all.
    """
    if len(content) > LARGEST:
        raise TooLarge(said("A receipt has 512 kB at most. Choose the file that you were given."))
    document = _parsed(content)
    proof = document.pop("proof", None)
    if not isinstance(proof, dict) or not all(isinstance(proof.get(one), str) for one in ("number", "address", "seal")):
        raise _no_receipt()
    try:
        canonical = rfc8785.dumps(document)
    except (rfc8785.CanonicalizationError, UnicodeEncodeError):
        return None
    if not _same(_document_seal(ledger, canonical), proof["seal"]):
        return None
    try:
        parts = urlsplit(proof["address"])
    except ValueError:
        return None
    stamp = read_address(ledger, parts.path.rpartition("/")[2], dict(parse_qsl(parts.query)) or {"m": "-"})
    if stamp is None or set(proof) != {"number", "address", "seal"} or proof["number"] != stamp.number:
        return None
    if stamp.number != encode(hashlib.sha256(canonical).digest()[:10]):
        return None
    return stamp, document


def _same(ours: str, given: str) -> bool:
    """Compared in constant time; a stranger's text may hold half a character, which UTF-8 has no bytes for."""
    return hmac.compare_digest(ours.encode(), given.encode("utf-8", "surrogatepass"))


def _seal(ledger: Ledger, message: bytes) -> bytes:
    return hmac.digest(ledger.vault.derive("receipts"), message, hashlib.sha256)


def _document_seal(ledger: Ledger, canonical: bytes) -> str:
    return _seal(ledger, b"touchmark/receipt/1:" + canonical).hex()


def _parsed(content: bytes) -> dict[str, Any]:
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            raise ValueError("a name twice")
        return found

    def never(text: str) -> Any:
        raise ValueError(text)

    try:
        # No receipt of ours holds a fraction; a number that is written as one is a changed number.
        found = json.loads(content.decode(), object_pairs_hook=once, parse_constant=never, parse_float=never)
    except (ValueError, RecursionError):
        raise _no_receipt() from None
    if not isinstance(found, dict) or not _shallow(found):
        raise _no_receipt()
    return found


def _shallow(value: Any) -> bool:
    level = [value]
    for _ in range(_DEEPEST):
        level = [part for one in level for part in _parts(one)]
        if not level:
            return True
    return False


def _parts(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def _exact(value: Any) -> Any:
    """The same value with every number that JSON may lose as text, and nothing that is no JSON."""
    if isinstance(value, dict):
        return {str(name): _exact(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_exact(one) for one in value]
    if isinstance(value, float) or (isinstance(value, int) and not isinstance(value, bool) and abs(value) > _EXACT):
        return str(value)
    return value


def _no_receipt() -> Invalid:
    return Invalid(said("This file is no receipt of this ledger. Choose the JSON file that you were given with it."))

"""Checks with a sandbox key: the real rules over invented facts. No table of items is read, and nothing is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from ledger.domain.codes import BareSerial, Exact, ProductOnly, parse_code
from ledger.domain.desk.sandbox_items import BAD_CODE, BY_SERIAL, DEMO, GTIN, DemoItem, demo_facts
from ledger.domain.errors import Invalid
from ledger.domain.gtins import check_gtin
from ledger.domain.identity import digital_link
from ledger.domain.serials import check_serial
from ledger.domain.standing import standing
from ledger.domain.standing_facts import Asked as Kind
from ledger.services.check_items import Asked
from ledger.services.ports import Ledger
from ledger.services.scanned import Scan


@dataclass(frozen=True, slots=True)
class Listed:
    """A code of the sandbox as it is listed: what to send, and what comes of it."""

    code: str
    gtin: str | None
    serial: str | None
    about: str
    scan: Scan


def check_sandbox(ledger: Ledger, asked: Sequence[Asked]) -> list[Scan]:
    """What the sandbox says of each, in order. Codes that it does not have are not registered there."""
    now = datetime.fromtimestamp(ledger.now(), UTC)
    return [_check(one, now) for one in asked]


def sandbox_items(ledger: Ledger) -> list[Listed]:
    """The thirty codes."""
    now = datetime.fromtimestamp(ledger.now(), UTC)
    return [_listed(ledger, one, now) for one in DEMO]


def _listed(ledger: Ledger, one: DemoItem, now: datetime) -> Listed:
    gtin = None if one.code == BAD_CODE else str(GTIN)
    code = one.code or digital_link(ledger.public_url, GTIN, one.serial or "")
    return Listed(code, gtin, one.serial, one.about, _check(code, now))


def _check(asked: Asked, now: datetime) -> Scan:
    try:
        gtin, serial = _pair(asked)
    except Invalid as wrong:
        return _scan(now, None, None, Kind.BAD_CODE, wrong.detail)
    return _scan(now, gtin, serial, Kind.ITEM if serial is not None else Kind.PRODUCT)


def _pair(asked: Asked) -> tuple[str | None, str | None]:
    """GTIN and serial; without the second, a model; without the first, a serial that nobody has. Raises Invalid."""
    if isinstance(asked, tuple):
        gtin, serial = check_gtin(asked[0]), asked[1]
        check_serial(serial)
        return gtin, serial
    match parse_code(asked, BY_SERIAL.__contains__):
        case Exact(gtin=gtin, serial=serial):
            return gtin, serial
        case ProductOnly(gtin=gtin):
            return gtin, None
        case BareSerial(candidates=candidates):
            known = next((one for one in candidates if one in BY_SERIAL), None)
            return (None, candidates[0]) if known is None else (GTIN, known)


def _scan(now: datetime, gtin: str | None, serial: str | None, kind: Kind, problem: str | None = None) -> Scan:
    known = serial if gtin == GTIN else None
    facts = demo_facts(known, now, asked=kind, problem=problem)
    return Scan(facts, standing(facts, now), gtin=gtin, serial=serial)

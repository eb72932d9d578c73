"""A service that puts in a new part: the old one ends; the new one is looked up before it is recorded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ledger.domain.components import Seen, check_part, check_part_serial, part_words
from ledger.domain.components_history import Answer, Found, Source
from ledger.domain.errors import Conflict
from ledger.domain.organisations import Caller, Role
from ledger.domain.said import said
from ledger.services.components_check import check_parts
from ledger.services.components_history import need_checker
from ledger.services.ports import Ledger
from ledger.services.record_inspection import Finding, replaced
from ledger.services.views_of_chain import find_listed


def replacement(
    ledger: Ledger,
    caller: Caller,
    gtin: str,
    serial: str,
    new: Seen,
    report: Mapping[str, Any],
    evidence: Sequence[str] = (),
) -> Finding:
    """The finding of a service that put in a new part; an empty serial says that the new part has none.

    The new serial is looked up first, which counts as a question. Raises Conflict for a part of an item that was
    reported stolen or lost, and for one that is recorded in this item already; Forbidden for all but the item's
    brand and accredited repairers; Invalid, TooMany and Unknown as a check of parts does.
    """
    caller.need_role(Role.REPAIRER, Role.BRAND)
    part = check_part(new.part)
    if not new.serial.strip():
        with ledger.store.read() as tx:
            need_checker(ledger, tx, caller, find_listed(tx, gtin, serial))
        return replaced(gtin, serial, part, None, report, evidence)
    fitted = check_part_serial(new.serial)
    _refuse(check_parts(ledger, caller, gtin, serial, [Seen(part, fitted)]).answers[0])
    return replaced(gtin, serial, part, fitted, report, evidence)


def _refuse(answer: Answer) -> None:
    if answer.found in (Found.STOLEN, Found.LOST):
        raise Conflict(
            said("This part belongs to an item that was reported stolen or lost. Do not fit it; tell the brand.")
        )
    if answer.found is Found.MATCH:
        raise Conflict(
            said("This serial is recorded as the item’s %(part)s already.", part=part_words(answer.part))
            if answer.how is not Source.SERVICE
            else said("A service has recorded this %(part)s already.", part=part_words(answer.part))
        )

"""The trade marks of an application: stated, with the certificate if there is one, for the operator to look up."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import BinaryIO, Final

from ledger.domain.desk.territories import is_territory
from ledger.domain.errors import Fault, Invalid, Unknown
from ledger.domain.joining import MOST_MARKS, Mark
from ledger.domain.said import said
from ledger.services.desk.rights_files import kept_document
from ledger.services.errands import Visit
from ledger.services.join_application import application_of, changeable, changed
from ledger.services.organisations import is_day
from ledger.services.ports import Ledger

_NUMBER: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z ./-]{0,38}")


def add_mark(
    ledger: Ledger,
    visit: Visit,
    id: str,
    *,
    name: str,
    number: str,
    office: str,
    classes: Iterable[str],
    territories: Iterable[str],
    expires_on: str | None,
    file: BinaryIO | None = None,
) -> Mark:
    """Keep a trade mark. Classes are those of Nice (1 to 45), territories ISO 3166-1 codes, EU or WO.

    Raises Invalid naming every fault, TooLarge for a file beyond the limit.
    """
    kept, places = [one.strip() for one in classes if one.strip()], [one.strip().upper() for one in territories]
    places = [one for one in places if one]
    faults = []
    if not 1 <= len(name.strip()) <= 120 or not name.isprintable():
        faults.append(Fault("name", said("must have 1 to 120 printable characters.")))
    if not _NUMBER.fullmatch(number.strip()):
        faults.append(Fault("number", said("is not a registration number."), said("Write it as in the register.")))
    if not 1 <= len(office.strip()) <= 40 or not office.isprintable():
        faults.append(Fault("office", said("is missing."), said("Write EUIPO, WIPO, USPTO, CNIPA or another office.")))
    if not kept or not all(one.isascii() and one.isdigit() and 1 <= int(one[:3]) <= 45 for one in kept):
        faults.append(Fault("classes", said("are not classes of Nice."), said("Write numbers from 1 to 45: 18, 25.")))
    if not places or len(places) > 200 or not all(map(is_territory, places)):
        faults.append(Fault("territories", said("are not countries."), said("Write codes of two letters: FR, IT, EU.")))
    if expires_on and not is_day(expires_on):
        faults.append(Fault("expires_on", said("is not a date."), said("Write it as 2026-01-31.")))
    if faults:
        raise Invalid(said("The mark cannot be kept: %(fault)s", fault=faults[0]), faults=faults)
    certificate = None if file is None else kept_document(ledger, file)
    with ledger.store.write() as tx:
        changeable(tx, visit, id)
        if len(tx.joining.marks(id)) >= MOST_MARKS:
            raise Invalid(said("An application holds 50 marks. Join first, then add the rest."))
        if certificate is not None:
            certificate.keep(ledger)
        new = Mark(
            ledger.new_id("tm"),
            id,
            name.strip(),
            number.strip(),
            office.strip(),
            sorted({int(one) for one in kept}),
            sorted(set(places)),
            expires_on or None,
            ledger.now(),
            None if certificate is None else certificate.sha256,
            None if certificate is None else certificate.media_type,
        )
        tx.joining.add_mark(new)
        changed(ledger, tx, id)
        return new


def remove_mark(ledger: Ledger, visit: Visit, id: str, mark: str) -> None:
    """Take a mark out of an application. Raises Unknown."""
    with ledger.store.write() as tx:
        changeable(tx, visit, id)
        if not tx.joining.remove_mark(id, mark):
            raise Unknown(said("There is no such mark in this application."))
        changed(ledger, tx, id)


def marks_of(ledger: Ledger, visit: Visit, id: str) -> list[Mark]:
    """An application's marks, for its two people. Raises Unknown."""
    with ledger.store.read() as tx:
        application_of(tx, visit, id)
        return tx.joining.marks(id)

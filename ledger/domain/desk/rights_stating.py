"""What a right has to look like to be stated, and what it would contradict.

Two registrations of one number at one office are one right, so only one organisation states it. Two holders of the
same word for the same class of goods in the same country cannot both be right: whoever comes later is told.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final

from ledger.domain.desk.rights import MOST_TERRITORIES, Right, RightKind, RightState
from ledger.domain.desk.territories import EU, WORLD, covered, is_territory, shared
from ledger.domain.errors import Conflict, Fault, Invalid
from ledger.domain.said import said

_NUMBER: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z ./-]{0,38}")
_NICE: Final = re.compile(r"[0-9]{1,2}")
_LOCARNO: Final = re.compile(r"([0-9]{1,2})(?:-([0-9]{1,2}))?")
_MOST_CLASSES: Final = 60
_REACH: Final[Mapping[str, frozenset[str]]] = {
    "EUIPO": frozenset({EU}),
    "BOIP": frozenset({"BE", "NL", "LU"}),
    "USPTO": frozenset({"US"}),
    "CNIPA": frozenset({"CN"}),
    "UKIPO": frozenset({"GB"}),
    "DPMA": frozenset({"DE"}),
    "UIBM": frozenset({"IT"}),
    "OEPM": frozenset({"ES"}),
    "JPO": frozenset({"JP"}),
    "KIPO": frozenset({"KR"}),
    "IPI": frozenset({"CH"}),
    "CIPO": frozenset({"CA"}),
}
"""Where a registration at an office is good. Offices that are not named here register for whatever they say."""


def number_key(office: str, number: str) -> str:
    """A registration as it is compared: without case, spaces and signs; "" where there is no number."""
    told = _folded(number)
    return f"{_folded(office)}:{told}" if told else ""


def name_key(name: str) -> str:
    """A name as it is compared: without case, spaces and signs."""
    return _folded(name) or name.casefold()


def _folded(text: str) -> str:
    return "".join(one for one in unicodedata.normalize("NFKC", text).casefold() if one.isalnum())


def classes_of(kind: RightKind, given: Iterable[str]) -> tuple[str, ...] | None:
    """Classes as they are kept, sorted: “25” of Nice (11th edition: 1 to 45), “02-01” of Locarno (1 to 32).

    None where one is no class of that kind's; a work under copyright has none.
    """
    found: set[str] = set()
    for one in given:
        text = one.strip()
        if kind is RightKind.MARK and _NICE.fullmatch(text) and 1 <= int(text) <= 45:
            found.add(str(int(text)))
        elif kind is RightKind.DESIGN and (parts := _LOCARNO.fullmatch(text)) and 1 <= int(parts[1]) <= 32:
            found.add(f"{int(parts[1]):02}" + (f"-{int(parts[2]):02}" if parts[2] else ""))
        else:
            return None
    return tuple(sorted(found, key=lambda one: (len(one), one)))


def territories_of(given: Iterable[str]) -> tuple[str, ...] | None:
    """Territories as they are kept, sorted; None where one is none, or where there are none or too many."""
    found = {one.strip().upper() for one in given}
    return tuple(sorted(found)) if found and len(found) <= MOST_TERRITORIES and all(map(is_territory, found)) else None


def check_stated(right: Right, classes: tuple[str, ...] | None, territories: tuple[str, ...] | None) -> None:
    """Raises Invalid naming every fault of a right as it was stated, its classes and territories as they were read."""
    faults = []
    registered = right.kind is RightKind.MARK or bool(right.number or right.office)
    if not 1 <= len(right.name) <= 120 or not right.name.isprintable():
        faults.append(Fault("name", said("must have 1 to 120 printable characters.")))
    if registered and not _NUMBER.fullmatch(right.number):
        faults.append(Fault("number", said("is not a registration number."), said("Write it as in the register.")))
    if registered and (not 1 <= len(right.office) <= 40 or not right.office.isprintable()):
        faults.append(Fault("office", said("is missing."), said("Write EUIPO, WIPO, USPTO, CNIPA or another office.")))
    if classes is None or len(classes) > _MOST_CLASSES or (right.kind is RightKind.MARK and not classes):
        faults.append(_classes_fault(right.kind))
    if territories is None:
        faults.append(Fault("territories", said("are not countries."), said("Write codes of two letters: FR, IT, EU.")))
    else:
        faults.extend(_beyond(right.office, territories))
    if right.from_day is not None and right.expires_on is not None and right.expires_on < right.from_day:
        faults.append(Fault("expires_on", said("is before its first day."), said("Write the last day of the right.")))
    if faults:
        raise Invalid(said("The right cannot be kept: %(fault)s", fault=faults[0]), faults=faults)


def _classes_fault(kind: RightKind) -> Fault:
    if kind is RightKind.MARK:
        return Fault("classes", said("are not classes of Nice."), said("Write numbers from 1 to 45: 18, 25."))
    if kind is RightKind.DESIGN:
        return Fault("classes", said("are not classes of Locarno."), said("Write them as in 02-01, or none."))
    return Fault("classes", said("do not belong to a work under copyright."), said("Leave them out."))


def _beyond(office: str, territories: Iterable[str]) -> Iterable[Fault]:
    """Territories that a registration at that office does not reach."""
    reach = _REACH.get(office.strip().upper())
    if reach is None:
        return
    for one in territories:
        if not covered(reach, one):
            what = said(
                "A registration at %(office)s is not good in %(place)s.",
                office=office.strip().upper(),
                place=said("the whole world") if one == WORLD else one,
            )
            yield Fault(
                "territories", what, said("Name only where it is good, and state the other registration apart.")
            )


def refuse_second(right: Right, numbered: Iterable[Right]) -> None:
    """Raises Conflict where the same registration was stated before, by whomever; withdrawn ones do not count."""
    for one in numbered:
        if one.id == right.id or one.state is RightState.WITHDRAWN:
            continue
        if one.owner == right.owner:
            raise Conflict(
                said(
                    "You have stated the registration %(number)s of %(office)s already. Change that one.",
                    number=right.number,
                    office=right.office,
                )
            )
        raise Conflict(
            said(
                "The registration %(number)s of %(office)s was stated here by somebody else. "
                "If it is yours, ask the operator of this ledger to compare both with the register.",
                number=right.number,
                office=right.office,
            )
        )


def refuse_contradiction(right: Right, named: Iterable[Right], day: date) -> None:
    """Raises Conflict where somebody else's mark in force has the same word, a class and a country in common."""
    for one in contradictions(right, named, day):
        places = ", ".join(sorted(shared(one.territories, right.territories))[:5])
        raise Conflict(
            said(
                "Somebody else's mark has the same word for the same goods in %(places)s. Leave those places out, "
                "or ask the operator of this ledger to compare both with the register.",
                places=places,
            )
        )


def contradictions(right: Right, named: Iterable[Right], day: date) -> list[Right]:
    """Marks of others that could not stand beside this one. Only words of marks exclude each other."""
    if right.kind is not RightKind.MARK:
        return []
    return [
        one
        for one in named
        if one.kind is RightKind.MARK
        and one.owner != right.owner
        and one.state not in (RightState.WITHDRAWN, RightState.CONTESTED)
        and (one.expires_on is None or one.expires_on >= day)
        and name_key(one.name) == name_key(right.name)
        and set(one.classes) & set(right.classes)
        and shared(one.territories, right.territories)
    ]

"""The five lines of "What we checked", each fine, in need of attention, or "cannot tell"."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from ledger.domain.custody import Flag
from ledger.domain.said import said, shaped
from ledger.domain.standing_dates import month
from ledger.domain.standing_phrases import brand_name
from ledger.domain.standing_reading import DISPUTE, THEFT, Reading


class Found(Enum):
    """What a check came to; "cannot tell" is never shown as "no"."""

    OK = "ok"
    ATTENTION = "attention"
    CANNOT_TELL = "cannot_tell"


@dataclass(frozen=True, slots=True)
class Check:
    """One line: what was looked at, what was found, in words, and as of when (None: never looked)."""

    name: str
    found: Found
    words: str
    when: datetime | None


def checks(reading: Reading) -> tuple[Check, ...]:
    """The five lines, in their fixed order. Without a node, what was fine is "cannot tell" as of its date."""
    as_of = reading.facts.as_of.time if reading.facts.as_of else None
    lines = (
        Check(said("The brand's record"), *_record(reading), as_of),
        Check(said("Ownership"), *_ownership(reading), as_of),
        Check(said("Theft and loss"), *_theft(reading), as_of),
        Check(said("Recall"), *_recall(reading), as_of),
        Check(
            said("Unusual scans"),
            *_scans(reading),
            reading.now if reading.facts.clone_signals is not None else None,
        ),
    )
    if reading.node_seen:
        return lines
    return tuple(
        Check(
            one.name,
            Found.CANNOT_TELL,
            said("When we last could look: %(what)s", what=shaped(one.words, _lower)),
            one.when,
        )
        if one.found is Found.OK and one.name != "Unusual scans"
        else one
        for one in lines
    )


def _lower(text: str) -> str:
    return text if text[:2].isupper() else text[:1].lower() + text[1:]


_NOT_LOOKED_UP = said("We can't look this up right now.")


def _record(reading: Reading) -> tuple[Found, str]:
    facts, brand = reading.facts, brand_name(reading.facts)
    if not reading.recorded:
        if not reading.node_seen:
            return Found.CANNOT_TELL, _NOT_LOOKED_UP
        return Found.ATTENTION, said("There is no record we can rely on.")
    if reading.void:
        return Found.ATTENTION, said("The brand has withdrawn it.")
    if reading.listed_twice:
        return Found.ATTENTION, said("The brand has listed it twice.")
    if not facts.on_sale:
        return Found.ATTENTION, said("The brand has not put it on sale yet.")
    if reading.raised(Flag.RETIRED):
        return Found.ATTENTION, said("It was taken out of circulation.")
    if not reading.record_final:
        return Found.CANNOT_TELL, said("Signed by the brand, waiting for confirmation.")
    if reading.amended:
        return Found.OK, said("Registered by %(brand)s, which later changed the description.", brand=brand)
    return Found.OK, said("Registered by %(brand)s.", brand=brand)


def _ownership(reading: Reading) -> tuple[Found, str]:
    if reading.raised(*DISPUTE) or reading.listed_twice:
        return Found.ATTENTION, said("It is in dispute.")
    if reading.raised(Flag.RECOVERY_OPEN):
        return Found.ATTENTION, said("Someone has asked for it back.")
    if reading.handover:
        return Found.ATTENTION, said("It is being handed over.")
    final = reading.facts.final
    if reading.record_final and not reading.ownership_final:
        return Found.CANNOT_TELL, said("A change of owner waits for confirmation.")
    if final is None or not final.claimed:
        return _unless_recorded(reading, said("No owner has registered yet."))
    if final.owner_since is None:
        return _unless_recorded(reading, said("It has a registered owner."))
    return _unless_recorded(reading, said("Registered owner since %(month)s.", month=month(final.owner_since)))


def _theft(reading: Reading) -> tuple[Found, str]:
    if reading.raised(*THEFT):
        return Found.ATTENTION, said("Reported stolen.")
    if reading.raised(Flag.LOST):
        return Found.ATTENTION, said("Reported lost.")
    return _unless_recorded(reading, said("Not reported lost or stolen."))


def _recall(reading: Reading) -> tuple[Found, str]:
    if reading.recalled:
        return Found.ATTENTION, said("The brand has recalled it.")
    return _unless_recorded(reading, said("Not recalled."))


def _unless_recorded(reading: Reading, words: str) -> tuple[Found, str]:
    if reading.record_final:
        return Found.OK, words
    if reading.recorded:
        return Found.CANNOT_TELL, said("Nothing is confirmed yet.")
    return Found.CANNOT_TELL, said("There is no record to look in.") if reading.node_seen else _NOT_LOOKED_UP


def _scans(reading: Reading) -> tuple[Found, str]:
    signals = reading.facts.clone_signals
    if signals is None:
        return Found.CANNOT_TELL, said("Scans of this item are not compared yet.")
    if reading.suspicions:
        return Found.ATTENTION, said("Some scans suggest that the code was copied.")
    if signals:
        return Found.CANNOT_TELL, said("One unusual scan; that alone means little.")
    return Found.OK, said("Nothing unusual in its scans.")

"""Events that others tell of an item (EPCIS capture): kept with who told them, shown with it, and never a fact.

Nobody has signed them on the record, so no verdict rests on them. Whoever may speak of the item (its brand, and those
who are accredited for it) is shown to buyers; what anybody else tells is kept for them and for the brand alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from ledger.domain.said import Said, said

MOST_EVENTS: Final = 1_000
"""Events in one capture."""
MOST_BYTES: Final = 2 * 1024 * 1024
"""Bytes of one capture."""
SHOWN: Final = 50
"""Events of others that a page shows of one item, the newest."""
AHEAD: Final = 86_400
"""Seconds that an event may lie in the future: clocks differ, days do not."""


class Standing(StrEnum):
    """What the teller is to the item, when they told it."""

    BRAND = "brand"
    ACCREDITED = "accredited"
    OTHER = "other"


class Behaviour(StrEnum):
    """What becomes of the good events where some are not (EPCIS 2.0, header GS1-Capture-Error-Behaviour)."""

    ROLLBACK = "rollback"
    PROCEED = "proceed"


@dataclass(frozen=True, slots=True)
class Sent:
    """One event as it was sent: where in the body, the event, and the JSON-LD contexts it stands in."""

    where: str
    event: Mapping[str, Any]
    contexts: Sequence[Any]


@dataclass(frozen=True, slots=True)
class Told:
    """An event as it is kept. `hash` is its hash id's digest; `declared` says that it declares one wrong."""

    id: str
    organisation: str
    capture: str
    event_id: str
    declared: bool
    event_time: int
    biz_step: str
    hash: bytes
    body: Mapping[str, Any]
    created_at: int


@dataclass(frozen=True, slots=True)
class Shown:
    """What a page shows of an event: who told it, what the teller is to the item, and whether they took it back."""

    by: str
    standing: Standing
    event_time: int
    biz_step: str
    taken_back: bool


@dataclass(frozen=True, slots=True)
class Capture:
    """What came of one capture. `faults` are (where, what, mend); `known` were told before, so nothing was added."""

    id: str
    organisation: str
    created_at: int
    behaviour: Behaviour
    sent: int
    taken: int
    known: int
    faults: Sequence[Mapping[str, str]] = ()

    @property
    def success(self) -> bool:
        """Whether every event was taken, or had been before."""
        return not self.faults


def items_named(event: Mapping[str, Any]) -> list[str]:
    """Every EPC that an event names as its object, child, input or output, in order, each once."""
    named = [event["parentID"]] if isinstance(event.get("parentID"), str) else []
    for name in ("epcList", "childEPCs", "inputEPCList", "outputEPCList"):
        named += event.get(name, ())
    return list(dict.fromkeys(named))


def words_of(biz_step: str) -> Said:
    """What happened, in words for a buyer; nothing of what it may prove."""
    return _STEPS.get(biz_step, _OTHER)


_OTHER: Final = said("Something else was done with it")
_STEPS: Final[Mapping[str, Said]] = {
    "accepting": said("Taken over"),
    "arriving": said("Arrived"),
    "assembling": said("Put together"),
    "commissioning": said("Given its number"),
    "collecting": said("Collected"),
    "cycle_counting": said("Counted in stock"),
    "decommissioning": said("Taken out of use"),
    "departing": said("Sent on its way"),
    "destroying": said("Said to be destroyed"),
    "disassembling": said("Taken apart"),
    "encoding": said("Its tag was written"),
    "holding": said("Held back"),
    "inspecting": said("Looked at"),
    "installing": said("Built in"),
    "loading": said("Loaded"),
    "packing": said("Packed"),
    "picking": said("Picked for an order"),
    "receiving": said("Received"),
    "removing": said("Taken out of something"),
    "repackaging": said("Packed anew"),
    "repairing": said("Repaired"),
    "replacing": said("A part was replaced"),
    "retail_selling": said("Sold in a shop"),
    "shipping": said("Shipped"),
    "stock_taking": said("Counted in stock"),
    "stocking": said("Put on the shelf"),
    "storing": said("Put into store"),
    "transporting": said("Carried"),
    "unloading": said("Unloaded"),
    "unpacking": said("Unpacked"),
    "void_shipping": said("Its shipping was called off"),
}
"""The business steps of CBV 2.0 that an item of value goes through."""

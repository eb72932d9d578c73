"""What the inspectors' pages call things; said in the reader's language when it is printed."""

from __future__ import annotations

from typing import Final

from ledger.domain.inspections import Authenticity, Method, Remark, Service
from ledger.domain.said import said
from ledger.domain.second_look import Step
from ledger.domain.sheets import Answer, Purpose, Why
from ledger.services.inspect_keys import KeyState

PURPOSES: Final = {
    Purpose.RESALE: said("For a sale"),
    Purpose.OWNER: said("For its owner"),
    Purpose.INSURANCE: said("For an insurer"),
    Purpose.REPAIR: said("Before or after a repair"),
    Purpose.DISPUTE: said("For a dispute"),
    Purpose.OTHER: said("For something else"),
}
METHODS: Final = {
    Method.IN_HAND: said("In hand"),
    Method.PHOTOS: said("Photos only"),
    Method.VIDEO: said("By video"),
}
ANSWERS: Final = {
    Answer.PASS: said("Pass"),
    Answer.CONCERN: said("Concern"),
    Answer.CANNOT_SEE: said("Cannot see"),
    Answer.NOT_APPLICABLE: said("Not applicable"),
}
RESULTS: Final = {
    Authenticity.CONSISTENT: (
        said("Consistent with genuine"),
        said("Everything you saw is as it should be."),
    ),
    Authenticity.NOT_GENUINE: (said("Not genuine"), said("You saw what a genuine item does not have.")),
    Authenticity.INCONCLUSIVE: (said("Inconclusive"), said("What you saw does not allow an opinion.")),
    Authenticity.NOT_SUPPORTED: (said("Not judged"), said("You do not judge items of this kind.")),
}
WHYS: Final = {
    Why.PHOTOS: said("The photos do not show enough"),
    Why.CONDITION: said("Its condition hides what would tell"),
    Why.RARITY: said("It is too rare to compare"),
    Why.OTHER: said("Another reason, told below"),
}
CONDITIONS: Final = {
    "A": said("A, as new"),
    "B": said("B, very good"),
    "C": said("C, good"),
    "D": said("D, worn"),
    "E": said("E, worn out"),
}
REMARKS: Final = {
    Remark.ALTERED: said("Altered or customised"),
    Remark.PARTS_REPLACED: said("Parts replaced"),
    Remark.CODE_MOVED: said("The code may have been moved from another item"),
}
SERVICES: Final = {
    Service.REPAIR: said("Repair"),
    Service.PART_REPLACED: said("A part replaced"),
    Service.CARE: said("Care: cleaned, conditioned, polished"),
    Service.REFINISHED: said("Refinished: recoloured, replated"),
    Service.CHECKED: said("Checked, nothing changed"),
}
STEP_NAMES: Final = {
    "item": said("Item"),
    "check": said("Checklist"),
    "photos": said("Photos"),
    "result": said("Result"),
    "review": said("Commit"),
}
WAITS: Final = {
    Step.OPINION: said("Draft"),
    Step.SECOND: said("Waits for a second person"),
    Step.THIRD: said("Waits for a third person"),
    Step.SIGN: said("Ready to be signed"),
    Step.UNDECIDED: said("Three different opinions: nothing is signed"),
}
KEYS: Final = {
    KeyState.NO_PASSKEY: (said("No passkey yet"), "grey"),
    KeyState.MISSING: (said("Not added yet"), "amber"),
    KeyState.UNDER_WAY: (said("Added, waiting for confirmation"), "blue"),
    KeyState.IN_FORCE: (said("In force"), "green"),
    KeyState.ENDED: (said("Ended"), "red"),
}

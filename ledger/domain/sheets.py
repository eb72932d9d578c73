"""An inspection sheet: filled in as one goes, then committed, then signed; never changed after it was committed.

| state | true when |
| --- | --- |
| draft | its inspector still fills it in; nobody else sees it |
| committed | the salted hash of the opinion is kept and the sheet is frozen; only now earlier opinions are shown |
| signed | a record that says what was committed is promised to the chain |
| set aside | its inspector gave it up; what was committed stays kept |

The opinion is what is hashed: `keccak256(salt ‖ canonical JSON)` (RFC 8785), all that its inspector said, nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from ledger.domain.checklists import Checklist
from ledger.domain.inspections import NO_REMARK, Authenticity, InspectionFacts, Method, Remark
from ledger.domain.said import said

STEPS: Final = ("item", "check", "photos", "result")
MOST_PHOTOS: Final = 40
BASIS_LONGEST: Final = 4_000
TEXT_LONGEST: Final = 1_000
NOTE_LONGEST: Final = 300
SEAL_LONGEST: Final = 40
SEAL_PHOTO: Final = "seal"
_MOST_COUNTED: Final = 255


class SheetState(StrEnum):
    """How far a sheet has come."""

    DRAFT = "draft"
    COMMITTED = "committed"
    SIGNED = "signed"
    SET_ASIDE = "set_aside"


class Answer(StrEnum):
    """What was found at one point, in the order of the keys 1 to 4."""

    PASS = "pass"  # noqa: S105 - an answer, not a password
    CONCERN = "concern"
    CANNOT_SEE = "cannot_see"
    NOT_APPLICABLE = "not_applicable"


class Purpose(StrEnum):
    """What the inspection is for; kept here, not told to the public."""

    RESALE = "resale"
    OWNER = "owner"
    INSURANCE = "insurance"
    REPAIR = "repair"
    DISPUTE = "dispute"
    OTHER = "other"


class Why(StrEnum):
    """Why an inspection is inconclusive."""

    PHOTOS = "photos"
    CONDITION = "condition"
    RARITY = "rarity"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class SheetPhoto:
    """A photo as the device hashed it. `of` is a shot's id, “point:” and a point's id, “seal”, or empty."""

    sha256: str
    of: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """Everything an inspector fills in. None and empty mean: not said yet."""

    purpose: Purpose | None = None
    method: Method | None = None
    high_value: bool = False
    description: str = ""
    """What it is, where it has no code."""
    answers: Mapping[str, Answer] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)
    photos: tuple[SheetPhoto, ...] = ()
    skipped: tuple[str, ...] = ()
    """Shots that could not be taken."""
    authenticity: Authenticity | None = None
    why: Why | None = None
    condition: str | None = None
    condition_text: str = ""
    remarks: Remark = NO_REMARK
    basis: str = ""
    decisive: tuple[str, ...] = ()
    seal: str = ""
    show_photos: bool = False
    parts: Mapping[str, str] = field(default_factory=dict)
    """What was found of the parts whose serials were compared (`components_history.Found`), by part; no serial."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One person's sheet on one item. `case` is the id of the first sheet of the same case.

    `item` is None where the thing has no code here. `about` is the record that a signed sheet corrects, 0 for none.
    """

    id: str
    organisation: str
    person: str | None
    case: str
    checklist: Checklist
    created_at: int
    updated_at: int
    item: int | None = None
    gtin: str = ""
    serial: str = ""
    about: int = 0
    state: SheetState = SheetState.DRAFT
    told: Told = field(default_factory=Told)
    salt: bytes | None = None
    commitment: bytes | None = None
    committed_at: int | None = None
    nonce: int | None = None
    """The number kept for its record while its inspector is at the signing page."""
    statement: str | None = None
    statement_hash: bytes | None = None
    signed_at: int | None = None


@dataclass(frozen=True, slots=True)
class Gap:
    """What still misses before a sheet can be committed: in which step, at which field, in a sentence."""

    step: str
    place: str
    words: str


def gaps(sheet: Sheet) -> list[Gap]:
    """Everything that still misses, in the order of the form."""
    told = sheet.told
    judged = told.authenticity is not Authenticity.NOT_SUPPORTED
    found = [*_item_gaps(sheet), *(_check_gaps(sheet) if judged else ()), *(_photo_gaps(sheet) if judged else ())]
    if told.authenticity is None:
        found.append(Gap("result", "authenticity", said("Choose what you conclude about authenticity.")))
    if told.authenticity is Authenticity.INCONCLUSIVE and told.why is None:
        found.append(Gap("result", "why", said("Say why no conclusion is possible.")))
    if not told.basis:
        found.append(Gap("result", "basis", said("Say what your opinion rests on.")))
    if told.seal and not any(one.of == SEAL_PHOTO for one in told.photos):
        found.append(Gap("photos", SEAL_PHOTO, said("Take a photo of the seal, or leave its number out.")))
    return found


def _item_gaps(sheet: Sheet) -> list[Gap]:
    found = []
    if sheet.told.purpose is None:
        found.append(Gap("item", "purpose", said("Say what the inspection is for.")))
    if sheet.told.method is None:
        found.append(Gap("item", "method", said("Say how the item is before you.")))
    if sheet.item is None and not sheet.told.description:
        found.append(Gap("item", "description", said("Say what it is, since it has no code.")))
    return found


def _check_gaps(sheet: Sheet) -> list[Gap]:
    found = []
    pictured = {one.of for one in sheet.told.photos}
    for number, point in enumerate(sheet.checklist.points, 1):
        answer = sheet.told.answers.get(point.id)
        if answer is None:
            found.append(Gap("check", point.id, said("Point %(number)s has no answer yet.", number=number)))
        elif answer is Answer.CONCERN and f"point:{point.id}" not in pictured:
            found.append(
                Gap("photos", f"point:{point.id}", said("Point %(number)s is a concern: add a photo.", number=number))
            )
    return found


def _photo_gaps(sheet: Sheet) -> list[Gap]:
    pictured = {one.of for one in sheet.told.photos}
    return [
        Gap("photos", shot.id, said("Photo %(number)s is missing: take it, or say that it cannot be taken.", number=n))
        for n, shot in enumerate(sheet.checklist.shots, 1)
        if shot.id not in pictured and shot.id not in sheet.told.skipped
    ]


def progress(sheet: Sheet) -> tuple[int, int]:
    """How many points have an answer, and how many there are."""
    return sum(one.id in sheet.told.answers for one in sheet.checklist.points), len(sheet.checklist.points)


def facts_of(sheet: Sheet, persons: int = 1) -> InspectionFacts:
    """The public facts of a complete sheet. A point counts as checked where it passed or is a concern."""
    told = sheet.told
    assert told.authenticity is not None
    assert told.method is not None
    seen = sum(told.answers.get(one.id) in (Answer.PASS, Answer.CONCERN) for one in sheet.checklist.points)
    return InspectionFacts(
        authenticity=told.authenticity,
        method=told.method,
        persons=persons,
        condition=told.condition,
        remarks=told.remarks,
        points=min(seen, _MOST_COUNTED),
    )


def opinion_of(sheet: Sheet) -> dict[str, Any]:
    """The opinion as canonical JSON takes it: what committing hashes, and what signing has to repeat."""
    return {
        "v": 1,
        "sheet": sheet.id,
        "item": None if sheet.item is None else f"0x{sheet.item:064x}",
        "about": str(sheet.about),
        "checklist": {"id": sheet.checklist.id, "version": sheet.checklist.version, "owner": sheet.checklist.owner},
        **told_to_json(sheet.told),
    }


def report_of(sheet: Sheet, commitments: Sequence[bytes], dissent: Authenticity | None = None) -> dict[str, Any]:
    """What the public reads beside the facts: the words of the opinion, and the commitments of all who agree."""
    told, points = sheet.told, {one.id: one.words["en"] for one in sheet.checklist.points}
    concerns = [
        ": ".join(part for part in (points[id], told.notes.get(id, "")) if part)
        for id, answer in told.answers.items()
        if answer is Answer.CONCERN and id in points
    ]
    report: dict[str, Any] = {
        "basis": told.basis,
        "condition_text": told.condition_text,
        "seal": told.seal,
        "why": told.why.value if told.why and told.authenticity is Authenticity.INCONCLUSIVE else "",
        "dissent": dissent.name.lower() if dissent else "",
        "decisive": [points[id] for id in told.decisive if id in points],
        "concerns": concerns,
        "checklist": [f"{sheet.checklist.id} {sheet.checklist.version}"],
        "points": [f"{one.id} {told.answers[one.id]}" for one in sheet.checklist.points if one.id in told.answers],
        "serials": [f"{part} {found}" for part, found in told.parts.items()],
        "commitments": ["0x" + one.hex() for one in commitments],
    }
    return {name: value for name, value in report.items() if value}


def told_to_json(told: Told) -> dict[str, Any]:
    """As JSON carries it."""
    # Left out where empty: what was committed before there was such a thing must hash as it did.
    parts = {"parts": dict(told.parts)} if told.parts else {}
    return parts | {
        "purpose": told.purpose,
        "method": told.method,
        "high_value": told.high_value,
        "description": told.description,
        "answers": dict(told.answers),
        "notes": dict(told.notes),
        "photos": [{"sha256": one.sha256, "of": one.of} for one in told.photos],
        "skipped": list(told.skipped),
        "authenticity": told.authenticity,
        "why": told.why,
        "condition": told.condition,
        "condition_text": told.condition_text,
        "remarks": int(told.remarks),
        "basis": told.basis,
        "decisive": list(told.decisive),
        "seal": told.seal,
        "show_photos": told.show_photos,
    }


def told_from_json(given: Mapping[str, Any]) -> Told:
    """What `told_to_json` wrote."""
    values = dict(given)
    for name, kind in (("purpose", Purpose), ("method", Method), ("authenticity", Authenticity), ("why", Why)):
        values[name] = None if values[name] is None else kind(values[name])
    values["answers"] = {id: Answer(answer) for id, answer in values["answers"].items()}
    values["photos"] = tuple(SheetPhoto(**one) for one in values["photos"])
    values["remarks"] = Remark(values["remarks"])
    values["skipped"], values["decisive"] = tuple(values["skipped"]), tuple(values["decisive"])
    return Told(**values)
